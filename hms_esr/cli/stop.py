"""Owns ``hms-esr stop``: asks running runs to end, and waits for them.

Knows nothing of how a run ends: it undoes its faults and writes its report by itself.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic, sleep

import click

from hms_esr.errors import BadInput, EnvironmentProblem, Problem
from hms_esr.units import duration_s

HELP = """Stop a run: nobody new comes, its faults are undone, its report is written (INTERRUPTED).

RUN is a run's id, 'latest', or a scenario's name (its last run). Waits until the run is over. Exit code 0 when it is,
2 when it was not running, 4 when it cannot be stopped or takes longer than --wait.

\b
hms-esr stop latest
hms-esr stop schedule_f
hms-esr stop --all          every run of this folder; nothing running is fine
"""


@click.command(help=HELP)
@click.argument("run", required=False)
@click.option("--all", "every", is_flag=True, help="Every run that is running.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="Where runs are."
)
@click.option("--wait", default="30s", show_default=True, metavar="D", help="How long to wait for the end.")
def command(run: str | None, every: bool, out: Path, wait: str) -> None:
    """Find, ask, wait, tell."""
    from hms_esr.store import find_run, is_running

    try:
        wait_s = duration_s(wait)
    except ValueError as error:
        raise BadInput([Problem("--wait", 0, 0, str(error))]) from None
    if (run is None) is not every:
        raise BadInput([Problem("stop", 0, 0, "name one run, or give --all; hms-esr runs lists them")])
    if run is not None:
        folder = find_run(out, run)
        if not is_running(folder):
            raise BadInput([Problem(f"run '{run}'", 0, 0, f"{folder.name} is not running: {_how(folder)}")])
        stop([folder], wait_s)
        return
    running = [folder for folder in _folders(out) if is_running(folder)]
    if not running:
        click.echo(f"No run is running in {out}.")
    stop(running, wait_s)


def _folders(out: Path) -> list[Path]:
    from hms_esr.store import list_runs

    return [out / line.run_id for line in list_runs(out) if line.state in ("QUEUED", "RUNNING")]


def stop(folders: list[Path], wait_s: float) -> None:
    """Ask every run's process to end, then wait ``wait_s`` for all of them. EnvironmentProblem names those left."""
    import psutil

    from hms_esr.store import read_facts
    from hms_esr.store.process import find

    asked = []
    problems = []
    for folder in folders:
        process = find(read_facts(folder).get("process"))
        try:
            if process is not None:
                process.terminate()
            asked.append((folder, process))
        except psutil.NoSuchProcess:
            asked.append((folder, None))
        except psutil.Error as error:
            problems.append(f"{folder.name} cannot be stopped: {error}")
    _wait([folder for folder, process in asked if process is not None], wait_s)
    for folder, process in asked:
        if process is not None and find(read_facts(folder).get("process")) is not None:
            problems.append(f"{folder.name} was asked to stop and is still ending (process {process.pid})")
        else:
            click.echo(f"{folder.name} stopped: {_how(folder)}")
    if problems:
        raise EnvironmentProblem("\n".join(problems))


def _wait(folders: list[Path], wait_s: float) -> None:
    """Until the processes of these runs are over (a dead one whose parent has not looked is), or the time is."""
    from hms_esr.store import read_facts
    from hms_esr.store.process import find

    until_s = monotonic() + wait_s
    while monotonic() < until_s and any(find(read_facts(folder).get("process")) for folder in folders):
        sleep(0.1)


def _how(folder: Path) -> str:
    """How a run ended, in words."""
    from hms_esr.store import run_line

    line = run_line(folder)
    if line.state == "BROKEN_OFF":
        return f"it ended without a report; make one with: hms-esr report {folder.name}"
    report = folder / "report.html"
    where = f", report: {report}" if report.is_file() else ""
    return f"{line.verdict or line.state.lower()}{where}"
