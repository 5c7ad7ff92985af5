"""Owns runs as processes: started so that they outlive the server, found again by id, asked to end.

Knows nothing of queues or requests.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from hms_esr.control.queued_run import DOCUMENT, QueuedRun
from hms_esr.control.settings import for_children
from hms_esr.errors import EnvironmentProblem
from hms_esr.launch.subprocess_run import CONSOLE, arguments
from hms_esr.store.process import find, this_process


@dataclass(slots=True)
class RunProcess:
    """A run's process. ``own`` is None for one that an earlier server started."""

    known: dict[str, Any]
    own: subprocess.Popen[bytes] | None = None

    def code(self) -> int | None:
        """Its exit code; None when it is not known."""
        return None if self.own is None else self.own.poll()

    def lives(self) -> bool:
        """Whether it still runs. One that ended is buried here."""
        if self.own is not None:
            return self.own.poll() is None
        return find(self.known) is not None

    def end(self) -> None:
        """Ask it to end: nobody new, faults undone, report written."""
        process = find(self.known)
        if process is not None:
            try:
                process.terminate()
            except psutil.Error as error:
                raise EnvironmentProblem(f"process {process.pid} cannot be asked to end: {error}") from None


def start(ticket: QueuedRun, out: Path, always: tuple[str, ...]) -> RunProcess:
    """Begin the run of ``ticket`` in a process of its own session; ``always`` are options every run is given.

    EnvironmentProblem when it cannot be started.
    """
    folder = out / ticket.run_id
    command = [sys.executable, "-m", "hms_esr", "run", str(folder / DOCUMENT), "--sent-in", "--no-dashboard"]
    command += ["--run-id", ticket.run_id, "--out", str(out), "--stem", ticket.scenario]
    command += ["--target", ticket.target] if ticket.target else []
    if ticket.target_requested not in ("", ticket.target):
        command += ["--target-requested", ticket.target_requested]
    command += [*always, *arguments(ticket.options)]
    try:
        with (folder / CONSOLE).open("wb") as console:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=for_children(),
            )
        created = psutil.Process(process.pid).create_time()
    except (OSError, psutil.Error) as error:
        raise EnvironmentProblem(f"{ticket.run_id} cannot be started: {error}") from None
    return RunProcess(this_process() | {"pid": process.pid, "created": created}, process)


def running_by_id() -> dict[str, RunProcess]:
    """Runs in this machine's table of processes, by run id, whoever started them."""
    found: dict[str, RunProcess] = {}
    for process in psutil.process_iter(["cmdline", "create_time", "status"]):
        words = process.info["cmdline"] or []
        ours = words[2:4] == ["hms_esr", "run"] and "--run-id" in words[:-1]
        if not ours or process.info["status"] == psutil.STATUS_ZOMBIE:
            continue
        run_id = words[words.index("--run-id") + 1]
        known = this_process() | {"pid": process.pid, "created": process.info["create_time"]}
        found.setdefault(run_id, RunProcess(known))
    return found
