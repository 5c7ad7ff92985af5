"""Owns what can be seen of a run while it goes on: planned beside delivered, both latencies, checks so far, workers.

Knows nothing of pages: plain figures, ready for JSON.
"""

from __future__ import annotations

from typing import Any

from hms_esr.execution.plan import RunPlan
from hms_esr.histogram import Histogram
from hms_esr.record import Cell, Record
from hms_esr.record.second import Second
from hms_esr.verdicts.judge import judge_checks
from hms_esr.verdicts.judgement import CheckResult, Judgement
from hms_esr.verdicts.metrics import Metrics

SECONDS_SHOWN = 300
Figures = dict[str, Any]


class LiveFigures:
    """The run that goes on, or the last one. ``problem``: why a run did not begin; empty otherwise."""

    def __init__(self) -> None:
        self.problem = ""
        self._state = "ready"
        self._plan: RunPlan | None = None
        self._record: Record | None = None
        self._judgement: Judgement | None = None
        self._report = ""

    def prepare(self) -> None:
        """A run was asked for."""
        self._state, self.problem = "preparing", ""
        self._plan = self._record = self._judgement = None
        self._report = ""

    def begin(self, plan: RunPlan, record: Record) -> None:
        """People come from now on; ``record`` grows."""
        self._state, self._plan, self._record = "running", plan, record

    def end(self, record: Record, judgement: Judgement, report: str) -> None:
        """It is over."""
        self._state, self._record, self._judgement, self._report = "over", record, judgement, report

    def fail(self, problem: str) -> None:
        """It did not begin, or broke off."""
        self._state, self.problem = "failed", problem

    def figures(self) -> Figures:
        """Everything, as plain data. Times in ms or seconds as the names say; latencies None without an answer."""
        found: Figures = {"state": self._state, "problem": self.problem}
        record, plan = self._record, self._plan
        if record is None or plan is None:
            return found
        whole = _whole(record)
        return found | {
            "run_id": plan.run_id,
            "scenario": plan.scenario.name,
            "target": plan.target,
            "warp": plan.warp,
            "length_s": record.length_real_s,
            "people": _people(record),
            "requests": record.requests,
            "errors": record.error_count,
            "latency": {"planned": _two(whole.intended), "actual": _two(whole.actual)},
            "seconds": _seconds(record),
            "checks": [_check(result) for result in self._checks(record, plan)],
            "workers": _workers(record),
            "verdict": self._judgement.shown if self._judgement else "",
            "sentence": self._judgement.sentence if self._judgement else "",
            "report": self._report,
        }

    def _checks(self, record: Record, plan: RunPlan) -> tuple[CheckResult, ...]:
        if self._judgement is not None:
            return self._judgement.checks
        return judge_checks(record, Metrics(record, plan.loaded.metrics), strict=plan.options.strict)


def _whole(record: Record) -> Cell:
    whole = record.merged()
    for cell in record.warm_series.values():
        whole.merge(cell)
    return whole


def _two(times: Histogram) -> list[float | None]:
    """[p50, p95] in ms."""
    if not times.count:
        return [None, None]
    return [round(times.percentile(0.5), 2), round(times.percentile(0.95), 2)]


def _people(record: Record) -> dict[str, int]:
    last = record.seconds[max(record.seconds)] if record.seconds else Second()
    states = ("completed", "failed", "dropped", "lost", "unfinished")
    return {
        "planned": record.planned_total,
        "due": record.due,
        "started": record.delivered,
        "active": last.active,
        "waiting": last.waiting,
        **{state: record.people(state) for state in states},
    }


def _seconds(record: Record) -> list[dict[str, Any]]:
    """The last seconds, oldest first. ``planned`` are those whose planned moment was in it."""
    shown = []
    for at in sorted(record.seconds)[-SECONDS_SHOWN:]:
        second, cell = record.seconds[at], Cell()
        for step in second.steps.values():
            cell.merge(step)
        counts = {"at_s": at, "planned": second.planned, "delivered": second.delivered, "requests": second.requests}
        both = {"planned_ms": _two(cell.intended), "actual_ms": _two(cell.actual)}
        shown.append(counts | both | {"errors": second.errors})
    return shown


def _check(result: CheckResult) -> dict[str, str]:
    verdict = "no data yet" if result.value is None else result.verdict
    return {"title": result.title, "shown": result.shown, "limit": result.limit_shown, "verdict": verdict}


def _workers(record: Record) -> list[dict[str, Any]]:
    """CPU in the last whole second and the most (shares of a core), the event loop's delay, people started."""
    found = []
    for name in sorted(record.workers, key=lambda one: (len(one), one)):
        worker = record.workers[name]
        used = {at_s: cpu for at_s, cpu in worker.cpu_by_second.items() if cpu}
        last = used[max(used)] if used else 0.0
        lag_ms = round(worker.loop_lag_ms.percentile(0.99), 2) if worker.loop_lag_ms.count else 0.0
        cpu = {"cpu": round(last, 3), "cpu_max": round(worker.cpu_max, 3)}
        found.append({"name": name, **cpu, "lag_p99_ms": lag_ms, "started": worker.started})
    return found
