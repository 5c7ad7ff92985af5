"""Owns which runs there are: the list of them, and the run somebody means by an id, ``latest`` or a scenario's name.

Reads only what a line of the list needs; judges nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hms_esr.errors import BadInput, EsrError, Problem
from hms_esr.registry import did_you_mean
from hms_esr.store.layout import LATEST, MANIFEST, SUMMARY, latest_id
from hms_esr.store.process import find
from hms_esr.store.reader import manifest_json, read_facts


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the list.

    ``state``: QUEUED, RUNNING, FINISHED, BROKEN_OFF (its process is gone without a report), UNREADABLE.
    ``verdict`` is empty and ``real_s``, ``people`` (planned) are None while they are not known.
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
    for folder in _folders(out):
        yield run_line(folder)


def _folders(out: Path) -> list[Path]:
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
    return RunLine(
        folder.name,
        name,
        state_of(facts),
        str(summary.get("verdict", "")),
        str(manifest.get("started_at", "")),
        summary.get("real_s", facts.get("real_s")),
        planned,
    )


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


def _summary(folder: Path) -> dict[str, Any]:
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return summary if isinstance(summary, dict) else {}


def find_run(out: Path, run: str) -> Path:
    """The folder of the run meant by ``run``: its id, ``latest``, or a scenario's or its file's name (its last run).

    Raises BadInput, with what was probably meant.
    """
    folders = _folders(out)
    if not folders:
        raise _no_run(run, f"there are no runs in {out}; start one with: hms-esr run FILE")
    by_id = {folder.name: folder for folder in folders}
    if run in by_id:
        return by_id[run]
    if run == LATEST:
        return by_id.get(latest_id(out), folders[0])
    scenarios: dict[str, Path] = {}
    stems: dict[str, Path] = {}
    for folder in folders:
        name, stem = _names(folder)
        scenarios.setdefault(name, folder)
        stems.setdefault(stem, folder)
    found = scenarios.get(run) or stems.get(run)
    if found is None or not run:
        names = [name for name in scenarios if name]
        hint = did_you_mean(run, [LATEST, *names, *by_id]) if run else ""
        if not hint.startswith(" Did"):
            hint = f" Allowed: a run's id, {', '.join([LATEST, *names[:8]])}; hms-esr runs lists them."
        raise _no_run(run, f"no run or scenario of that name in {out}.{hint}")
    return found


def _names(folder: Path) -> tuple[str, str]:
    try:
        manifest = manifest_json(folder)
    except EsrError:
        return "", ""
    scenario = manifest.get("scenario")
    name = str(scenario.get("name", "")) if isinstance(scenario, dict) else ""
    return name, str(manifest.get("stem", ""))


def _no_run(run: str, text: str) -> BadInput:
    return BadInput([Problem(f"run '{run}'", 0, 0, text)])
