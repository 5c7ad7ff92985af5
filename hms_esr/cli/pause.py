"""Owns ``hms-esr pause`` and what ``hms-esr resume`` shares with it: asks a running run, and waits until it did.

Knows nothing of how a clock stands still: the run does that, over all its workers.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import click

from hms_esr.errors import BadInput, EnvironmentProblem, Problem

if TYPE_CHECKING:
    from hms_esr.store import RecordTail

WITHIN_S = 15.0
"""A run that is under way looks for wishes ten times a second."""
HELP = """Pause a run: the simulated clock stands still, nobody new comes, requests under way finish.

RUN is a run's id, 'latest', or a scenario's name (its last run); without RUN the one that is running. Holds for all
workers at the same moment. Faults stay as they are. Go on with: hms-esr resume

\b
hms-esr pause
hms-esr pause schedule_f
hms-esr resume

Exit codes: 0 it stands still, 2 no such run, or it is not running or paused already, 4 it does not answer.
"""


@click.command(help=HELP)
@click.argument("run", required=False)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="Where runs are."
)
def command(run: str | None, out: Path) -> None:
    """Find, ask, wait, tell."""
    from hms_esr.store import RecordTail

    folder = running(out, run, "pause")
    tail = RecordTail(folder)
    if is_paused(tail):
        raise BadInput([Problem(f"run '{folder.name}'", 0, 0, "is paused already; go on with: hms-esr resume")])
    wish(tail, "pause")
    click.echo(f"{folder.name} is paused; go on with: hms-esr resume {folder.name}")


def running(out: Path, run: str | None, what: str) -> Path:
    """The folder of the run that is meant; BadInput when there is none, or it is not running."""
    from hms_esr.store import find_run, is_running, list_runs, run_line

    if run is not None:
        folder = find_run(out, run)
        if not is_running(folder):
            state = run_line(folder).verdict or "it ended without a report"
            raise BadInput([Problem(f"run '{run}'", 0, 0, f"{folder.name} is not running: {state}")])
        return folder
    lines = list_runs(out) if out.is_dir() else ()
    folders = [out / line.run_id for line in lines if line.state in ("QUEUED", "RUNNING")]
    folders = [folder for folder in folders if is_running(folder)]
    if not folders:
        raise BadInput([Problem(what, 0, 0, f"no run is running in {out}")])
    if len(folders) > 1:
        names = ", ".join(folder.name for folder in folders)
        raise BadInput([Problem(what, 0, 0, f"{len(folders)} runs are running, name one: {names}")])
    return folders[0]


def is_paused(tail: RecordTail) -> bool:
    """Whether the run's clock stands still now, by its record."""
    tail.advance()
    segments = tail.record.segments
    return bool(segments) and segments[-1].warp == 0


def wish(tail: RecordTail, what: str) -> None:
    """Leave the wish ``pause`` or ``resume``, and wait until it came true; EnvironmentProblem when it does not."""
    from hms_esr.launch.subprocess_run import ask
    from hms_esr.store import is_running

    folder = tail.folder
    ask(folder, what)
    until_s = monotonic() + WITHIN_S
    while is_paused(tail) is not (what == "pause"):
        if not is_running(folder):
            raise EnvironmentProblem(f"{folder.name} ended before it could {what}")
        if monotonic() > until_s:
            ask(folder, "resume")
            why = "it is being prepared, or only waits for decisions, or hangs"
            raise EnvironmentProblem(f"{folder.name} did not {what} within {WITHIN_S:g} s: {why}")
        sleep(0.05)
