"""Owns where a run's conductor stands in Locust's eyes: one user of a runner that is ours, or of somebody else's.

Knows nothing of people: what the conductor does is handed in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

import gevent
from locust.env import Environment

from hms_esr.engine.locust_core.dispatcher import OnePerWorker
from hms_esr.engine.locust_core.shapes import RehearsalShape, shape_of
from hms_esr.engine.locust_core.stats import unseen_stats
from hms_esr.engine.locust_core.users import start_loop_user_class
from hms_esr.schedule.assignment import Assignment


class LocustEnvironment(Protocol):
    """Locust around a run in one process. ``environment`` is a Locust ``Environment``."""

    @property
    def environment(self) -> Any:
        """Where people belong to and statistics are kept."""
        ...

    def begin(self, conduct: Callable[[], None]) -> None:
        """Have Locust's one user call ``conduct``, now or soon."""
        ...

    def end(self) -> None:
        """Everything is flushed."""
        ...


def forget_who_spawned_whom() -> None:
    """In a process that is ours: each greenlet would carry the stack it was spawned from, which nobody reads."""
    gevent.config.track_greenlet_tree = False


class OwnLocustEnvironment:
    """A runner of the run's own, started and ended with it."""

    def __init__(self, assignment: Assignment) -> None:
        logging.getLogger("locust").setLevel(logging.ERROR)
        forget_who_spawned_whom()
        self._flushed = False
        self._conduct: Callable[[], None] = _nobody
        load, length_s = assignment.scenario.loads[0], assignment.scenario.length_s
        self._environment = Environment(
            user_classes=[start_loop_user_class(lambda: self._conduct(), assignment.target)],
            shape_class=RehearsalShape(shape_of(load, length_s, assignment.warp), lambda: self._flushed),
            dispatcher_class=OnePerWorker,
            host=assignment.target,
        )
        self._environment.stats = unseen_stats()

    @property
    def environment(self) -> Any:
        """Ours."""
        return self._environment

    def begin(self, conduct: Callable[[], None]) -> None:
        """Make the runner and start it."""
        self._conduct = conduct
        self._environment.create_local_runner().start_shape()

    def end(self) -> None:
        """The runner is done."""
        self._flushed = True
        self._environment.runner.quit()


def _nobody() -> None:
    """Nothing is to be conducted yet."""
