"""Owns the closed load: a number of people kept going, each repeating the journey until the end.

Knows nothing of who comes.
"""

from __future__ import annotations

from pydantic import Field

from hms_esr.profiles.profile import Curve, Piece, Profile
from hms_esr.schema.types import Count, Duration


class ConcurrentLoad(Profile):
    """``{concurrent: 100, ramp_up: 1m}``: places fill evenly over ``ramp_up``, then stay filled."""

    concurrent: Count = Field(ge=1, le=1_000_000)
    ramp_up_s: Duration = Field(0.0, alias="ramp_up", ge=0)

    @property
    def closed(self) -> bool:
        """Each place is filled again as soon as its person has finished."""
        return True

    def curve(self, duration_s: float, warp: float) -> Curve:
        """When each place is first filled."""
        over_s = min(self.ramp_up_s, duration_s)
        if over_s == 0:
            return Curve((), burst=float(self.concurrent))
        rate = self.concurrent / over_s
        return Curve((Piece(0.0, over_s, rate, rate),))

    def scaled(self, factor: float) -> Profile:
        """``factor`` times as many places, rounded, at least one."""
        return self.model_copy(update={"concurrent": max(1, round(self.concurrent * factor))})
