"""Owns ``hms-esr resume``: a paused run goes on.

Knows nothing of how it does.
"""

from __future__ import annotations

from pathlib import Path

import click

from hms_esr.cli.pause import is_paused, running, wish
from hms_esr.errors import BadInput, Problem

HELP = """Let a paused run go on: the simulated clock runs again and people come, nobody is late by the pause.

RUN is a run's id, 'latest', or a scenario's name (its last run); without RUN the one that is running.

\b
hms-esr resume
hms-esr resume schedule_f

Exit codes: 0 it goes on, 2 no such run, or it is not running or not paused, 4 it does not answer.
"""


@click.command(help=HELP)
@click.argument("run", required=False)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="Where runs are."
)
def command(run: str | None, out: Path) -> None:
    """Find, ask, wait, tell."""
    from hms_esr.store import RecordTail

    folder = running(out, run, "resume")
    tail = RecordTail(folder)
    if not is_paused(tail):
        raise BadInput([Problem(f"run '{folder.name}'", 0, 0, "is not paused")])
    wish(tail, "resume")
    click.echo(f"{folder.name} goes on")
