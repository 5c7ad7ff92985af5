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
from hms_esr.engine.user.actor import Actor
from hms_esr.engine.user.context import WorkerContext
from hms_esr.engine.user.polling import StatusPoller
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

    def exchanged(self, performer: Actor, hop: HttpAnswer) -> None:
        """Record one hop."""
        if not (self.closing and hop.failure is not None):
            super().exchanged(performer, hop)


@dataclass(eq=False)
class _Person:
    over: Event
    state: str = ""


class ClosedPeople:
    """The people of one process while Locust's test runs. ``load`` gives what they need, or raises."""

    def __init__(self, environment: Any, load: Load) -> None:
        self._environment = environment
        self._load = load
        self._stage: WorkerContext | None = None
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
        stage = self._stage = ClosedContext(assignment, guard, clock)
        stage.on_end, stage.on_park = self._ended, self._park
        self._waits = StatusPoller(stage, self._goes_on)
        weights = [
            (tuple(one.persona), tuple(accumulate(one.persona.values()))) for one in assignment.scenario.journeys
        ]
        self._roles = weights
        stage.cast.warm()
        clock.start()
        self._began_at = time()
        watch = RequestEvents(stage, self._environment).watch
        self._helpers = [gevent.spawn(self._tell), gevent.spawn(self._look), gevent.spawn(watch)]

    def stop(self) -> None:
        """Locust is about to stop everybody."""
        if self._stage is not None:
            self._stage.closing = True

    def end(self) -> None:
        """Locust's test is over: nobody is under way any more; the last second is told."""
        stage, self._stage = self._stage, None
        gevent.killall(self._helpers)
        if stage is not None:
            self._waits.give_up()
            self._hand_out(stage, int(stage.clock.now_s()) + 1)
            stage.close()

    # people

    def send_one(self, user: ClosedUser) -> None:
        """A new person's whole journey, in the greenlet of ``user``."""
        stage = self._stage
        if stage is None:
            raise StopUser
        clock, began_s = stage.clock, stage.clock.now_s()
        index = max(0, getattr(self._environment.runner, "worker_index", 0)) % APART
        k = next(self._numbers) * APART + index
        roles, weights = self._roles[user.journey]
        role = roles[pick(weights, uniform(stage.assignment.seed, "role", k))]
        performer = VirtualUser(stage, Arrival(k, clock.sim_s(), user.journey, role), began_s)
        person = self._under_way[k] = _Person(Event())
        stage.recorder.person_due(k, began_s, began_s)
        try:
            performer.carry_out()
            person.over.wait()
        except gevent.GreenletExit:
            performer.end("unfinished", "stopped")
            raise
        finally:
            del self._under_way[k]
        if person.state == "unfinished":
            raise StopUser
        if person.state == "failed" and clock.now_s() - began_s < BREATH_S:
            gevent.sleep(BREATH_S)

    def _ended(self, performer: VirtualUser, end: PersonEnd) -> None:
        person = self._under_way.get(end.k)
        if person is not None:
            person.state = end.state
            person.over.set()

    def _park(self, performer: VirtualUser, outcome: Any) -> None:
        self._waits.add(performer, outcome)

    def _goes_on(self, performer: VirtualUser) -> None:
        performer.stage.recorder.active += 1
        performer.carry_out()

    # by the clock

    def _look(self) -> None:
        while self._stage is not None:
            for wait in self._waits.due(self._stage.clock.sim_s()):
                gevent.spawn(self._waits.look, wait)
            gevent.sleep(LOOK_EVERY_S)

    def _tell(self) -> None:
        while self._stage is not None:
            gevent.sleep(LOOK_EVERY_S)
            self._hand_out(self._stage, int(self._stage.clock.now_s()))

    def _hand_out(self, stage: WorkerContext, before: int) -> None:
        if before > 0:
            add_to_stats(self._environment.stats, stage.recorder.take(before, 0.0), began_at=self._began_at)
