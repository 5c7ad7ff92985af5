"""Owns folders of runs that never got as far as a record: refused at their start, stopped in a queue, killed at once.

Changes nothing. A folder that holds anything a run does not leave before its record is no run's, and not told of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from time import time
from typing import Any

import psutil

from hms_esr.store.layout import DATABASE, MANIFEST
from hms_esr.store.listing import ListedRun

NO_RECORD = "NO_RECORD"
BEGINS_S = 600.0
"""A folder that was touched so lately may be of a run that is about to begin."""
_TICKET = "ticket.json"
_LEFT = {"console.txt", "scenario.json", "scenario.yml", _TICKET, "wish", "wish.part"}
"""What a run, and whoever starts one, may leave before there is a manifest."""
_ID = re.compile(r"\d{8}-\d{6}-[A-Za-z0-9_.-]{1,48}-[0-9a-f]{4}")


def unrecorded(out: Path) -> list[ListedRun]:
    """Runs in ``out`` without a manifest, the last first.

    ``state`` is NO_RECORD, or QUEUED while the run may yet begin: it waits for its turn, has a process, or was touched
    in the last ten minutes. ``started_at``: when its folder was touched last.
    """
    try:
        found = [one for one in out.iterdir() if _is_of_a_run(one)]
    except OSError:
        return []
    alive = _with_process() if found else set()
    lines = [_line(folder, alive) for folder in found]
    return sorted(lines, key=lambda line: (line.started_at, line.run_id), reverse=True)


def may_begin(folder: Path) -> bool:
    """Whether a run without a database may be about to make one."""
    return not (folder / DATABASE).exists() and (_is_fresh(folder) or folder.name in _with_process())


def _is_of_a_run(folder: Path) -> bool:
    if not _ID.fullmatch(folder.name) or folder.is_symlink() or not folder.is_dir() or (folder / MANIFEST).exists():
        return False
    try:
        return all(one.name in _LEFT and one.is_file() and not one.is_symlink() for one in folder.iterdir())
    except OSError:
        return False


def _line(folder: Path, alive: set[str]) -> ListedRun:
    ticket = _ticket(folder)
    waits = "ended" in ticket and not ticket["ended"]
    begins = waits or folder.name in alive or (not ticket and _is_fresh(folder))
    touched = datetime.fromtimestamp(_touched(folder), UTC).isoformat(timespec="seconds")
    state = "QUEUED" if begins else NO_RECORD
    return ListedRun(folder.name, str(ticket.get("scenario", "")), state, "", touched, None, None)


def _ticket(folder: Path) -> dict[str, Any]:
    """What is written of a run that was asked for over HTTP; empty when it was not."""
    try:
        whole = json.loads((folder / _TICKET).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return whole if isinstance(whole, dict) else {}


def _is_fresh(folder: Path) -> bool:
    return abs(time() - _touched(folder)) < BEGINS_S


def _touched(folder: Path) -> float:
    return max((_changed(one) for one in (folder, *_inside(folder))), default=0.0)


def _inside(folder: Path) -> Iterator[Path]:
    try:
        yield from folder.iterdir()
    except OSError:
        return


def _changed(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def _with_process() -> set[str]:
    """Ids named on the command lines of this machine's processes."""
    found = set()
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        found |= {said for flag, said in pairwise(words) if flag == "--run-id"}
    return found
