"""Owns ticks between their coming and their being handed on: seconds whole, in order, each tick once.

Knows nothing of what is in them but worker, number and second.
"""

from __future__ import annotations

from collections.abc import Iterable

from hms_esr.engine.cluster.worker_state import WorkerState
from hms_esr.record import Tick

LONGEST_WAIT_S = 3.0
"""A second is handed on so long after its end even when a worker's tick is missing."""


class TickBuffer:
    """Ticks that came and are not handed on yet."""

    def __init__(self) -> None:
        self._waiting: list[Tick] = []

    def add(self, tick: Tick) -> None:
        """One that came for the first time."""
        self._waiting.append(tick)

    def ready(self, members: Iterable[WorkerState], now_s: float, *, everything: bool = False) -> list[Tick]:
        """Ticks of seconds that every worker at work has told of, or that are long over; in order of seconds."""
        before = int(now_s - LONGEST_WAIT_S)
        told = [member.last_second for member in members if member.at_work]
        if told:
            before = max(before, min(told) + 1)
        ready = [tick for tick in self._waiting if everything or not told or tick.second < before]
        self._waiting = [tick for tick in self._waiting if not (everything or not told or tick.second < before)]
        return sorted(ready, key=lambda tick: tick.second)

    def below(self, member: WorkerState) -> int:
        """All ticks of ``member`` with a lower number were handed on."""
        return min((tick.seq for tick in self._waiting if tick.worker == member.name), default=member.next_seq)
