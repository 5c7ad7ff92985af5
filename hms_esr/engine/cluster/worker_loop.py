"""Owns the course of a run in one worker of a cluster: people start on time, the master says what comes then.

Knows nothing of sockets: orders come in, a status goes out. Nobody starts without a grant and an entry in the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.engine.cluster.shards import Round, Shard
from hms_esr.engine.cluster.start_log import StartLog
from hms_esr.engine.locust_core.users import ScenarioUser
from hms_esr.engine.start_loop.start_loop import LONGEST_SLEEP_S, StartLoop
from hms_esr.engine.user.context import WorkerContext
from hms_esr.schedule.arrivals import Arrival

WITHOUT_GRANT_S = 0.02
"""How often is looked for a grant while somebody is due and nobody may start."""


class WorkerLoop(StartLoop):
    """A worker's conductor. ``granted_until_s``: real seconds since the start up to which people may start.

    ``offset_s``: how far the master's monotonic clock is ahead of ours; ``expired``: why the lease ended, or empty.
    """

    def __init__(
        self, context: WorkerContext, classes: tuple[type[ScenarioUser], ...], environment: Any, log: StartLog
    ) -> None:
        super().__init__(context, classes, environment, lambda event: None)
        self.round = Round(context.cast.schedule, log)
        self.granted_until_s = 0.0
        self.offset_s = 0.0
        self.seen = 0
        self.leaving = False
        self.expired = ""
        self._log = log
        self._finish = False
        self._until_s = float("inf")
        self._to_end: list[str] = []
        self.active_users.claim = self._claim

    def _claim(self, arrival: Arrival) -> bool:
        """Whether we may start this person. A place that the worker before us filled meanwhile is filled after it."""
        if self._log.claim(self.context.assignment.worker, arrival):
            return True
        last = self._log.last_of(arrival.place) if arrival.place >= 0 else None
        if last is not None and last >= arrival.person_no and self.active_users.refills:
            self.round.go_on(arrival, self.context.clock.sim_s())
        return False

    def run(self) -> None:
        """Until the master says that everything is over, or the lease ends."""
        try:
            self.phase = "running"
            while not self._stop_reason and not self._finish:
                self._turn()
        finally:
            self._close()

    def keep_time(self, offset_s: float) -> None:
        """The master's clock is so far ahead of ours, as known now: second 0 is where it is there."""
        self.context.clock.origin += self.offset_s - offset_s
        self.offset_s = offset_s

    def expire(self, why: str) -> None:
        """The lease ended: everybody is stopped, nobody starts or sends any more."""
        self.context.sends_until(float("-inf"))
        self.expired = self.expired or why
        self.stop(why)

    def leave(self) -> None:
        """Ask to leave: the master says from when on others start our people."""
        self.leaving = True

    def _leave(self, at_s: float) -> None:
        self._until_s = at_s
        self.round.keep_until(at_s)

    def _turn(self) -> None:
        clock = self.context.clock
        sim_s, granted = clock.sim_s(), clock.now_s() <= self.granted_until_s
        if self._to_end:
            self.phase = self._to_end.pop()
            self._end_crew()
        if sim_s >= min(self.context.cast.schedule.length_s, self._until_s):
            self.active_users.refills = False
        if granted:
            batch = self.round.due(sim_s) + self.active_users.due_again(sim_s)
            if batch:
                self.active_users.start(batch)
        self._look()
        next_s = min(self.poller.next_due_s, self.round.next_s, self.active_users.next_again_s)
        until_s = clock.until_s(next_s)
        self._alarm.sleep(min(until_s if granted else max(until_s, WITHOUT_GRANT_S), LONGEST_SLEEP_S))

    # what the master says and is told

    def obey(self, order: Mapping[str, Any]) -> None:
        """Carry out one order; each comes once, in the order of numbers."""
        clock = self.context.clock
        kind = order["kind"]
        if kind == "begin":
            clock.origin, self.granted_until_s = order["origin"] - self.offset_s, order["until_s"]
        elif kind == "clock":
            self.context.clock_may_change = True
            clock.sim.change(order["real_s"], order["warp"])
        elif kind == "take":
            for person_no, index in order["taken"]:
                self._log.note(index, self.context.cast.schedule.arrival(person_no))
            for one in order["shards"]:
                self.round.take(Shard.unpacked(one))
            for one in order["places"]:
                self.round.take_places(Shard.unpacked(one), clock.sim_s())
        elif kind == "give":
            for one in order["shards"]:
                self.round.give(Shard.unpacked(one))
        elif kind == "leave":
            self._leave(order["at_s"])
        elif kind == "settle":
            self._to_end = ["settling"]
        elif kind == "finish":
            self._finish = True
        elif kind == "stop":
            self.stop(order["reason"])
        self.seen = order["number"]
        self._alarm.ring()

    def status(self) -> dict[str, Any]:
        """Where we are: orders seen, whether everybody of ours has started, who is under way or waits, pace wanted."""
        context = self.context
        sim_s = context.clock.sim_s()
        warp = None
        if self.phase == "settling" and len(self.poller):
            settle_warp = max(context.scenario.clock.settle_warp, context.clock.plan_warp)
            warp = self.poller.warp(sim_s, self._peak_per_s, settle_warp)
        return {
            "seen": self.seen if not self._to_end else self.seen - 1,
            "idle": sim_s >= min(context.cast.schedule.length_s, self._until_s) and self.round.next_s > sim_s,
            "under_way": len(self.active_users.under_way),
            "waits": len(self.poller),
            "warp": warp,
            "standing": self.phase == "running",
            "leaving": self.leaving,
            "expired": self.expired,
        }
