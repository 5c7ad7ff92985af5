"""Owns ``summary.json``: a run's figures under names that other programs rely on.

Knows nothing of how they were judged or shown; figures that have no data are null, never 0 and never NaN.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from hms_esr.errors import NoData
from hms_esr.histogram import Histogram
from hms_esr.record import PHASES, FaultRecord, Phases, Record
from hms_esr.verdicts.judgement import CheckResult, Judgement
from hms_esr.verdicts.measures.latency import FIGURES, figure_ms
from hms_esr.verdicts.measures.recovery import recovery

STATES = ("completed", "failed", "dropped", "lost", "unfinished")
_ORDER = (
    *("run_id", "scenario", "description", "tags", "seed", "target", "target_requested", "sim", "state"),
    *("verdict", "reason", "also", "trust", "warnings", "exit_code", "started_at", "real_s", "simulated_s"),
    *("people", "requests", "unanswered", "setup_requests", "polls", "retries", "refreshes", "errors", "checks"),
    *("latency_ms", "service_latency_ms", "phases_ms", "steps", "error_kinds", "delivery", "generator"),
    *("decisions", "personas"),
    *("clock", "faults", "conditions", "probes", "sensors", "made_up_files", "form_again"),
)
"""As a reader of the file meets them."""


class JsonReport:
    """``summary.json``."""

    filename = "summary.json"

    def write(self, record: Record, judgement: Judgement) -> str:
        """JSON text, UTF-8, ending with a line end."""
        text = json.dumps(summary(record, judgement), ensure_ascii=False, indent=2, allow_nan=False)
        return text.encode("utf-8", "replace").decode() + "\n"


def summary(record: Record, judgement: Judgement) -> dict[str, Any]:
    """Everything of a run in one object that JSON can hold. Times end with their unit; shares are 0 to 1."""
    found = _what_ran(record) | _verdict(judgement) | _counts(record) | _parts(record)
    found["checks"] = [_check(result, judgement) for result in judgement.checks]
    found["conditions"] = [
        {"condition": one.name, "measured": one.measured, "allowed": one.allowed, "state": one.state}
        for one in judgement.conditions
    ]
    return {name: _plain(found[name]) for name in sorted(found, key=_ORDER.index)}


def _what_ran(record: Record) -> dict[str, Any]:
    manifest, scenario = record.manifest, record.scenario
    return {
        "run_id": manifest.run_id,
        "scenario": scenario.name,
        "description": scenario.description,
        "tags": list(scenario.tags),
        "seed": manifest.seed,
        "target": manifest.target,
        "target_requested": manifest.target_requested,
        "sim": True,
        "state": "FINISHED",
        "started_at": manifest.started_at,
        "made_up_files": list(manifest.made_up_files),
    }


def _verdict(judgement: Judgement) -> dict[str, Any]:
    return {
        "verdict": judgement.verdict,
        "reason": judgement.sentence,
        "also": list(judgement.also),
        "trust": judgement.trust,
        "warnings": judgement.warnings,
        "exit_code": judgement.exit_code,
    }


def _counts(record: Record) -> dict[str, Any]:
    return {
        "real_s": record.real_s,
        "simulated_s": record.sim_s,
        "people": {"planned": record.planned} | {state: record.people(state) for state in STATES},
        "requests": record.requests,
        "unanswered": record.unanswered,
        "setup_requests": record.setup_requests,
        "polls": record.polls,
        "retries": record.retries,
        "refreshes": record.refreshes,
        "errors": record.error_count,
    }


def _parts(record: Record) -> dict[str, Any]:
    all_requests = record.merged()
    return {
        "latency_ms": _latencies(all_requests.intended),
        "service_latency_ms": _latencies(all_requests.actual),
        "phases_ms": _phases(record.phases.values()),
        "steps": _steps(record),
        "error_kinds": _error_kinds(record),
        "delivery": _delivery(record),
        "generator": _generator(record),
        "decisions": _decisions(record),
        "personas": _personas(record),
        "form_again": [
            {"journey": journey, "step": step, "people": n} for (journey, step), n in record.form_again.items()
        ],
        "clock": [{"real_s": one.real_s, "simulated_s": one.sim_s, "warp": one.warp} for one in record.segments],
        "faults": [_fault(record, fault) for fault in record.faults],
        "probes": dict(record.probes),
        "sensors": {name: dict(figures) for name, figures in record.sensors.items()},
    }


def _plain(value: Any) -> Any:
    """What JSON can hold: no NaN or infinity, keys are text."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


