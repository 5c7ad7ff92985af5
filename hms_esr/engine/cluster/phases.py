"""Owns the phases of a run over workers: people start, finish, settle, everything is over; the clock of all of them.

Knows nothing of sockets or records: it looks at members and gives them orders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hms_esr.engine.cluster.worker_state import WorkerState
from hms_esr.engine.loop.run_clock import RunClock
from hms_esr.events import ClockChanged, Happened
from hms_esr.scenario.model import Scenario
from hms_esr.schedule.arrivals import ArrivalSchedule

AHEAD_S = 0.15
"""Changes of the clock are decided so long before they hold, so that all workers know in time."""
SETTLE_EVERY_S = 0.5

Tell = Callable[[Happened | ClockChanged], None]


class RunPhases:
    """Where a run is. ``phase``: running, draining, settling, over."""

    def __init__(self, scenario: Scenario, schedule: ArrivalSchedule, clock: RunClock, tell: Tell) -> None:
        self.phase = "running"
        self.stopped = ""
        self._scenario = scenario
        self._schedule = schedule
        self._clock = clock
        self._tell = tell
        self._until_s = 0.0
        self._changed_s = -1.0
        last = [stream.arrivals.at_s(stream.arrivals.total - 1) for stream in schedule.streams if stream.arrivals.total]
        ramps = any(load.closed or load.length_s for load in scenario.loads)
        self._ramped_at_s = max(last, default=0.0) if ramps else float("inf")

    def advance(self, members: Iterable[WorkerState]) -> None:
        """Look where everybody is and give the orders that follow."""
        worker_pool = [member for member in members if member.at_work]
        now_s, sim_s = self._clock.now_s(), self._clock.sim_s()
        if sim_s >= self._ramped_at_s:
            self._ramped_at_s = float("inf")
            self._happened("ramp_up_complete", "ramp up complete")
        if self.phase == "running" and sim_s >= self._schedule.length_s:
            self._happened("nobody_new", "no new people")
            self._drain(now_s)
        elif self.phase == "draining" and self._drained(worker_pool, now_s):
            if any(member.status["waits"] for member in worker_pool):
                self._settle(worker_pool)
            else:
                self._finish(worker_pool)
        elif self.phase == "settling" and _answered(worker_pool):
            if not any(member.status["waits"] for member in worker_pool):
                self._change(self._clock.plan_warp, worker_pool)
                self._drain(now_s)
            elif now_s - self._changed_s >= SETTLE_EVERY_S:
                self._changed_s = now_s
                wishes = [member.status["warp"] for member in worker_pool if member.status["warp"] is not None]
                if wishes:
                    self._change(min(wishes), worker_pool)

    def _drain(self, now_s: float) -> None:
        self.phase = "draining"
        self._until_s = now_s + self._scenario.drains_for_s

    def _drained(self, worker_pool: list[WorkerState], now_s: float) -> bool:
        if not _answered(worker_pool) or not all(member.status["idle"] for member in worker_pool):
            return False
        return now_s >= self._until_s or not any(member.status["under_way"] for member in worker_pool)

    def _settle(self, worker_pool: list[WorkerState]) -> None:
        self.phase = "settling"
        self._happened("settle", "waiting for decisions, clock ahead")
        for member in worker_pool:
            member.order("settle")

    def _finish(self, worker_pool: list[WorkerState]) -> None:
        self.phase = "over"
        for member in worker_pool:
            member.order("finish")

    def stop(self, reason: str, members: Iterable[WorkerState]) -> None:
        """End now: nobody new, people under way are unfinished, what is waited for stays unknown."""
        if not self.stopped and self.phase != "over":
            self.stopped, self.phase = reason, "over"
            for member in members:
                if member.at_work:
                    member.order("stop", reason=reason)

    def pause(self, wanted: bool, members: Iterable[WorkerState]) -> None:
        """Let the clock stand still, or go on; while people settle it is not paused."""
        if wanted == (self._clock.sim.warp == 0) or self.phase not in ("running", "draining"):
            return
        self._change(0.0 if wanted else self._clock.plan_warp, list(members))
        self._happened("paused" if wanted else "resumed", "paused" if wanted else "resumed")

    def _change(self, warp: float, worker_pool: list[WorkerState]) -> None:
        sim = self._clock.sim
        if abs(warp - sim.warp) > 0.05 * sim.warp or sim.warp == 0:
            segment = sim.change(self._clock.now_s() + AHEAD_S, warp)
            self._tell(ClockChanged(segment.real_s, segment.sim_s, segment.warp))
            for member in worker_pool:
                if member.at_work:
                    member.order("clock", real_s=segment.real_s, warp=segment.warp)

    def _happened(self, kind: str, text: str) -> None:
        self._tell(Happened(kind, text, self._clock.now_s(), self._clock.sim_s()))


def _answered(worker_pool: list[WorkerState]) -> bool:
    """Whether everybody has seen every order, and said so."""
    return all(member.up_to_date for member in worker_pool)
