"""Owns the list of the runs there are, the last first.

Reads only what a line of the list needs; judges nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hms_esr.errors import EsrError
from hms_esr.store.database import people_due, read_facts
from hms_esr.store.layout import MANIFEST, SUMMARY
from hms_esr.store.manifest import manifest_json
from hms_esr.store.process import state_of


@dataclass(frozen=True, slots=True)
class RunLine:
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


def list_runs(out: Path) -> Iterator[RunLine]:
    """Every run in ``out``, the last first; one that cannot be read is listed as UNREADABLE."""
    for folder in run_folders(out):
        yield run_line(folder)


def run_folders(out: Path) -> list[Path]:
    """Folders of runs, the last first."""
    try:
        found = [one for one in out.iterdir() if not one.is_symlink() and (one / MANIFEST).is_file()]
    except OSError:
        return []
    return sorted(found, key=lambda folder: (_started(folder), folder.name), reverse=True)


def _started(folder: Path) -> datetime:
    try:
        at = datetime.fromisoformat(str(manifest_json(folder).get("started_at", "")))
    except (EsrError, ValueError):
        at = datetime.fromtimestamp((folder / MANIFEST).stat().st_mtime, UTC)
    return at if at.tzinfo else at.astimezone()


def run_line(folder: Path) -> RunLine:
    """The list's line of the run in ``folder``."""
    try:
        manifest, facts = manifest_json(folder), read_facts(folder)
    except EsrError:
        return RunLine(folder.name, "", "UNREADABLE", "", "", None, None)
    scenario = manifest.get("scenario")
    name = str(scenario.get("name", "")) if isinstance(scenario, dict) else ""
    summary = _summary(folder)
    people = summary.get("people")
    planned = people.get("planned") if isinstance(people, dict) else facts.get("planned_total")
    state = state_of(facts)
    if state == "BROKEN_OFF":
        planned = people_due(folder)
    return RunLine(
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
