"""Owns the course of a run in one worker: people start on time, finish, settle; then everything is over.

Knows nothing of Locust's runners, files or verdicts. Starting never waits for the target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from gevent.event import Event

from hms_esr.engine.locust_core.users import ScenarioUser
from hms_esr.engine.loop.timer import Timer
from hms_esr.engine.start_loop.active_users import ActiveUsers
from hms_esr.engine.user.context import WorkerContext
from hms_esr.engine.user.polling import StatusPoller
from hms_esr.engine.user.virtual_user import VirtualUser
from hms_esr.events import ClockChanged, Happened
from hms_esr.schedule.arrivals import Arrival
from hms_esr.steps.step import Outcome

LONGEST_SLEEP_S = 0.25
"""The course of the run is looked at so often even when nobody is due."""

Tell = Callable[[Happened | ClockChanged], None]


class StartLoop:
    """Starts every person of one worker and sees them to their end. ``phase`` says where the run is."""

    def __init__(
        self, context: WorkerContext, classes: tuple[type[ScenarioUser], ...], environment: Any, tell: Tell
    ) -> None:
        self.context = context
        self.phase = "waiting"
        self.finished = Event()
        self._alarm = Timer()
        self.active_users = ActiveUsers(context, classes, environment, self._alarm.ring)
        self.poller = StatusPoller(context, self.active_users.resume)
        context.on_park = self._park
        self._tell = tell
        self._stop_reason = ""
        self._peak_per_s = 1.0
        self._ramp_told = not any(load.closed or load.length_s for load in context.scenario.loads)

    def stop(self, reason: str) -> None:
        """End now: nobody new, people under way are unfinished, what is waited for stays unknown."""
        if not self._stop_reason:
            self._stop_reason = reason or "stopped"
            self.context.closing = True
            self._alarm.ring()

    def pause(self, wanted: bool) -> None:
        """Let the clock stand still (requests under way finish), or go on; while people settle it is not paused."""
        clock = self.context.clock
        if wanted == (clock.sim.warp == 0) or self.phase not in ("running", "draining"):
            return
        self.context.clock_may_change = True
        self._change(0.0 if wanted else clock.plan_warp)
        self._happened("paused" if wanted else "resumed", "paused" if wanted else "resumed")
        self._alarm.ring()

    def quiet(self) -> tuple[bool, float]:
        """(whether nobody is under way, real seconds until somebody is due), as far as is known."""
        return not self.active_users.under_way, self._alarm.rest_s

    def busiest(self, requests_per_s: float) -> None:
        """The run's busiest second so far: settling never asks more than that."""
        self._peak_per_s = max(self._peak_per_s, requests_per_s)

    def run(self) -> None:
        """From the first person to the last decision."""
        try:
            self.phase = "running"
            self._start_people(self._arrivals())
            self.active_users.refills = False
            self._closing_time("nobody_new", "no new people")
            self._drain()
            while len(self.poller) and not self._stop_reason:
                self._settle()
                self._drain()
        finally:
            self._close()

    def _close(self) -> None:
        self._end_crew()
        self.context.people.kill(timeout=5)
        self.poller.give_up()
        self.phase = "over"
        self._alarm.close()
        self.context.close()
        self.finished.set()

    def _arrivals(self) -> Iterator[Arrival]:
        assignment = self.context.assignment
        schedule = self.context.cast.schedule
        if assignment.only is not None:
            return iter([schedule.arrival(assignment.only)])
        return schedule.in_order(assignment.worker, assignment.workers)

    def _start_people(self, arrivals: Iterator[Arrival]) -> None:
        context, clock, poller = self.context, self.context.clock, self.poller
        end_s = context.cast.schedule.length_s
        upcoming = next(arrivals, None)
        alone = context.assignment.only is not None
        while not self._stop_reason:
            sim_s = clock.sim_s()
            batch: list[Arrival] = []
            while upcoming is not None and upcoming.at_s <= sim_s:
                batch.append(upcoming)
                upcoming = next(arrivals, None)
            batch += self.active_users.due_again(sim_s)
            if batch:
                self.active_users.start(batch)
            self._look()
            if upcoming is None and not self._ramp_told:
                self._ramp_told = True
                self._happened("ramp_up_complete", "ramp up complete")
            if sim_s >= end_s or (alone and upcoming is None):
                return
            next_s = min(end_s, poller.next_due_s, self.active_users.next_again_s)
            if upcoming is not None:
                next_s = min(next_s, upcoming.at_s)
            self._alarm.sleep(min(clock.until_s(next_s), LONGEST_SLEEP_S))

    def _look(self) -> None:
        for wait in self.poller.due(self.context.clock.sim_s()):
            self.context.people.spawn(self.poller.look, wait)

    def _park(self, virtual_user: VirtualUser, outcome: Outcome) -> None:
        self.active_users.park(virtual_user)
        self.poller.add(virtual_user, outcome)

    def _end_crew(self) -> None:
        self.active_users.end_everybody()

    def _drain(self) -> None:
        """People under way finish within the drain; looks of waits go on as they fall due."""
        context = self.context
        self.phase = "draining"
        until_s = context.clock.now_s() + context.scenario.drains_for_s
        while self.active_users.under_way and context.clock.now_s() < until_s and not self._stop_reason:
            self._look()
            before_s = context.clock.now_s()
            self._alarm.sleep(0.02)
            if context.clock.sim.warp == 0:
                until_s += context.clock.now_s() - before_s
        self._end_crew()

    def _settle(self) -> None:
        """The clock runs on, faster, until every decision is known."""
        context, clock = self.context, self.context.clock
        self.phase = "settling"
        context.clock_may_change = True
        self._happened("settle", "waiting for decisions, clock ahead")
        settle_warp, changed_s = max(context.scenario.clock.settle_warp, clock.plan_warp), -1.0
        while len(self.poller) and not self._stop_reason:
            now_s = clock.now_s()
            if now_s - changed_s >= 0.5:
                changed_s = now_s
                self._change(self.poller.warp(clock.sim_s(), self._peak_per_s, settle_warp))
            self._look()
            until_s = clock.until_s(self.poller.next_due_s)
            self._alarm.sleep(min(until_s, changed_s + 0.5 - now_s, LONGEST_SLEEP_S))
        self._change(clock.plan_warp)

    def _change(self, warp: float) -> None:
        clock = self.context.clock
        if abs(warp - clock.sim.warp) > 0.05 * clock.sim.warp or clock.sim.warp == 0:
            segment = clock.sim.change(clock.now_s(), warp)
            self._tell(ClockChanged(segment.real_s, segment.sim_s, segment.warp))

    def _closing_time(self, kind: str, text: str) -> None:
        if not self._stop_reason:
            self._happened(kind, text)

    def _happened(self, kind: str, text: str) -> None:
        clock = self.context.clock
        self._tell(Happened(kind, text, clock.now_s(), clock.sim_s()))
