"""Owns the list of the runs there are, the last first.

Reads only what a line of the list needs; judges nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from hms_esr.errors import EsrError
from hms_esr.store.database import people_due, read_facts
from hms_esr.store.layout import DATABASE, MANIFEST, SUMMARY
from hms_esr.store.manifest import manifest_json
from hms_esr.store.process import state_of

MOST_KEPT = 10_000
"""Runs of which what was read is kept; the rest is read at each look."""
_TELLING = (MANIFEST, DATABASE, f"{DATABASE}-wal", SUMMARY)


@dataclass(frozen=True, slots=True)
class ListedRun:
    """One run in the list.

    ``state``: QUEUED, RUNNING, FINISHED, BROKEN_OFF (its process is gone without a report), UNREADABLE.
    ``verdict`` is empty and ``real_s``, ``people`` (planned; of a run broken off: those due until then) are None while
    they are not known.
    """

    run_id: str
    scenario: str
    state: str
    verdict: str
    started_at: str
    real_s: float | None
    people: int | None


class RunList:
    """The runs in ``out``, looked at again and again. What was read of one that is over is kept until its files change.

    May be used from several threads.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._kept: dict[str, _Kept] = {}

    def lines(self) -> list[ListedRun]:
        """As :func:`list_runs`."""
        before, now = self._kept, dict[str, _Kept]()
        found = []
        for folder in _folders(self._out):
            kept = before.get(folder.name)
            stamp = _stamp(folder)
            if kept is None or kept.stamp != stamp:
                line = run_line(folder)
                kept = _Kept(stamp, _moment(line.started_at, folder), line)
            if kept.line.state in ("FINISHED", "BROKEN_OFF") and len(now) < MOST_KEPT:
                now[folder.name] = kept
            found.append(kept)
        self._kept = now
        found.sort(key=lambda kept: (kept.started, kept.line.run_id), reverse=True)
        return [kept.line for kept in found]


class _Kept(NamedTuple):
    """What was read of a run, and the state of its files just before."""

    stamp: tuple[tuple[int, int], ...]
    started: datetime
    line: ListedRun


def _stamp(folder: Path) -> tuple[tuple[int, int], ...]:
    """(moment of the last change in ns, size) of each file that says something of a run; zeros for one not there."""
    found = []
    for name in _TELLING:
        try:
            told = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 - thousands of them at each look
        except OSError:
            found.append((0, 0))
        else:
            found.append((told.st_mtime_ns, told.st_size))
    return tuple(found)


def list_runs(out: Path) -> Iterator[ListedRun]:
    """Every run in ``out``, the last first; one that cannot be read is listed as UNREADABLE."""
    for folder in run_folders(out):
        yield run_line(folder)


def run_folders(out: Path) -> list[Path]:
    """Folders of runs, the last first."""
    return sorted(_folders(out), key=lambda folder: (_started(folder), folder.name), reverse=True)


def _folders(out: Path) -> list[Path]:
    try:
        return [one for one in out.iterdir() if not one.is_symlink() and (one / MANIFEST).is_file()]
    except OSError:
        return []


def _started(folder: Path) -> datetime:
    try:
        text = str(manifest_json(folder).get("started_at", ""))
    except EsrError:
        text = ""
    return _moment(text, folder)


def _moment(started_at: str, folder: Path) -> datetime:
    """As the manifest says, or when that was written."""
    try:
        at = datetime.fromisoformat(started_at)
    except ValueError:
        at = datetime.fromtimestamp(_changed_s(folder / MANIFEST), UTC)
    return at if at.tzinfo else at.astimezone()


def _changed_s(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # removed meanwhile
        return 0.0


def run_line(folder: Path) -> ListedRun:
    """The list's line of the run in ``folder``."""
    try:
        manifest, facts = manifest_json(folder), read_facts(folder)
    except EsrError:
        return ListedRun(folder.name, "", "UNREADABLE", "", "", None, None)
    scenario = manifest.get("scenario")
    name = str(scenario.get("name", "")) if isinstance(scenario, dict) else ""
    summary = _summary(folder)
    people = summary.get("people")
    planned = people.get("planned") if isinstance(people, dict) else facts.get("planned_total")
    state = state_of(facts)
    if state == "BROKEN_OFF":
        planned = people_due(folder)
    return ListedRun(
        folder.name,
        name,
        state,
        str(summary.get("verdict", "")),
        str(manifest.get("started_at", "")),
        summary.get("real_s", facts.get("real_s")),
        planned,
    )


def _summary(folder: Path) -> dict[str, Any]:
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return summary if isinstance(summary, dict) else {}
