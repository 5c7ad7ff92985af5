"""Owns how far another machine's monotonic clock is ahead of ours, and at most how wrong that is.

Knows nothing of sockets: what was sent and answered when comes in. Clocks drift; the estimate follows.
"""

from __future__ import annotations

from collections import deque

MEASURE_EVERY_S = 2.0
WINDOW_S = 60.0
DRIFT = 0.0001
"""Two clocks drift apart by less than so many seconds in a second (computers: 20 to 50 millionths)."""


class TimeOffset:
    """Measurements of the last minute: an answer that came quickly says more than one that came late."""

    def __init__(self) -> None:
        self._measured: deque[tuple[float, float, float]] = deque()

    def measured(self, sent_at: float, there_at: float, heard_at: float) -> None:
        """A question went out at ``sent_at`` and its answer came at ``heard_at``, ours; it was ``there_at`` there."""
        half_s = (heard_at - sent_at) / 2
        self._measured.append((heard_at, there_at - sent_at - half_s, half_s))
        while self._measured[0][0] < heard_at - WINDOW_S:
            self._measured.popleft()

    def best(self, now: float) -> tuple[float, float]:
        """(seconds the other clock is ahead, at most how wrong that is at ``now``); never measured: (0, infinity)."""
        if not self._measured:
            return 0.0, float("inf")
        bounds = ((half_s + (now - at) * DRIFT, offset_s) for at, offset_s, half_s in self._measured)
        bound_s, offset_s = min(bounds)
        return offset_s, bound_s
