"""Owns a worker of a cluster as a process: its guard, its signals, and joining the master it is told of.

Knows nothing of command lines or of the plan: the master sends that.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any

from hms_esr.capacity import open_files
from hms_esr.engine.cluster.worker import Join, WorkerRun
from hms_esr.guarding import Trust, guard_for
from hms_esr.scenario.guard import Guard


def guard_of(needs: Mapping[str, Any]) -> Guard:
    """The guard that the master's own would be here."""
    return guard_for(needs["named"], needs["may_load"], own=needs["own"], trust=Trust(**needs["trust"]))


def carry_out_share(join: Join) -> None:
    """Join, work, deliver, leave. SIGTERM: nobody new, those who came are seen to their end. Ctrl-C is the master's."""
    run = WorkerRun(join, guard_of)
    open_files()
    signal.signal(signal.SIGTERM, lambda *_: run.leave())
    if join.index >= 0:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    run.carry_out()
