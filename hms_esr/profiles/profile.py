"""Owns what a load is: a curve of people over simulated time, made of straight pieces, inverted in closed form.

Knows nothing of persons, workers or clocks.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from hms_esr.schema.types import Frozen


@dataclass(frozen=True, slots=True)
class Piece:
    """From ``at_s`` on for ``length_s``: people per second goes in a straight line from ``start`` to ``end``."""

    at_s: float
    length_s: float
    start: float
    end: float

    def rate(self, since_s: float) -> float:
        """People per second, ``since_s`` seconds into the piece."""
        return self.start + (self.end - self.start) * since_s / self.length_s

    def expected(self, since_s: float) -> float:
        """People in the first ``since_s`` seconds of the piece."""
        return self.start * since_s + (self.end - self.start) * since_s * since_s / (2 * self.length_s)

    def inverse(self, people: float) -> float:
        """Seconds into the piece after which ``people`` have come (smallest root, stable for slope 0)."""
        slope = (self.end - self.start) / self.length_s
        root = math.sqrt(max(0.0, self.start * self.start + 2 * slope * people))
        below = self.start + root
        if below > 0:
            return min(self.length_s, 2 * people / below)
        return 0.0 if self.end > 0 else self.length_s


@dataclass(frozen=True)
class Curve:
    """People over simulated time. ``pieces`` touch and are in order; a piece of length 0 with ``burst`` is a jump."""

    pieces: tuple[Piece, ...]
    burst: float = 0.0
    """People who come at once at second 0."""
    _starts: list[float] = field(default_factory=list, repr=False, compare=False)
    _before: list[float] = field(default_factory=list, repr=False, compare=False)

    def __post_init__(self) -> None:
        total = self.burst
        for piece in self.pieces:
            self._starts.append(piece.at_s)
            self._before.append(total)
            total += piece.expected(piece.length_s)
        self._before.append(total)

    @property
    def total(self) -> float:
        """People expected over the whole curve."""
        return self._before[-1]

    @property
    def peak(self) -> float:
        """Highest people per simulated second (a burst counts as all within one second)."""
        return max([self.burst, *(max(piece.start, piece.end) for piece in self.pieces)])

    def rate(self, at_s: float) -> float:
        """People per simulated second at ``at_s``; 0 outside."""
        index = bisect_right(self._starts, at_s) - 1
        if index < 0:
            return 0.0
        piece = self.pieces[index]
        since_s = at_s - piece.at_s
        return piece.rate(since_s) if since_s < piece.length_s else 0.0

    def expected(self, until_s: float) -> float:
        """People expected in [0, until_s): the integral of :meth:`rate` plus the burst, in closed form."""
        if until_s <= 0:
            return 0.0
        index = bisect_left(self._starts, until_s) - 1
        if index < 0:
            return self.burst
        piece = self.pieces[index]
        return self._before[index] + piece.expected(min(until_s - piece.at_s, piece.length_s))

    def inverse(self, people: float) -> float:
        """Simulated second at which ``people`` have come; at a flat stretch its right end."""
        if people < self.burst:
            return 0.0
        index = min(bisect_right(self._before, people), len(self.pieces)) - 1
        while index < len(self.pieces) - 1 and self._before[index + 1] <= people:
            index += 1
        if index < 0:
            return 0.0
        piece = self.pieces[index]
        return piece.at_s + piece.inverse(people - self._before[index])


class Profile(Frozen):
    """A load as a scenario writes it. Three questions: its curve, how long it is by itself, itself at another scale.

    ``closed`` loads keep a number of people going (``curve`` is then how many are wanted at a time, as a rate).
    """

    @property
    def closed(self) -> bool:
        """Whether each person repeats until the end (a closed loop) instead of coming once."""
        return False

    @property
    def length_s(self) -> float | None:
        """Simulated seconds it lasts by itself; None when only the scenario's ``duration`` says so."""
        return None

    def curve(self, duration_s: float, warp: float) -> Curve:
        """People over simulated seconds 0 to ``duration_s`` when the clock runs ``warp`` times as fast as real time."""
        raise TypeError(f"load class {type(self).__name__} has no curve")

    def scaled(self, factor: float) -> Profile:
        """The same load, ``factor`` times as many people."""
        raise TypeError(f"load class {type(self).__name__} cannot be scaled")
