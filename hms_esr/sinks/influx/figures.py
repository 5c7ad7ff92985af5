"""Owns the fields of each measurement, computed from a record.

Knows nothing of lines or times of points. None stands for no data; it is never sent as 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from hms_esr.clock import SimClock
from hms_esr.histogram import Histogram
from hms_esr.record import Cell, Record, Second, Tick
from hms_esr.sinks.influx.buckets import coarse_fields, fields_by_range
from hms_esr.sinks.influx.lines import tag_text

Fields = dict[str, float | None]
POLLS = "(polls)"
LATELY_S = 10
CODES = {"PASS": 0.0, "WARN": 1.0, "FAIL": 2.0}
STATES = ("completed", "failed", "dropped", "lost", "unfinished")
_NAME = re.compile(r"[^A-Za-z0-9_]+")

fine, coarse = fields_by_range, coarse_fields


def percentiles(times: Histogram, prefix: str = "", suffix: str = "_ms") -> Fields:
    """p50, p95 and p99; None without values."""
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {
        f"{prefix}{name}{suffix}": times.percentile(share) if times.count else None for name, share in shares.items()
    }


def by_tag(steps: Mapping[tuple[str, str], Cell]) -> dict[tuple[str, str], Cell]:
    """Cells by (journey, step) as tags can hold them; names that become one are added up."""
    found: dict[tuple[str, str], Cell] = {}
    for (journey, name), cell in steps.items():
        key = tag_text(journey), tag_text(name)
        if key in found:
            both = Cell()
            both.merge(found[key])
            both.merge(cell)
            found[key] = both
        else:
            found[key] = cell
    return found


def step(cell: Cell) -> Fields:
    """One step in one second."""
    fields: Fields = {"count": float(cell.requests), "errors": float(cell.errors), "bytes": float(cell.bytes)}
    for prefix, times in (("", cell.intended), ("actual_", cell.actual)):
        if times.count:
            fields |= {f"{prefix}mean_ms": times.mean, f"{prefix}max_ms": times.maximum}
            fields |= percentiles(times, prefix)
    return fields


def worker(tick: Tick, missing: int) -> Fields:
    """One worker in one second."""
    lag = tick.loop_lag_ms
    return {
        "cpu": float(tick.cpu),
        "lag_p99_ms": lag.percentile(0.99) if lag.count else None,
        "gc_pause_ms": float(tick.gc_ms),
        "started": float(sum(tick.delivered.values())),
        "ticks_missing": float(missing),
    }


def sensor(told: Mapping[str, float]) -> Fields:
    """Figures by name (``server.p95_ms`` is ``server_p95_ms``); those of single routes are left out."""
    return {_NAME.sub("_", name): float(value) for name, value in told.items() if " " not in name}


def check(value: float | None, limit: float | None, verdict: str) -> Fields:
    """One check: 0 holds, 1 past its warning level, 2 does not hold, -1 no data."""
    code = CODES.get(verdict, -1.0)
    holds = None if code < 0 else float(code < 2)
    return {"value": value, "limit": limit, "holds": holds, "code": code}


def of_second(second: Second) -> Fields:
    """What was in one second alone, all workers together."""
    return {
        "planned_per_s": float(second.planned),
        "delivered_per_s": float(second.delivered),
        "completed_per_s": float(second.completed),
        "failed_per_s": float(second.failed),
        "requests_per_s": float(second.requests),
        "errors_per_s": float(second.errors),
        "active": float(second.active),
        "waiting": float(second.waiting),
    }


def _clock(record: Record) -> SimClock:
    return SimClock(record.scenario.clock.warp, tuple(record.segments))


def warp_at(record: Record, real_s: float) -> float:
    """Simulated seconds in a real one, at a moment of the run."""
    return _clock(record).warp_at(real_s)


def so_far(record: Record, planned: Histogram, actual: Histogram, at: int) -> Fields:
    """The run from its start up to the end of second ``at``; shares and times without the warm-up, as verdicts are."""
    clock = _clock(record)
    judged = record.judged_states
    ended = judged.get("completed", 0) + judged.get("failed", 0)
    requests = sum(cell.requests for cell in record.series.values())
    errors = sum(cell.errors for cell in record.series.values())
    fields: Fields = {
        "planned": float(record.due),
        "planned_total": float(record.planned_total),
        "started": float(record.delivered),
        **{state: float(record.people(state)) for state in STATES},
        "requests": float(record.requests),
        "polls": float(record.polls),
        "errors": float(record.error_count),
        "late_p99_ms": record.late_ms.percentile(0.99) if record.late_ms.count else None,
        "real_s": at + 1.0,
        "sim_s": clock.sim_s(at + 1.0),
        "warp": clock.warp_at(at + 1.0),
        "success_share": judged.get("completed", 0) / ended if ended else None,
        "error_share": errors / requests if requests else None,
    }
    return fields | percentiles(planned) | percentiles(actual, "actual_")


def lately(record: Record, at: int) -> Fields:
    """Times from the planned start over the 10 s that end with second ``at``."""
    times = Histogram()
    for second in range(at - LATELY_S + 1, at + 1):
        if second in record.seconds:
            for cell in record.seconds[second].steps.values():
                times.merge(cell.intended)
    return percentiles(times, suffix="_10s_ms")
