"""Owns Locust ``LoadTestShape`` classes: one per kind of load, the time warp around one, and the one that ends a run.

Knows nothing of how people are started: Locust asks what is wanted now.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from locust import LoadTestShape

from hms_esr.profiles.concurrent import ConcurrentLoad
from hms_esr.profiles.people import PeopleLoad
from hms_esr.profiles.profile import Profile
from hms_esr.profiles.rate import RateLoad

Tick = tuple[int, float]
MOST_PER_S = 100.0
"""Locust warns of higher spawn rates; conductors, not spawning, carry the load here."""


class ProfileShape(LoadTestShape):
    """A load as Locust understands one: users wanted and how many may start per second, at a second of the plan.

    ``duration_s`` is in simulated seconds; without a warp around it simulated is real.
    """

    def __init__(self, load: Profile, duration_s: float, warp: float = 1.0) -> None:
        super().__init__()
        self.curve = load.curve(duration_s, warp)
        self.duration_s = duration_s
        self.warp = warp

    def users_at(self, at_s: float) -> Tick:
        """Users and users per second wanted at simulated second ``at_s``."""
        rate_per_s = self.curve.rate(at_s) * self.warp
        return max(1, ceil(rate_per_s)), max(1.0, rate_per_s)

    def tick(self) -> Tick | None:
        """What is wanted now; None when the plan is over."""
        at_s = self.get_run_time()
        return self.users_at(at_s) if at_s < self.duration_s else None


class RateShape(ProfileShape):
    """People per second: as many users as people start in a second."""


class PeopleShape(ProfileShape):
    """People over a time: as many users as should have come by now."""

    def users_at(self, at_s: float) -> Tick:
        """Everybody expected so far."""
        rate_per_s = self.curve.rate(at_s) * self.warp
        return max(1, ceil(self.curve.expected(at_s))), max(1.0, rate_per_s, self.curve.burst)


class ConcurrentShape(PeopleShape):
    """A closed load: as many users as places are filled by now."""


class WarpedShape(LoadTestShape):
    """Time warp around a shape: one real second is ``warp`` seconds of the shape's plan."""

    def __init__(self, shape: ProfileShape) -> None:
        super().__init__()
        self.shape = shape

    def tick(self) -> Tick | None:
        """What the shape wants at the warped time."""
        at_s = self.get_run_time() * self.shape.warp
        return self.shape.users_at(at_s) if at_s < self.shape.duration_s else None


SHAPES: dict[type[Profile], type[ProfileShape]] = {
    RateLoad: RateShape,
    PeopleLoad: PeopleShape,
    ConcurrentLoad: ConcurrentShape,
}
"""Kind of load → its shape; other kinds get :class:`ProfileShape`."""


def shape_of(load: Profile, duration_s: float, warp: float) -> ProfileShape | WarpedShape:
    """The shape of a load, warped if the clock is."""
    shape = SHAPES.get(type(load), ProfileShape)(load, duration_s, warp)
    return shape if warp == 1 else WarpedShape(shape)


class RehearsalShape(LoadTestShape):
    """Wraps the shape of a plan for a run: goes on while people are under way and ends when everything is flushed."""

    def __init__(self, inner: ProfileShape | WarpedShape, finished: Callable[[], bool]) -> None:
        super().__init__()
        self.inner = inner
        self._finished = finished
        self._last: Tick = (1, 1.0)

    def reset_time(self) -> None:
        """Both start now."""
        super().reset_time()
        self.inner.reset_time()

    def tick(self) -> Tick | None:
        """What the plan wants now, the last of it until everything is flushed, then None."""
        if self._finished():
            return None
        users, per_s = self.inner.tick() or self._last
        self._last = users, min(per_s, MOST_PER_S)
        return self._last
