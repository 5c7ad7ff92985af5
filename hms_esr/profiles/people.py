"""Owns the load given as a number of people who come over a stretch of time, each once.

Knows nothing of who comes.
"""

from __future__ import annotations

from pydantic import Field

from hms_esr.profiles.profile import Curve, Piece, Profile
from hms_esr.schema.types import Count, Duration


class PeopleLoad(Profile):
    """``{people: 500, over: 10m}``: exactly 500; ``over: 0s`` is a burst; without ``over`` the whole duration."""

    people: Count = Field(ge=1, le=100_000_000)
    over_s: Duration | None = Field(None, alias="over", ge=0)

    @property
    def length_s(self) -> float | None:
        """``over``; a burst still lasts a second."""
        return None if self.over_s is None else max(self.over_s, 1.0)

    def curve(self, duration_s: float, warp: float) -> Curve:
        """The same rate all the way."""
        over_s = duration_s if self.over_s is None else min(self.over_s, duration_s)
        if over_s == 0:
            return Curve((), burst=float(self.people))
        rate = self.people / over_s
        return Curve((Piece(0.0, over_s, rate, rate),))

    def scaled(self, factor: float) -> Profile:
        """``factor`` times as many people, rounded, at least one."""
        return self.model_copy(update={"people": max(1, round(self.people * factor))})
