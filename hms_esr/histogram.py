"""Owns the histogram of times: log-linear, sparse, mergeable, within 0.4 % from 0.1 ms to an hour.

Knows nothing of what was timed.
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate
from math import ceil, frexp, ldexp
from typing import Any

_SUB = 128
"""Buckets per doubling: half a bucket's width is 1/256 of its value, 0.39 %."""
_BIAS = 126 * _SUB
_UPPER = 1 if sys.byteorder == "little" else 0
_FEW = 8
_MOST_SHRUNK = 2**32 - 1
_JUST_UNDER = 1 - 1e-12
"""So that 0.07 of 100, in floats a little over 7, is rank 7."""


def _index(value: float) -> int:
    mantissa, exponent = frexp(value)
    return exponent * _SUB + int((mantissa - 0.5) * (2 * _SUB))


def _middle(index: int) -> float:
    exponent, sub = divmod(index, _SUB)
    return ldexp(0.5 + (sub + 0.5) / (2 * _SUB), exponent)


class Histogram:
    """Counts of values in ms (or any positive unit), binned; sum, least and greatest are exact.

    ``counts`` is how many by bucket. After :meth:`shrink` it is made again when somebody asks for it.
    """

    __slots__ = ("_shrunk", "count", "counts", "maximum", "minimum", "total")

    counts: dict[int, int]

    def __init__(self) -> None:
        self._shrunk: tuple[array[int], array[int]] | None = None
        self.counts = {}
        self.count = 0
        self.total = 0.0
        self.minimum = float("inf")
        self.maximum = 0.0

    def add(self, value: float, n: int = 1) -> None:
        """Count ``value`` ``n`` times; below 0.001 counts as 0.001."""
        if value > 0.001:
            mantissa, exponent = frexp(value)
            index = exponent * _SUB + int((mantissa - 0.5) * (2 * _SUB))
        else:
            index = -1280
            value = max(value, 0.0)
        counts = self.counts
        counts[index] = counts.get(index, 0) + n
        self.count += n
        self.total += value * n
        if value > self.maximum:
            self.maximum = value
        if value < self.minimum:
            self.minimum = value

    def add_all(self, values: list[float]) -> None:
        """Count each of ``values`` once: as :meth:`add`, at a sixth of the cost.

        A bucket is the upper half of a 32-bit float: eight bits of exponent and the seven bits below it.
        """
        if len(values) < _FEW or min(values) <= 0.001:
            for value in values:
                self.add(value)
            return
        halves = memoryview(array("f", values)).cast("B").cast("H").tolist()
        counts = self.counts
        for half, n in Counter(halves[_UPPER::2]).items():
            index = half - _BIAS
            counts[index] = counts.get(index, 0) + n
        self.count += len(values)
        self.total += sum(values)
        self.maximum = max(self.maximum, max(values))
        self.minimum = min(self.minimum, min(values))

    def shrink(self) -> None:
        """Take a tenth of the room. Reading stays as it was; what is added undoes it."""
        if self._shrunk is None and self.count <= _MOST_SHRUNK:
            self._shrunk = array("i", self.counts), array("I", self.counts.values())
            del self.counts

    def __getattr__(self, name: str) -> dict[int, int]:
        if name != "counts" or self._shrunk is None:
            raise AttributeError(name)
        self.counts = counts = dict(self._bins())
        self._shrunk = None
        return counts

    def _bins(self) -> Iterable[tuple[int, int]]:
        """(bucket, how many), shrunk or not."""
        return self.counts.items() if self._shrunk is None else zip(*self._shrunk, strict=True)

    def merge(self, other: Histogram) -> None:
        """Add all of ``other``'s values."""
        counts = self.counts
        for index, n in other._bins():
            counts[index] = counts.get(index, 0) + n
        self.count += other.count
        self.total += other.total
        self.minimum = min(self.minimum, other.minimum)
        self.maximum = max(self.maximum, other.maximum)

    @property
    def mean(self) -> float:
        """Exact mean; 0 without values."""
        return self.total / self.count if self.count else 0.0

    def percentile(self, share: float) -> float:
        """The value at nearest rank ceil(share x count); ValueError without values."""
        if not self.count:
            raise ValueError("a histogram without values has no percentiles")
        rank = max(1, ceil(share * self.count * _JUST_UNDER))
        if rank >= self.count:
            return self.maximum
        seen = 0
        for index, n in sorted(self._bins()):
            seen += n
            if seen >= rank:
                return min(max(_middle(index), self.minimum), self.maximum)
        return self.maximum

    def buckets(self) -> Iterator[tuple[float, int]]:
        """(middle, count) in order of value."""
        for index, n in sorted(self._bins()):
            yield _middle(index), n

    def share_up_to(self, value: float) -> float:
        """Share of values at or under ``value``; 0 without values."""
        if not self.count:
            return 0.0
        upto = _index(max(value, 0.001))
        return sum(n for index, n in self._bins() if index <= upto) / self.count

    def to_json(self) -> list[Any]:
        """``[sum, least, greatest, first index, count, gap, count, gap …]``: delta-coded, for the record."""
        if not self.count:
            return []
        flat: list[Any] = [round(self.total, 4), round(self.minimum, 4), round(self.maximum, 4)]
        last = 0
        for index, n in sorted(self._bins()):
            flat.append(index - last)
            flat.append(n)
            last = index
        return flat

    @classmethod
    def from_json(cls, flat: list[Any]) -> Histogram:
        """The reverse of :meth:`to_json`."""
        histogram = cls()
        if flat:
            histogram.total, histogram.minimum, histogram.maximum = flat[:3]
            counts = flat[4::2]
            histogram.counts = dict(zip(accumulate(flat[3::2]), counts, strict=True))
            histogram.count = sum(counts)
        return histogram
