"""Owns the choice of requests kept as examples by one worker: the first failures of a kind, the slowest of a minute.

Knows nothing of what they are examples of.
"""

from __future__ import annotations

from heapq import heappop, heappush

from hms_esr.record import ErrorKey, Sample
from hms_esr.record.samples import MOST_OF_A_KIND

SLOWEST = 5
"""Slow requests kept of each step and minute."""
_MINUTE_S = 60

Ranked = tuple[float, int]
"""Milliseconds and number of the note: no two are equal."""


class Slowest:
    """The slowest requests of one step in one minute so far. ``bar_ms``: faster ones are not among them."""

    __slots__ = ("bar_ms", "best")

    def __init__(self) -> None:
        self.bar_ms = 0.0
        self.best: list[Ranked] = []


class SampleBuffer:
    """One worker's. A second's slow requests come with its tick unless slower ones came within that second."""

    def __init__(self) -> None:
        self._kinds: dict[ErrorKey, int] = {}
        self._slowest: dict[tuple[int, str, str], Slowest] = {}
        self._noted = 0
        self._new: dict[int, dict[Ranked, tuple[Slowest, Sample]]] = {}

    def wants(self, key: ErrorKey) -> bool:
        """Whether there are few failures of that kind yet."""
        return self._kinds.get(key, 0) < MOST_OF_A_KIND

    def failed(self, key: ErrorKey) -> None:
        """One more failure of that kind is kept."""
        self._kinds[key] = self._kinds.get(key, 0) + 1

    def slowest(self, second: int, journey: str, step: str) -> Slowest:
        """Of a step, in the minute of that second."""
        key = (second // _MINUTE_S, journey, step)
        found = self._slowest.get(key)
        if found is None:
            found = self._slowest[key] = Slowest()
        return found

    def slow(self, second: int, sample: Sample) -> None:
        """Keep one that is over the bar."""
        slowest = self.slowest(second, sample.journey, sample.step)
        self._noted += 1
        ranked = ((sample.ended_s - sample.started_s) * 1000, self._noted)
        heappush(slowest.best, ranked)
        self._new.setdefault(second, {})[ranked] = (slowest, sample)
        if len(slowest.best) > SLOWEST:
            heappop(slowest.best)
        if len(slowest.best) == SLOWEST:
            slowest.bar_ms = slowest.best[0][0]

    def take(self, second: int) -> list[Sample]:
        """The slow ones of a second that is over, each once. Minutes long over are forgotten."""
        minute = second // _MINUTE_S
        for key in [key for key in self._slowest if key[0] < minute]:
            del self._slowest[key]
        new = self._new.pop(second, {})
        return [sample for ranked, (slowest, sample) in sorted(new.items(), key=_rank) if ranked in slowest.best]


def _rank(one: tuple[Ranked, tuple[Slowest, Sample]]) -> Ranked:
    return one[0]
