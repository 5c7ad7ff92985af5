"""Owns telling whether the process of a run is alive: by number and birth, so that a number used again fools nobody.

Knows nothing of what the process does.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import psutil


def this_worker() -> dict[str, Any]:
    """This process as manifests list it."""
    process = psutil.Process()
    return {"index": 0, "host": socket.gethostname(), "pid": process.pid, "created": process.create_time()}


def process_of(folder: Path) -> psutil.Process | None:
    """The living process that carries the run in ``folder`` out, if there is one."""
    try:
        worker = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["workers"][0]
        process = psutil.Process(int(worker["pid"]))
        alive = process.create_time() == worker["created"] and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, KeyError, IndexError, TypeError, psutil.Error):
        return None
    return process if alive else None


def is_running(folder: Path) -> bool:
    """Whether that process is alive."""
    return process_of(folder) is not None
