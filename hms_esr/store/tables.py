"""Owns a run's record laid out as tables: one row a second and step, a person, an event, an error, a sample …

Knows nothing of file formats. Every row names its run and says ``sim``: nobody takes a rehearsal's figures for real.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from hms_esr.histogram import Histogram
from hms_esr.record import PHASES, Phases, Record, Tick
from hms_esr.store.database import open_to_read
from hms_esr.store.layout import DATABASE
from hms_esr.store.tick_text import read_tick

Row = dict[str, Any]


def _times(prefix: str, histogram: Histogram) -> Row:
    known = histogram.count > 0
    return {f"{prefix}mean_ms": round(histogram.mean, 3) if known else None} | {
        f"{prefix}p{round(share * 100)}_ms": round(histogram.percentile(share), 3) if known else None
        for share in (0.5, 0.95, 0.99)
    }


def _phases(phases: Phases) -> Row:
    found: Row = {}
    for name in PHASES:
        times = getattr(phases, name)
        shares = {f"{name}_p{q}_ms": round(times.percentile(q / 100), 3) if times.count else None for q in (50, 95)}
        found |= {f"{name}s": times.count} | shares if name == "connect" else shares
    return found


def _phases_by_second(folder: Path) -> Iterator[tuple[int, dict[tuple[str, str], Phases]]]:
    """Each second that was recorded, in order, with what all workers say of its phases."""
    for second, ticks in groupby(_ticks(folder, "second, rowid"), key=lambda tick: tick.second):
        found: dict[tuple[str, str], Phases] = {}
        for tick in ticks:
            for where, phases in tick.phases.items():
                found.setdefault(where, Phases()).merge(phases)
        yield second, found


def _ticks(folder: Path, order: str = "rowid") -> Iterator[Tick]:
    connection = open_to_read(folder / DATABASE)
    if connection is None:
        return
    try:
        for (body,) in connection.execute(f"SELECT body FROM ticks ORDER BY {order}"):
            yield read_tick(body)
    finally:
        connection.close()


def steps(record: Record, folder: Path) -> Iterator[Row]:
    """A row for each real second and step: requests, errors, bytes, both latencies and phases in ms."""
    none = Phases()
    for at, told in _phases_by_second(folder):
        for (journey, step), cell in sorted(record.seconds[at].steps.items() if at in record.seconds else ()):
            head = {"real_s": at, "journey": journey, "step": step, "requests": cell.requests, "errors": cell.errors}
            times = _times("", cell.intended) | _times("actual_", cell.actual)
            yield head | {"bytes": cell.bytes} | times | _phases(told.get((journey, step), none))


def seconds(record: Record, folder: Path) -> Iterator[Row]:
    """A row for each real second: people planned, delivered, active, ended; requests, polls."""
    names = (
        "planned",
        "delivered",
        "active",
        "waiting",
        "completed",
        "failed",
        "requests",
        "answered",
        "errors",
        "polls",
    )
    for at, second in sorted(record.seconds.items()):
        yield {"real_s": at} | {name: getattr(second, name) for name in names}


def people(record: Record, folder: Path) -> Iterator[Row]:
    """A row for each person, in the order they ended. Numbers, never names: they hold no data of anybody."""
    for tick in _ticks(folder):
        for end in tick.ends:
            yield _numbered(end._asdict())


def samples(record: Record, folder: Path) -> Iterator[Row]:
    """A row for each request kept as an example: failures, and slow ones (kind ``slow``)."""
    for tick in _ticks(folder):
        for sample in tick.samples:
            yield _numbered(sample._asdict())


def _numbered(row: Row) -> Row:
    """The person's number is called ``k`` in tables."""
    return {"k" if name == "person_no" else name: value for name, value in row.items()}


def events(record: Record, folder: Path) -> Iterator[Row]:
    """A row for each event: faults, pauses, workers, notes."""
    for event in record.events:
        yield {"real_s": event.real_s, "sim_s": event.sim_s, "kind": event.kind, "ref": event.ref, "text": event.text}


def errors(record: Record, folder: Path) -> Iterator[Row]:
    """A row for each kind of error, the most frequent first."""
    for key, error in sorted(record.errors.items(), key=lambda item: -item[1].n):
        first = {"first_real_s": error.first_real_s, "example_k": error.example_k, "trace_id": error.trace_id}
        yield key._asdict() | {"n": error.n, "people_stopped": error.people_stopped} | first


def workers(record: Record, folder: Path) -> Iterator[Row]:
    """A row for each worker and second: share of a core used."""
    for name, worker in sorted(record.workers.items()):
        for at, cpu in sorted(worker.cpu_by_second.items()):
            yield {"worker": name, "real_s": at, "cpu": cpu, "saturated": at in worker.saturated_seconds}


def sensors(record: Record, folder: Path) -> Iterator[Row]:
    """A row for each figure of each reading of the target's sensors."""
    for said in record.sensed:
        for name, value in said.figures.items():
            yield {"real_s": said.real_s, "sim_s": said.sim_s, "service": said.service, "figure": name, "value": value}


TABLES: dict[str, Callable[[Record, Path], Iterator[Row]]] = {
    "steps": steps,
    "seconds": seconds,
    "people": people,
    "events": events,
    "errors": errors,
    "samples": samples,
    "workers": workers,
    "sensors": sensors,
}
"""Name → rows of a record whose run is in that folder."""


def rows(name: str, record: Record, folder: Path) -> Iterator[Row]:
    """Rows of the table ``name``, each with ``run`` and ``sim`` in front."""
    head = {"run": record.manifest.run_id, "scenario": record.scenario.name, "sim": True}
    return (head | row for row in TABLES[name](record, folder))
