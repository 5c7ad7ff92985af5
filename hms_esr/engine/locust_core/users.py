"""Owns the way from a scenario to Locust ``User`` classes: one per journey, and the conductor of a worker.

Knows nothing of HTTP or of when people come.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import gevent
from gevent.event import Event
from gevent.pool import Group
from locust import User, task

from hms_esr.engine.user.virtual_user import VirtualUser
from hms_esr.scenario.model import Scenario


class ScenarioUser(User):
    """A person as Locust sees one. Its greenlet is the performer's; a person is never given to Locust's task loop."""

    abstract = True
    virtual_user: VirtualUser

    def perform(self, virtual_user: VirtualUser, group: Group) -> None:
        """Carry the journey out in a greenlet of ``group``."""
        self.virtual_user = virtual_user
        self._group = group
        self._greenlet = group.spawn(virtual_user.run)

    def goes_on_here(self) -> None:
        """The journey goes on in the greenlet that calls this, after a wait."""
        self._greenlet = gevent.getcurrent()


def user_classes(scenario: Scenario, kind: type[ScenarioUser] = ScenarioUser) -> tuple[type[ScenarioUser], ...]:
    """One class per journey, of that kind, named after it, in the scenario's order."""
    return tuple(
        type(f"{_class_name(journey.name)}{number}", (kind,), {"abstract": False, "weight": journey.weight})
        for number, journey in enumerate(scenario.journeys, start=1)
    )


def _class_name(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name)) or "Journey"


def start_loop_user_class(conduct: Callable[[], None], target: str) -> type[User]:
    """The one user a worker has in Locust's eyes: its only task conducts everybody else, once."""

    class StartLoopUser(User):
        """Starts people on time until the plan is over."""

        host = target

        @task  # type: ignore[untyped-decorator]
        def conduct_everybody(self) -> None:
            """Conduct, then stand by until Locust stops everybody (an ended user would be replaced)."""
            conduct()
            Event().wait()

    return StartLoopUser
