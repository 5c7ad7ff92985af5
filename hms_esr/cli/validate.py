"""Owns ``hms-esr validate``: every mistake of scenario files at once, and what a right one amounts to.

Knows nothing of runs: it starts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from hms_esr.errors import BadInput, Problem

if TYPE_CHECKING:
    from hms_esr.library import LoadedScenario
    from hms_esr.validation.forecast import Forecast

EXAMPLES = """
\b
hms-esr validate scenarios/schedule_f.yml
hms-esr validate scenarios/*.yml --strict    files to upload must exist, as for run --strict
hms-esr validate claims.yml --var office=IA-04
"""


@click.command(help=f"Report every mistake in scenario files, with its place and cure; start nothing.\n{EXAMPLES}")
@click.argument("files", metavar="FILE|NAME...", nargs=-1, required=True)
@click.option("--var", "variables", metavar="NAME=VALUE", multiple=True, help="A value for {{ vars.NAME }}.")
@click.option("--strict", is_flag=True, help="As run --strict: files to upload must exist.")
def command(files: tuple[str, ...], variables: tuple[str, ...], strict: bool) -> None:
    """Check each file, then fail if any has a mistake."""
    from hms_esr.html.generated_files import is_valid
    from hms_esr.library import load_scenario
    from hms_esr.library.uploads import found_uploads, no_file, not_valid
    from hms_esr.validation.forecast import forecast

    given = read_variables(variables)
    problems: list[Problem] = []
    for file in files:
        try:
            loaded = load_scenario(file, variables=given)
        except BadInput as error:
            problems += error.problems
            continue
        _, missing = found_uploads(loaded)
        if strict and missing:
            problems += [Problem(file, 0, 0, f"--strict: {no_file(name)}") for name in missing]
            continue
        if few := _too_few_rows(loaded, file):
            problems += few
            continue
        click.echo(f"{file}  fine: {loaded.scenario.name} ({loaded.dialect.replace('_', ' ')})")
        if loaded.scenario.loads:
            for line in amounts(forecast(loaded.scenario)):
                click.echo(f"  {line}")
        for name in missing:
            if not is_valid(name):
                click.echo(f"  warning: {not_valid(name)}")
    if problems:
        raise BadInput(problems)


def _too_few_rows(loaded: LoadedScenario, file: str) -> list[Problem]:
    """Sets with ``pick: unique`` that cannot serve everybody, at their places in the file."""
    from hms_esr.library.unique_rows import too_few_rows
    from hms_esr.schedule.arrivals import ArrivalSchedule

    scenario, read = loaded.scenario, loaded.document
    if not scenario.data or not scenario.loads:
        return []
    schedule = ArrivalSchedule(scenario, seed=scenario.seed, warp=scenario.clock.warp)
    found = too_few_rows(scenario, loaded.data, schedule)
    return [
        Problem(file, 0, 0, text) if read is None else read.problem(("data", name, "pick"), text)
        for name, text in found
    ]


def read_variables(pairs: tuple[str, ...]) -> Mapping[str, str]:
    """``name=value`` pairs; BadInput for anything else."""
    wrong = [pair for pair in pairs if "=" not in pair or pair.startswith("=")]
    if wrong:
        raise BadInput([Problem("--var", 0, 0, f"{pair!r} is no NAME=VALUE, such as office=IA-04") for pair in wrong])
    return dict(pair.split("=", 1) for pair in pairs)


def amounts(plan: Forecast) -> list[str]:
    """What a scenario amounts to, in a few lines."""
    from hms_esr.units import duration_text

    people = f"{plan.people:,.0f} {'at once, each again and again' if plan.closed else 'people'}"
    peak = f"peak {figure(plan.people_per_s)} people/s, about {figure(plan.requests_per_s)} requests/s"
    length = f"people come for {duration_text(round(plan.real_s, 3 if plan.real_s < 10 else 0))}"
    if plan.warp != 1:
        length += f" of real time, {duration_text(plan.simulated_s)} simulated (clock {plan.warp:g} times as fast)"
    if plan.drain_s:
        length += f"; who is under way then may take {duration_text(plan.drain_s)} more"
    lines = [f"{people}; {peak}" if plan.people_per_s else people, length]
    if plan.polls_per_s:
        lines.append(f"waiting for outcomes: at most about {figure(plan.polls_per_s)} polls/s")
    return lines


def figure(rate: float) -> str:
    """A rate with as many digits as tell something."""
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.3g}"
