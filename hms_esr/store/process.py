"""Owns the question whether the process that writes a run's record still lives.

Knows nothing of people, verdicts or signals.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from hms_esr.errors import EsrError
from hms_esr.store.database import read_facts

SAME_S = 3.0
"""Start times this close are one process: the system's own clock may have been set in between."""


def this_process() -> dict[str, Any]:
    """What tells this process from every other: ``{pid, created, host}``."""
    return {"pid": os.getpid(), "created": psutil.Process().create_time(), "host": socket.gethostname()}


def find(known: Mapping[str, Any] | None) -> psutil.Process | None:
    """The process known as ``{pid, created, host}``, if it lives on this machine; never another with its number."""
    if not known or known.get("host") != socket.gethostname():
        return None
    try:
        process = psutil.Process(int(known["pid"]))
        same = abs(process.create_time() - float(known["created"])) <= SAME_S
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.Error, KeyError, TypeError, ValueError):
        return None


def state_of(facts: dict[str, Any]) -> str:
    """The run's state as its facts and the machine's processes tell it."""
    state = str(facts.get("state", ""))
    return state if state == "FINISHED" or find(facts.get("process")) is not None else "BROKEN_OFF"


def is_running(folder: Path) -> bool:
    """Whether the process that carries the run in ``folder`` out still lives and has not finished it."""
    try:
        return state_of(read_facts(folder)) in ("QUEUED", "RUNNING")
    except EsrError:
        return False
