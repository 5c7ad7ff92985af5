"""Owns made-up runs that go on: a record written second by second, as slow or as broken as a test wants it.

Knows nothing of pages. The writing process is the test's own, so the run counts as running until it is finished.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hms_esr.events import ClockChanged, Happened, Sensed
from hms_esr.record import Cell, ErrorCount, ErrorKey, PersonEnd, SeriesKey, Tick
from hms_esr.store import RunWriter
from tests.records import Day, made_up_manifest, made_up_scenario

CHECKS: tuple[Any, ...] = (
    {"check": "latency_p95_ms < 1000", "warn": "< 500"},
    "error_rate < 0.5",
    "success_rate > 0.4",
)
PER_S = 10
FAULT = {"fault": "latency", "service": "records", "latency_ms": 900, "name": "records_slow"}


class Replay:
    """A run of ``length_s`` real seconds, 10 people each; ``scenario`` adds to what it is of."""

    def __init__(self, out: Path, *, length_s: int = 60, workers: int = 2, run_id: str = "", **scenario: Any) -> None:
        checks = scenario.pop("checks", CHECKS)
        day = Day(people=length_s * PER_S, length_s=length_s, fault=None, checks=checks, scenario=scenario)
        made = made_up_scenario(day)
        self.manifest = made_up_manifest(day, made)
        self.run_id = run_id or self.manifest.run_id
        self.folder = out / self.run_id
        self.length_s, self.workers, self.warp = length_s, workers, day.warp
        self.second = 0
        self.writer = RunWriter(self.folder, self.manifest)
        self.writer.facts(state="RUNNING", planned_total=day.people, length_real_s=float(length_s), warm_real_s=0.0)
        self.writer.event(ClockChanged(0.0, 0.0, day.warp))

    def go(self, seconds: int, ms: float = 80.0, *, failing: int = 0, message: str = "Schedule F missing") -> Replay:
        """So many more seconds in which every answer takes ``ms`` and ``failing`` of ten people are refused."""
        for _ in range(seconds):
            self.writer.ticks([self._tick(worker, ms, failing, message) for worker in range(self.workers)])
            self.second += 1
        return self

    def _tick(self, worker: int, ms: float, failing: int, message: str) -> Tick:
        at = self.second
        people = range(worker, PER_S, self.workers)
        tick = Tick(f"worker-{worker + 1}", at, at, cpu=0.3)
        tick.planned, tick.delivered = {at: len(people)}, {at: len(people)}
        tick.loop_lag_ms.add(1.5, 20)
        for n in people:
            k, status = at * PER_S + n, 400 if n < failing else 200
            cell = tick.cells.setdefault(SeriesKey("apply", "submit", "farmer", status, "records"), Cell())
            cell.requests += 1
            cell.errors += status == 400
            cell.intended.add(ms + 1)
            cell.actual.add(ms)
            tick.late_ms.add(0.5)
            tick.reached["apply", "submit"] = tick.reached.get(("apply", "submit"), 0) + 1
            state = "failed" if n < failing else "completed"
            tick.ends.append(PersonEnd(k, "apply", "farmer", state, "submit", message, at, at, at + 0.9))
            if n < failing:
                error = ErrorCount(1, 1, float(at), k, f"{k:032x}", {at: 1})
                tick.errors.setdefault(ErrorKey("apply", "submit", "status", message, 400), ErrorCount()).merge(error)
        return tick

    def fault_on(self) -> Replay:
        """The fault ``records_slow`` begins."""
        return self.happened("fault_on", "records_slow", ref="1", details={"service": "records", "fault": "latency"})

    def fault_off(self) -> Replay:
        """It is undone."""
        return self.happened("fault_off", "records_slow", ref="1", details={"verified": True, "after_s": 0.1})

    def happened(self, kind: str, text: str, **more: Any) -> Replay:
        """Something worth a letter."""
        self.writer.event(Happened(kind, text, float(self.second), self.second * self.warp, **more))
        return self

    def sensed(self, **figures: float) -> Replay:
        """The site's sensors say something; ``db_waits`` is ``db.waits``."""
        named = {name.replace("_", ".", 1): value for name, value in figures.items()}
        self.writer.event(Sensed("records", named, float(self.second), self.second * self.warp))
        return self

    def pause(self, seconds: int) -> Replay:
        """Nobody comes, the clock stands still."""
        self.happened("paused", "paused by the operator")
        self.writer.event(ClockChanged(float(self.second), self.second * self.warp, 0.0))
        for _ in range(seconds):
            self.writer.ticks([Tick(f"worker-{n + 1}", self.second, self.second) for n in range(self.workers)])
            self.second += 1
        return self

    def resume(self) -> Replay:
        """People come again."""
        self.happened("resumed", "resumed by the operator")
        sim_s = self.second * self.warp
        self.writer.event(ClockChanged(float(self.second), sim_s, self.warp))
        return self

    def finish(self, **facts: Any) -> Replay:
        """The run is over; its record is closed."""
        ended = {"state": "FINISHED", "real_s": float(self.second), "sim_s": self.second * self.warp}
        self.writer.facts(**(ended | facts))
        self.close()
        return self

    def close(self) -> None:
        """Nothing more is written."""
        self.writer.close()


def closing(replays: Iterable[Replay]) -> None:
    """Close all."""
    for replay in replays:
        replay.close()
