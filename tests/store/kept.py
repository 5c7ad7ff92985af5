"""Owns runs written to disk for tests, and the comparison of records value by value.

Knows nothing of verdicts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from hms_esr.events import ClockChanged
from hms_esr.histogram import Histogram
from hms_esr.record import Record
from hms_esr.store import RunWriter
from tests.records import Day, made_up_ticks, record_of

GONE = {"pid": 2**22 + 1, "created": 1.0, "host": "elsewhere.test"}
"""A process that cannot be there."""


def plain(value: Any) -> Any:
    """``value`` with every dataclass and histogram taken apart, for comparison."""
    if isinstance(value, Histogram):
        return [value.count, value.total, value.minimum, value.maximum, sorted(value.counts.items())]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return [plain(inner) for inner in value]
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def write_run(out: Path, day: Day, run_id: str = "", **facts: Any) -> tuple[Path, Record]:
    """A made-up run on disk, its writer closed, and the record it should give. ``facts`` are added or replace."""
    ticks = made_up_ticks(day)
    record = record_of(day, ticks)
    folder = out / (run_id or record.manifest.run_id)
    writer = RunWriter(folder, record.manifest)
    for tick in ticks:
        writer.ticks([tick])
    for segment in record.segments:
        writer.event(ClockChanged(segment.real_s, segment.sim_s, segment.warp))
    for event in record.events:
        writer.event(event)
    writer.facts(**(facts_of(record) | facts))
    writer.close()
    return folder, record


def facts_of(record: Record) -> dict[str, Any]:
    """The closing facts of a finished run."""
    names = ("planned_total", "planned_curve", "length_real_s", "warm_real_s", "real_s", "sim_s", "setup_requests")
    return {"state": "FINISHED"} | {name: getattr(record, name) for name in names}


def write_manifest(out: Path, run_id: str, name: str, started_at: str, stem: str = "") -> Path:
    """A run's folder with nothing but a manifest that lists can read."""
    folder = out / run_id
    folder.mkdir(parents=True)
    manifest = {"run_id": run_id, "scenario": {"name": name}, "started_at": started_at, "stem": stem or name}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder
