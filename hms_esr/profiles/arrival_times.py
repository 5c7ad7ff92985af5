"""Owns when each person is meant to come: an exact number of people, spaced evenly or by chance, any one in O(block).

Knows nothing of clocks or workers: times are simulated seconds of the curve.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

from hms_esr.profiles.profile import Curve
from hms_esr.seeded import uniform

BLOCK = 256
"""People whose times are drawn together: each block of the curve holds exactly this many."""


class Arrivals:
    """Intended times of people ``0 … total-1`` on a curve. Same seed, same times, in any order of asking."""

    def __init__(self, curve: Curve, spacing: str, seed: int, stream: int = 0) -> None:
        self.curve = curve
        self.total = round(curve.total)
        self._even = spacing == "even"
        self._seed = seed
        self._stream = stream
        self._block = lru_cache(maxsize=8)(self._draw_block)

    def _draw_block(self, block: int) -> list[float]:
        size = min(BLOCK, self.total - block * BLOCK)
        at = [uniform(self._seed, "arrivals", self._stream, block, j) for j in range(size)]
        return sorted(block * BLOCK + size * u for u in at)

    def at_s(self, index: int) -> float:
        """Simulated second at which person ``index`` is meant to come."""
        curve = self.curve
        if curve.burst:
            return 0.0
        people = index + 0.5 if self._even else self._block(index // BLOCK)[index % BLOCK]
        return curve.inverse(people * (curve.total / self.total) if self.total else people)

    def first_from(self, from_s: float) -> int:
        """The lowest index of those meant to come at ``from_s`` or later; ``total`` when nobody is."""
        return bisect_left(range(self.total), from_s, key=self.at_s) if from_s > 0 else 0
