"""Owns simulated time: a list of segments, each with a pace of its own; pause, resume and settle add one.

Never looks at a wall clock: real seconds since the start of the run come in as arguments.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segment:
    """From ``real_s`` on, simulated time is ``sim_s + (real - real_s) * warp``. ``warp`` 0 is a pause."""

    real_s: float
    sim_s: float
    warp: float


class SimClock:
    """Simulated seconds since the scenario's start as a function of real seconds since the run's start."""

    def __init__(self, warp: float, segments: tuple[Segment, ...] = ()) -> None:
        self._segments: list[Segment] = list(segments) or [Segment(0.0, 0.0, warp)]
        self._starts = [segment.real_s for segment in self._segments]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All segments so far, in order of real time."""
        return tuple(self._segments)

    @property
    def warp(self) -> float:
        """Simulated seconds per real second, now (in the last segment)."""
        return self._segments[-1].warp

    def _at(self, real_s: float) -> Segment:
        return self._segments[max(0, bisect_right(self._starts, real_s) - 1)]

    def sim_s(self, real_s: float) -> float:
        """Simulated seconds at ``real_s``."""
        if real_s >= self._starts[-1]:
            segment = self._segments[-1]
        else:
            segment = self._at(real_s)
        return segment.sim_s + (real_s - segment.real_s) * segment.warp

    def warp_at(self, real_s: float) -> float:
        """Pace at ``real_s``."""
        return self._at(real_s).warp

    def real_s(self, sim_s: float) -> float:
        """First real second at which ``sim_s`` is reached; infinity while the clock is paused before it."""
        for segment, after in zip(self._segments, [*self._segments[1:], None], strict=True):
            if segment.warp > 0 and (after is None or sim_s <= after.sim_s):
                return max(segment.real_s, segment.real_s + (sim_s - segment.sim_s) / segment.warp)
        return float("inf")

    def change(self, real_s: float, warp: float) -> Segment:
        """From ``real_s`` on, run at ``warp`` (0 pauses). Changes never go back before the last one."""
        real_s = max(real_s, self._starts[-1])
        segment = Segment(real_s, self.sim_s(real_s), warp)
        self._segments.append(segment)
        self._starts.append(real_s)
        return segment
