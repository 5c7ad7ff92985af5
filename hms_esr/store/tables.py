"""Owns a run's record laid out as tables: one row a second and step, a person, an event, an error, a worker, a sensor.

Knows nothing of file formats. Every row names its run and says ``sim``: nobody takes a rehearsal's figures for real.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hms_esr.record import Record
from hms_esr.stats import Histogram
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


def steps(record: Record, folder: Path) -> Iterator[Row]:
    """A row for each real second and step: requests, errors, bytes, both latencies in ms."""
    for at, second in sorted(record.seconds.items()):
        for (journey, step), cell in sorted(second.steps.items()):
            head = {"real_s": at, "journey": journey, "step": step, "requests": cell.requests, "errors": cell.errors}
            yield head | {"bytes": cell.bytes} | _times("", cell.intended) | _times("actual_", cell.actual)


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
    connection = open_to_read(folder / DATABASE)
    if connection is None:
        return
    try:
        for (body,) in connection.execute("SELECT body FROM ticks ORDER BY rowid"):
            for end in read_tick(body).ends:
                yield end._asdict()
    finally:
        connection.close()


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
    "workers": workers,
    "sensors": sensors,
}
"""Name → rows of a record whose run is in that folder."""


def rows(name: str, record: Record, folder: Path) -> Iterator[Row]:
    """Rows of the table ``name``, each with ``run`` and ``sim`` in front."""
    head = {"run": record.manifest.run_id, "scenario": record.scenario.name, "sim": True}
    return (head | row for row in TABLES[name](record, folder))
