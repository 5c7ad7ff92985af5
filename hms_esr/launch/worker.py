"""Owns a worker of a cluster as a process: its guard, its signals, and joining the master it is told of.

Knows nothing of command lines or of the plan: the master sends that.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from typing import Any

from hms_esr.engine.cluster.worker import Join, WorkerRun
from hms_esr.execution.machine import open_files
from hms_esr.http.setup_request import guard_for
from hms_esr.http.tls import Trust
from hms_esr.scenario.guard import Guard


def guard_of(needs: Mapping[str, Any]) -> Guard:
    """The guard that the master's own would be here."""
    return guard_for(needs["named"], needs["may_load"], own=needs["own"], trust=Trust(**needs["trust"]))


def run_share(join: Join, tell: Callable[[str], None] = lambda text: None) -> None:
    """Join, work, deliver, leave; and join anew when the lease had ended and the run goes on.

    SIGTERM: nobody new, those who came are seen to their end. Ctrl-C does the same, and ends everything the second
    time; for a child it is the master's. ``tell`` gets what the operator should know at once.
    """
    runs: list[WorkerRun] = []

    def leave(number: int, _: Any) -> None:
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            tell("leaving: those who came are seen to their end; once more ends them now")
        runs[-1].leave()

    runs.append(WorkerRun(join, guard_of, tell))
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave if join.index < 0 else signal.SIG_IGN)
    open_files()
    while runs[-1].run():
        runs[:] = [WorkerRun(join, guard_of, tell)]
