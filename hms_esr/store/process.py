"""Owns the question whether the process that writes a run's record still lives.

Knows nothing of records or signals.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Any

import psutil

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
