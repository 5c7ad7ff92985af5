"""Owns the value axes: linear from 0, logarithmic in 1-2-5 steps, shares as the rarer the further right.

Knows nothing of pixels or time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_NICE = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
NBSP = "\u00a0"


def time_label(ms: float) -> str:
    """A tick of a time axis: ``20 ms``, ``1 s``, ``100 s``."""
    if ms < 1000:
        return f"{ms:g}{NBSP}ms"
    return f"{ms / 1000:,g}{NBSP}s"


@dataclass(frozen=True, slots=True)
class Linear:
    """From 0 at the bottom to ``top`` in ``parts`` equal parts."""

    top: float
    parts: int = 4

    @classmethod
    def over(cls, most: float, parts: int = 4, least_top: float = 4.0) -> Linear:
        """The smallest scale with round steps that holds ``most``."""
        step = max(most, least_top) / parts
        size = 10.0 ** math.floor(math.log10(step))
        nice = next(f for f in _NICE if f * size >= step * (1 - 1e-9) and (step < 1 or f * size == int(f * size)))
        return cls(nice * size * parts, parts)

    def y(self, value: float) -> float:
        """Share of the height from the top, 0 to 1."""
        return 1 - min(max(value / self.top, 0.0), 1.0)

    def ticks(self, height: float) -> list[tuple[float, str, bool]]:
        """(y in pixels, label, minor): ground, middle and top are major."""
        values = [self.top * part / self.parts for part in range(self.parts + 1)]
        return [(self.y(value) * height, f"{value:,.10g}", part % 2 == 1) for part, value in enumerate(values)]


def _steps(low: float, high: float) -> list[float]:
    """Values 1, 2, 5 times powers of ten from ``low`` to ``high``."""
    first, last = math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1
    every = [factor * 10.0**power for power in range(first, last + 1) for factor in (1, 2, 5)]
    return [value for value in every if low * 0.999 <= value <= high * 1.001]


@dataclass(frozen=True, slots=True)
class Log:
    """Logarithmic from ``low`` at the bottom to ``high`` at the top."""

    low: float
    high: float

    @classmethod
    def over(cls, values: Iterable[float], low: float = 20.0, high: float = 10_000.0) -> Log:
        """From ``low`` to ``high``, widened by 1-2-5 steps until all ``values`` fit."""
        held = [value for value in values if value > 0]
        least, most = min([low, *held]), max([high, *held])
        least, most = max(least, 0.01), min(most, 1e9)
        below = [value for value in _steps(least / 10, low) if value <= least * 1.001]
        above = [value for value in _steps(high, most * 10) if value >= most * 0.999]
        return cls(below[-1] if below else low, above[0] if above else high)

    def y(self, value: float) -> float:
        """Share of the height from the top, 0 to 1."""
        share = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        return 1 - min(max(share, 0.0), 1.0)

    def ticks(self, height: float, *, decades: bool = False) -> list[tuple[float, str, bool]]:
        """(y in pixels, label, minor); only powers of ten when 1-2-5 would be crowded."""
        values = _steps(self.low, self.high)
        decades = decades or len(values) * 17 > height
        listed = [value for value in values if not decades or _is_power(value)] or [self.low, self.high]
        return [(self.y(value) * height, time_label(value), not decades and not _is_power(value)) for value in listed]


def _is_power(value: float) -> bool:
    exponent = math.log10(value)
    return abs(exponent - round(exponent)) < 1e-6


@dataclass(frozen=True, slots=True)
class Rarity:
    """Shares of requests, each further 9 as wide as the one before: ``-log10(1 - share)`` up to ``nines``."""

    nines: float

    @classmethod
    def over(cls, count: int) -> Rarity:
        """As far as ``count`` values can tell."""
        return cls(min(5.2, max(1.4, math.log10(max(count, 1)) + 0.1)))

    def x(self, share: float) -> float:
        """Position as a share of the width, 0 to 1."""
        return min(-math.log10(max(1 - share, 1e-9)) / self.nines, 1.0)

    def ticks(self) -> list[tuple[float, str]]:
        """(position, label) of 50%, 90%, 99% …"""
        shares = ((0.5, "50%"), (0.9, "90%"), (0.99, "99%"), (0.999, "99.9%"), (0.9999, "99.99%"), (0.99999, "99.999%"))
        return [(self.x(share), label) for share, label in shares if -math.log10(1 - share) <= self.nines]
