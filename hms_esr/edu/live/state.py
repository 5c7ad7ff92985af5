"""Owns ``state.json``: what the live page shows, as plain figures under names that other programs rely on.

Knows nothing of HTML; figures that have no data are null.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

from hms_esr.edu.live import people, sensed
from hms_esr.edu.live.run_watcher import RunWatcher
from hms_esr.edu.live.view import View
from hms_esr.histogram import Histogram
from hms_esr.record import Cell

_SHARES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}


def state(watch: RunWatcher) -> dict[str, Any]:
    """Everything of one moment. Times end with their unit; shares are 0 to 1."""
    view = View(watch)
    record = view.record
    whole = _whole(view)
    return {
        "run_id": record.manifest.run_id,
        "scenario": record.scenario.name,
        "target": record.manifest.target,
        "sim": True,
        "state": "PAUSED" if view.paused else watch.tail.state,
        "real_s": record.real_s,
        "simulated": view.sim_at(record.real_s).isoformat(),
        "warp": view.warp,
        "verdict": view.judgement.verdict if view.over else None,
        "verdict_so_far": view.judgement.shown if view.known else None,
        "sentence": view.judgement.sentence if view.known else "",
        "people": people.counts(view),
        "requests": record.requests,
        "polls": record.polls,
        "errors": record.error_count,
        "latency_ms": _times(whole.intended),
        "service_latency_ms": _times(whole.actual),
        "checks": _checks(view),
        "error_kinds": _errors(view),
        "faults": [
            {"title": one.title, "service": one.service, "on_s": one.on_s, "off_s": one.off_s, "undone": one.undone}
            for one in record.faults
        ],
        "sensors": sensed.plain(view),
        "workers": _workers(view),
    }


def _whole(view: View) -> Cell:
    whole = view.record.merged()
    for cell in view.record.warm_series.values():
        whole.merge(cell)
    return whole


def _times(times: Histogram) -> dict[str, float | None]:
    return {name: round(times.percentile(q), 3) if times.count else None for name, q in _SHARES.items()}


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _checks(view: View) -> list[dict[str, Any]]:
    found = []
    for index, one in enumerate(view.watch.results):
        lately = view.lately_of(index)
        found.append(
            {
                "check": one.check,
                "title": one.title,
                "value": _finite(one.value),
                "shown": one.shown,
                "limit": one.limit_shown,
                "verdict": one.verdict if one.value is not None or view.over else None,
                "close": one.close,
                "last_10_s": None if lately is None else _finite(lately.value),
                "last_10_s_verdict": None if lately is None else lately.verdict,
            }
        )
    return found


def _errors(view: View) -> list[dict[str, Any]]:
    return [
        {"journey": key.journey, "step": key.step, "kind": key.kind, "message": key.message, "status": key.status}
        | {"n": error.n, "people_stopped": error.people_stopped, "example": error.example}
        for key, error in view.record.errors.items()
    ]


def _workers(view: View) -> list[dict[str, Any]]:
    found = []
    for name, worker in view.record.workers.items():
        tick = view.watch.last_ticks.get(name)
        lag = round(worker.loop_lag_ms.percentile(0.99), 3) if worker.loop_lag_ms.count else None
        cpu = tick.cpu if tick is not None else None
        found.append({"worker": name, "started": worker.started, "cpu": cpu, "loop_lag_p99_ms": lag})
    return found
