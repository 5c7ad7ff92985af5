"""Owns ``hms-esr plan``: who would come and when, line by line, without starting anything.

Knows nothing of engines: the plan is arithmetic.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from copy import copy
from time import perf_counter
from typing import TYPE_CHECKING, Any, TextIO

import click

from hms_esr.cli.options import SCALE, WARP, Seed, run_id
from hms_esr.errors import BadInput, Problem

if TYPE_CHECKING:
    from hms_esr.personas.person import PeopleMaker
    from hms_esr.schedule.arrivals import Arrival, ArrivalSchedule

MOST_WAITING = 500
LONGEST_WAIT_S = 0.2
HELP = """Print who would come and when; start nothing.

What this machine carries and what the plan needs is told first, on the error output.

Same seed, same people: with another number of workers only the worker differs. People of a closed load are shown once,
when they first come. Other options of `run` are taken and change nothing, so that its command line can be repeated.

\b
hms-esr plan scenarios/schedule_f.yml --seed 2 | head
hms-esr plan tuition_grant --workers 3 --format jsonl
hms-esr plan mine.yml --var office=IA-04
"""


def repeating_run(command: click.Command) -> click.Command:
    """``command`` takes every option of ``run`` beside its own, in silence, so that a command line can be repeated.

    Values are checked as ``run`` checks them; they change nothing.
    """
    from hms_esr.cli.run import command as run

    own = {name for param in command.params for name in param.opts}
    for param in run.params:
        if isinstance(param, click.Option) and not own & {*param.opts} and not param.hidden:
            silent = copy(param)
            silent.hidden, silent.expose_value = True, False
            command.params.append(silent)
    return command


@repeating_run
@click.command(help=HELP)
@click.argument("file", metavar="FILE|NAME")
@click.option("--seed", type=Seed(), help="Wins over the scenario's.")
@click.option("--scale", type=SCALE, default=1.0, show_default=True)
@click.option("--warp", type=WARP, help="Simulated seconds per real second.")
@click.option("--workers", type=click.IntRange(0, 10_000), default=1, show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
@click.option("--target", default="", metavar="URL", help="Who comes is the same; https takes more memory.")
@click.option("--only", type=click.IntRange(0), metavar="K", help="Person K alone.")
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="A value for vars.")
@click.option(
    "--run-id", default="", callback=run_id, help="Of identity per_run: the run whose e-mails and ids are shown."
)
def command(file: str, **given: Any) -> None:
    """See HELP."""
    from hms_esr.cli.validate import read_variables
    from hms_esr.execution.capacity import Capacity, needs_of
    from hms_esr.execution.machine import most_people, this_machine
    from hms_esr.library import load_scenario
    from hms_esr.personas.person import PeopleMaker
    from hms_esr.schedule.arrivals import ArrivalSchedule

    loaded = load_scenario(file, variables=read_variables(given["variables"]))
    scenario = loaded.scenario
    warp = given["warp"] or scenario.clock.warp
    seed = scenario.seed if given["seed"] is None else given["seed"]
    schedule = ArrivalSchedule(scenario, seed=seed, warp=warp, scale=given["scale"])
    today = scenario.clock.start.date()
    makers = {
        role: PeopleMaker(template, seed, scenario.identity, given["run_id"], today)
        for role, template in loaded.personas.items()
    }
    needs = needs_of(scenario, schedule, loaded.personas, given["target"], warp)
    workers = given["workers"] or 1
    most = min(scenario.max_people or most_people(), most_people())
    capacity = Capacity(needs, this_machine(), workers, most, scenario.max_people)
    for text in (capacity.head(), *capacity.warnings()):
        click.echo(text, err=True)
    journeys = [journey.name for journey in scenario.journeys]
    write = _json if given["form"] == "jsonl" else _text
    lines = (
        write(arrival, arrival.at_s / warp, journeys[arrival.journey], makers[arrival.role], workers)
        for arrival in (schedule.in_order() if given["only"] is None else [_person(schedule, given["only"])])
    )
    try:
        stream_out(lines, sys.stdout)
    except BrokenPipeError:  # whoever reads has seen enough, as head does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _person(schedule: ArrivalSchedule, person_no: int) -> Arrival:
    """Person ``person_no``; BadInput when there is none."""
    try:
        return schedule.arrival(person_no)
    except IndexError as error:
        raise BadInput([Problem("--only", 0, 0, str(error))]) from None


def stream_out(lines: Iterable[str], stream: TextIO) -> None:
    """Write ``lines`` as they are made, many at once: the first at once, later ones within a fifth of a second."""
    waiting: list[str] = []
    written_at = 0.0
    for line in lines:
        waiting.append(line)
        if len(waiting) >= MOST_WAITING or perf_counter() - written_at > LONGEST_WAIT_S:
            stream.write("\n".join(waiting) + "\n")
            stream.flush()
            waiting.clear()
            written_at = perf_counter()
    if waiting:
        stream.write("\n".join(waiting) + "\n")
    stream.flush()


def _json(arrival: Arrival, real_s: float, journey: str, maker: PeopleMaker, workers: int) -> str:
    line = {
        "k": arrival.person_no,
        "at_s": round(arrival.at_s, 6),
        "real_s": round(real_s, 6),
        "journey": journey,
        "persona": {"role": arrival.role} | dict(maker.person(arrival.person_no).fields),
        "worker": arrival.person_no % workers,
    }
    return json.dumps(line)


def _text(arrival: Arrival, real_s: float, journey: str, maker: PeopleMaker, workers: int) -> str:
    fields = maker.person(arrival.person_no).fields
    name, email = fields.get("name", ""), fields.get("email", "")
    return (
        f"{arrival.person_no:>7}  {real_s:>10.3f} s  worker {arrival.person_no % workers}  {journey:<16} "
        f"{arrival.role:<18} {name} <{email}>"
    )
