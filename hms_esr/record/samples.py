"""Owns single requests kept as examples: failures of each kind, and the slowest of each step.

Knows nothing of what was sent or answered beyond a status and a masked message: bodies are never kept.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hms_esr.record.tick import ErrorKey, Sample

MOST_OF_A_KIND = 20
"""Failures kept of each kind: the first ones."""
MOST_OF_A_STEP = 20
"""Slow requests kept of each step: the slowest ones."""


class _Order(NamedTuple):
    """Places samples the same way whatever the order in which workers tell of them."""

    by: float
    person_no: int
    sample: Sample


@dataclass(slots=True)
class Samples:
    """A run's samples, capped. Both tables are in order: first failures first, slowest requests first."""

    _failed: dict[ErrorKey, list[_Order]] = field(default_factory=dict)
    _slow: dict[tuple[str, str], list[_Order]] = field(default_factory=dict)

    def add(self, sample: Sample) -> None:
        """Keep one, unless there are enough that came first or were slower."""
        if sample.kind == "slow":
            where = (sample.journey, sample.step)
            _keep(self._slow.setdefault(where, []), sample.started_s - sample.ended_s, sample, MOST_OF_A_STEP)
        else:
            key = ErrorKey(sample.journey, sample.step, sample.kind, sample.message, sample.status)
            _keep(self._failed.setdefault(key, []), sample.ended_s, sample, MOST_OF_A_KIND)

    def failed(self, kind: str, message: str, status: int) -> list[Sample]:
        """Failures of a kind over all steps, the first ones first. ``message`` as in samples: masked."""
        found: list[_Order] = []
        for key, kept in self._failed.items():
            if key[2:] == (kind, message, status):
                found += kept
        return [one.sample for one in sorted(found)]

    def slow(self, most: int) -> list[Sample]:
        """The slowest requests of the run."""
        return [one.sample for one in sorted(one for kept in self._slow.values() for one in kept)[:most]]

    def __iter__(self) -> Iterator[Sample]:
        for table in (self._failed, self._slow):
            for kept in table.values():
                yield from (one.sample for one in kept)

    def __len__(self) -> int:
        return sum(len(kept) for table in (self._failed, self._slow) for kept in table.values())


def _keep(kept: list[_Order], by: float, sample: Sample, most: int) -> None:
    insort(kept, _Order(by, sample.person_no, sample))
    del kept[most:]
