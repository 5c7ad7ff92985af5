"""Owns a scenario's journeys as plain Locust users: Locust says how many, each repeats its journey as new persons.

Knows nothing of plans, records or verdicts: what is seen goes into Locust's own statistics.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, count
from time import time
from typing import Any

import gevent
from gevent.event import Event
from locust import task
from locust.exception import StopUser
from locust.runners import MasterRunner

from hms_esr.engine.client.transport import ConnectionGuard
from hms_esr.engine.locust_core.stats import add_to_stats
from hms_esr.engine.locust_core.users import ScenarioUser, user_classes
from hms_esr.engine.locust_plugin.request_events import RequestEvents
from hms_esr.engine.loop.run_clock import RunClock
from hms_esr.engine.user.context import WorkerContext
from hms_esr.engine.user.polling import StatusPoller
from hms_esr.engine.user.state import UserState
from hms_esr.engine.user.virtual_user import VirtualUser
from hms_esr.errors import EsrError
from hms_esr.http.response import HttpAnswer
from hms_esr.record import PersonEnd
from hms_esr.scenario.model import Scenario
from hms_esr.schedule.arrivals import Arrival
from hms_esr.schedule.assignment import Assignment
from hms_esr.seeded import pick, uniform

LOG = logging.getLogger("hms_esr")
APART = 256
"""Persons of worker ``i`` have the numbers ``i``, ``i + 256``, ``i + 512`` …"""
BREATH_S = 0.5
"""Rest after a journey that failed at once."""
LOOK_EVERY_S = 0.1

Load = Callable[[], tuple[Assignment, ConnectionGuard]]


class ClosedUser(ScenarioUser):
    """A user whose one task is a person's whole journey."""

    abstract = True
    people: ClosedPeople
    journey: int

    @task  # type: ignore[untyped-decorator]
    def carry_journey_out(self) -> None:
        """A new person, from the first step to the end."""
        self.people.send_one(self)


class ClosedContext(WorkerContext):
    """A stage whose requests that Locust cut off at the end are counted by nobody, as Locust's own are."""

    def exchanged(self, virtual_user: UserState, hop: HttpAnswer) -> None:
        """Record one hop."""
        if not (self.closing and hop.failure is not None):
            super().exchanged(virtual_user, hop)


@dataclass(eq=False)
class _Person:
    over: Event
    state: str = ""


class ClosedPeople:
    """The people of one process while Locust's test runs. ``load`` gives what they need, or raises."""

    def __init__(self, environment: Any, load: Load) -> None:
        self._environment = environment
        self._load = load
        self._context: WorkerContext | None = None
        self._numbers = count()
        self._under_way: dict[int, _Person] = {}
        self._helpers: list[Any] = []
        self._began_at = 0.0

    def classes(self, scenario: Scenario) -> list[type[ScenarioUser]]:
        """One class per journey."""
        kinds: list[Any] = list(user_classes(scenario, ClosedUser))
        for number, kind in enumerate(kinds):
            kind.people, kind.journey = self, number
        return kinds

    def begin_classes(self, scenario: Scenario | None) -> None:
        """The classes Locust spreads over its workers, known before its test starts."""
        if scenario is not None:
            others = [kind for kind in self._environment.user_classes if not issubclass(kind, ScenarioUser)]
            self._environment.user_classes = [*self.classes(scenario), *others]

    def begin(self) -> None:
        """Locust's test starts: everything is made ready. What is not possible ends the test, with its exit code."""
        try:
            assignment, guard = self._load()
        except EsrError as error:
            LOG.error("%s", error)
            self._environment.process_exit_code = error.exit_code
            gevent.spawn(self._environment.runner.quit)
            return
        self.begin_classes(assignment.scenario)
        if isinstance(self._environment.runner, MasterRunner):
            return
        clock = RunClock(assignment.warp)
        context = self._context = ClosedContext(assignment, guard, clock)
        context.on_end, context.on_park = self._ended, self._park
        self._poller = StatusPoller(context, self._goes_on)
        weights = [
            (tuple(one.persona), tuple(accumulate(one.persona.values()))) for one in assignment.scenario.journeys
        ]
        self._roles = weights
        context.cast.warm()
        clock.start()
        self._began_at = time()
        watch = RequestEvents(context, self._environment).watch
        self._helpers = [gevent.spawn(self._tell), gevent.spawn(self._look), gevent.spawn(watch)]

    def stop(self) -> None:
        """Locust is about to stop everybody."""
        if self._context is not None:
            self._context.closing = True

    def end(self) -> None:
        """Locust's test is over: nobody is under way any more; the last second is told."""
        context, self._context = self._context, None
        gevent.killall(self._helpers)
        if context is not None:
            self._poller.give_up()
            self._hand_out(context, int(context.clock.now_s()) + 1)
            context.close()

    # people

    def send_one(self, user: ClosedUser) -> None:
        """A new person's whole journey, in the greenlet of ``user``."""
        context = self._context
        if context is None:
            raise StopUser
        clock, began_s = context.clock, context.clock.now_s()
        index = max(0, getattr(self._environment.runner, "worker_index", 0)) % APART
        person_no = next(self._numbers) * APART + index
        roles, weights = self._roles[user.journey]
        role = roles[pick(weights, uniform(context.assignment.seed, "role", person_no))]
        virtual_user = VirtualUser(context, Arrival(person_no, clock.sim_s(), user.journey, role), began_s)
        person = self._under_way[person_no] = _Person(Event())
        context.recorder.person_due(person_no, began_s, began_s)
        try:
            virtual_user.run()
            person.over.wait()
        except gevent.GreenletExit:
            virtual_user.end("unfinished", "stopped")
            raise
        finally:
            del self._under_way[person_no]
        if person.state == "unfinished":
            raise StopUser
        if person.state == "failed" and clock.now_s() - began_s < BREATH_S:
            gevent.sleep(BREATH_S)

    def _ended(self, virtual_user: VirtualUser, end: PersonEnd) -> None:
        person = self._under_way.get(end.person_no)
        if person is not None:
            person.state = end.state
            person.over.set()

    def _park(self, virtual_user: VirtualUser, outcome: Any) -> None:
        self._poller.add(virtual_user, outcome)

    def _goes_on(self, virtual_user: VirtualUser) -> None:
        virtual_user.context.recorder.active += 1
        virtual_user.run()

    # by the clock

    def _look(self) -> None:
        while self._context is not None:
            for wait in self._poller.due(self._context.clock.sim_s()):
                gevent.spawn(self._poller.look, wait)
            gevent.sleep(LOOK_EVERY_S)

    def _tell(self) -> None:
        while self._context is not None:
            gevent.sleep(LOOK_EVERY_S)
            self._hand_out(self._context, int(self._context.clock.now_s()))

    def _hand_out(self, context: WorkerContext, before: int) -> None:
        if before > 0:
            add_to_stats(self._environment.stats, context.recorder.take(before, 0.0), began_at=self._began_at)