def _check(result: CheckResult, judgement: Judgement) -> dict[str, Any]:
    """``judged`` false: the figure is for diagnosis only, for the rehearsal as a whole was not judged."""
    return {
        "check": result.check,
        "value": result.value,
        "verdict": result.verdict,
        "reason": result.reason,
        "title": result.title,
        "limit": result.limit,
        "warn": result.warn,
        "close": result.close,
        "default": result.default,
        "judged": judgement.verdict in ("PASS", "FAIL"),
    }


def _latencies(times: Histogram) -> dict[str, float | None]:
    figures = {figure: figure_ms(times, figure) for figure in FIGURES}
    return {figure: None if value is None else round(value, 3) for figure, value in figures.items()}


def _steps(record: Record) -> list[dict[str, Any]]:
    return [
        {
            "journey": journey,
            "step": step,
            "requests": cell.requests,
            "errors": cell.errors,
            "latency_ms": _latencies(cell.intended),
            "service_latency_ms": _latencies(cell.actual),
            "phases_ms": _phases([record.phases[journey, step]] if (journey, step) in record.phases else ()),
        }
        for (journey, step), cell in record.by_step().items()
    ]


def _phases(found: Iterable[Phases]) -> dict[str, dict[str, float | None]]:
    """Where the time of requests went: how often each phase was, its median and 95th percentile, its sum."""
    total = Phases()
    for one in found:
        total.merge(one)
    return {name: _phase(getattr(total, name)) for name in PHASES}


def _phase(times: Histogram) -> dict[str, float | None]:
    known = {f"p{round(100 * q)}": round(times.percentile(q), 3) if times.count else None for q in (0.5, 0.95)}
    return {"count": times.count, **known, "total": round(times.total, 3)}


def _error_kinds(record: Record) -> list[dict[str, Any]]:
    most_first = sorted(record.errors.items(), key=lambda pair: (-pair[1].n, pair[0]))
    return [
        {
            "journey": key.journey,
            "step": key.step,
            "kind": key.kind,
            "message": key.message,
            "status": key.status,
            "n": error.n,
            "people_stopped": error.people_stopped,
            "first_real_s": error.first_real_s,
            "example": error.example,
            "example_person": error.example_k if error.example_k >= 0 else None,
            "trace_id": error.trace_id,
        }
        for key, error in most_first
    ]


def _delivery(record: Record) -> dict[str, Any]:
    late = record.late_ms
    return {
        "planned": record.planned,
        "delivered": record.delivered,
        "late_p99_ms": round(late.percentile(0.99), 3) if late.count else None,
        "off_plan_max": record.off_plan_max,
        "per_second": [[at, one.planned, one.delivered] for at, one in sorted(record.seconds.items())],
        "workers_lost": len({event.ref for event in record.events if event.kind == "worker_lost"}),
        "taken_over": sum(int(event.details.get("taken_over", 0)) for event in record.events),
    }


def _generator(record: Record) -> dict[str, Any]:
    """The busiest worker's CPU (share of a core, in its busiest second), the worst event loop, the longest pause."""
    workers = list(record.workers.values())
    lags = [worker.loop_lag_ms.percentile(0.99) for worker in workers if worker.loop_lag_ms.count]
    return {
        "cpu_max": max((worker.cpu_max for worker in workers if worker.seconds), default=None),
        "loop_lag_p99_ms": round(max(lags), 3) if lags else None,
        "gc_pause_max_ms": round(max((worker.gc_pause_max_ms for worker in workers), default=0.0), 3),
    }


def _decisions(record: Record) -> list[dict[str, Any]]:
    return [
        {
            "within_s": within_s,
            "reached": one.reached,
            "in_time": one.in_time,
            "late": one.late,
            "undecided": one.undecided,
            "decided": one.decided,
            "bound_s": one.bound_s,
        }
        for within_s, one in sorted(record.decisions.items())
    ]


def _personas(record: Record) -> list[dict[str, Any]]:
    """Judged people by persona: averages hide who fails."""
    found = []
    for persona in sorted({persona for persona, _ in record.persona_states}):
        states = {state: record.persona_states.get((persona, state), 0) for state in STATES}
        ended = states["completed"] + states["failed"]
        found.append({"persona": persona, **states, "success_rate": states["completed"] / ended if ended else None})
    return found


def _fault(record: Record, fault: FaultRecord) -> dict[str, Any]:
    came_back: float | None = None
    try:
        found = recovery(record, fault)
        came_back, note = (found.real_s, "") if found.recovered else (None, "not recovered when the load ended")
    except NoData as error:
        note = str(error)
    return {
        "fault": fault.title,
        "service": fault.service,
        "on_s": fault.on_s,
        "off_s": fault.off_s,
        "undone": fault.undone,
        "recovery_s": came_back,
        "note": note,
    }
