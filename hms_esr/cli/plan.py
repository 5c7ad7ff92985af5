"""Owns ``hms-esr plan``: who would come and when, line by line, without starting anything.

Knows nothing of engines: the plan is arithmetic.
"""

from __future__ import annotations

import json
from typing import Any

import click

from hms_esr.cli.options import SCALE, WARP, Seed, run_id

HELP = """Print who would come and when; start nothing.

Same seed, same people: with another number of workers only the worker differs. People of a closed load are shown once,
when they first come.

\b
hms-esr plan scenarios/schedule_f.yml --seed 2 | head
hms-esr plan tuition_grant --workers 3 --format jsonl
hms-esr plan mine.yml --var office=IA-04
"""


@click.command(help=HELP)
@click.argument("file", metavar="FILE|NAME")
@click.option("--seed", type=Seed(), help="Wins over the scenario's.")
@click.option("--scale", type=SCALE, default=1.0, show_default=True)
@click.option("--warp", type=WARP, help="Simulated seconds per real second.")
@click.option("--workers", type=click.IntRange(1, 10_000), default=1, show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="A value for vars.")
@click.option(
    "--run-id", default="", callback=run_id, help="Of identity per_run: the run whose e-mails and ids are shown."
)
def command(file: str, **given: Any) -> None:
    """See HELP."""
    from hms_esr.cli.validate import read_variables
    from hms_esr.library import load_scenario
    from hms_esr.personas.person import PeopleMaker
    from hms_esr.profiles.crowd import Crowd

    loaded = load_scenario(file, variables=read_variables(given["variables"]))
    scenario = loaded.scenario
    warp = given["warp"] or scenario.clock.warp
    seed = scenario.seed if given["seed"] is None else given["seed"]
    crowd = Crowd(scenario, seed=seed, warp=warp, scale=given["scale"])
    today = scenario.clock.start.date()
    makers = {
        role: PeopleMaker(template, seed, scenario.identity, given["run_id"], today)
        for role, template in loaded.personas.items()
    }
    workers = given["workers"]
    for arrival in crowd.in_order():
        person = makers[arrival.role].person(arrival.k)
        line = {
            "k": arrival.k,
            "at_s": round(arrival.at_s, 6),
            "real_s": round(arrival.at_s / warp, 6),
            "journey": scenario.journeys[arrival.journey].name,
            "persona": {"role": arrival.role} | dict(person.fields),
            "worker": arrival.k % workers,
        }
        click.echo(json.dumps(line) if given["form"] == "jsonl" else _text(line))


def _text(line: dict[str, Any]) -> str:
    person = line["persona"]
    return (
        f"{line['k']:>7}  {line['real_s']:>10.3f} s  worker {line['worker']}  {line['journey']:<16} "
        f"{person['role']:<18} {person.get('name', '')} <{person.get('email', '')}>"
    )
