"""Owns the people of one worker who are under way or wait: starting them, filling places again, ending everybody.

Knows nothing of when anybody is due: the conductor says.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import gevent

from hms_esr.engine.locust_core.users import ScenarioUser
from hms_esr.engine.user.context import WorkerContext
from hms_esr.engine.user.virtual_user import STILL_UNDER_WAY, VirtualUser
from hms_esr.record import PersonEnd
from hms_esr.scenario.target_caps import PeopleLimit
from hms_esr.schedule.arrivals import Arrival

BREATH_S = 0.5
"""Rest before a place of a closed load is filled again after a journey that failed at once."""


def _everybody(arrival: Arrival) -> bool:
    return True


class ActiveUsers:
    """Everybody who has come and is not over. ``refills``: places of closed loads are filled again.

    ``claim`` is asked just before a person starts; who is refused does not come: another worker's person.
    """

    def __init__(
        self,
        context: WorkerContext,
        classes: tuple[type[ScenarioUser], ...],
        environment: Any,
        wake: Callable[[], None],
    ) -> None:
        self.under_way: dict[int, ScenarioUser] = {}
        self.refills = context.assignment.only is None
        self.claim: Callable[[Arrival], bool] = _everybody
        self._context = context
        self._classes = classes
        self._environment = environment
        self._wake = wake
        self._parked: dict[int, ScenarioUser] = {}
        per_s = context.assignment.people_per_s
        self._limit = PeopleLimit(per_s / context.assignment.workers if per_s else None)
        self._again: list[tuple[float, int, Arrival]] = []
        context.on_end = self._on_end

    @property
    def next_again_s(self) -> float:
        """Simulated second at which a place is next filled again; infinity without any."""
        return self._again[0][0] if self._again else float("inf")

    def due_again(self, sim_s: float) -> list[Arrival]:
        """Who fills places that have become free."""
        due = []
        while self._again and self._again[0][0] <= sim_s:
            due.append(heappop(self._again)[2])
        return due

    def start(self, batch: list[Arrival]) -> None:
        """Start people whose moment has come; more than ``max_people`` at once are dropped."""
        context, clock = self._context, self._context.clock
        recorder = context.recorder
        now_s = clock.now_s()
        recorder.off_plan(now_s, sum(arrival.place < 0 for arrival in batch))
        for arrival in batch:
            if not self.claim(arrival):
                continue
            if arrival.place in (-1, arrival.person_no):
                self._limit.came(now_s)
            planned_s = min(clock.sim.real_s(arrival.at_s), now_s)
            recorder.person_due(arrival.person_no, planned_s, now_s)
            if len(self.under_way) >= context.assignment.max_people:
                journey = context.scenario.journeys[arrival.journey].name
                reason = f"more than {context.assignment.max_people} people at once"
                end = PersonEnd(arrival.person_no, journey, arrival.role, "dropped", "", reason, planned_s, -1.0, now_s)
                recorder.person_ended(now_s, end)
                continue
            virtual_user = VirtualUser(context, arrival, planned_s)
            user = self._classes[arrival.journey](self._environment)
            self.under_way[arrival.person_no] = user
            user.perform(virtual_user, context.people)

    def park(self, virtual_user: VirtualUser) -> None:
        """A person waits from now on and is not under way."""
        self._parked[virtual_user.person_no] = self.under_way.pop(virtual_user.person_no)

    def resume(self, virtual_user: VirtualUser) -> None:
        """A decision is known: the person goes on, in the greenlet that looked."""
        user = self.under_way[virtual_user.person_no] = self._parked.pop(virtual_user.person_no)
        user.goes_on_here()
        self._context.recorder.active += 1
        virtual_user.run()

    def _on_end(self, virtual_user: VirtualUser, end: PersonEnd) -> None:
        self.under_way.pop(virtual_user.person_no, None)
        self._parked.pop(virtual_user.person_no, None)
        arrival = virtual_user.arrival
        if arrival.place >= 0 and self.refills:
            clock = self._context.clock
            rest_s = BREATH_S if end.state == "failed" and end.ended_s - end.started_s < BREATH_S else 0.0
            at_s = clock.sim.sim_s(self._limit.next_s(clock.now_s() + rest_s))
            if at_s < self._context.cast.schedule.length_s:
                heappush(self._again, (at_s, arrival.person_no, self._context.cast.schedule.retry(arrival, at_s)))
                self._wake()

    def end_everybody(self) -> None:
        """Who is still under way is unfinished: who waited for longer than the time limit has failed before."""
        left = list(self.under_way.values())
        for user in left:
            user.greenlet.kill(block=False)
        gevent.joinall([user.greenlet for user in left], timeout=5)
        for user in left:
            user.virtual_user.end("unfinished", STILL_UNDER_WAY)
