"""Owns what all workers together saw in one second of a run, and the health of each worker.

Knows nothing of verdicts: figures are kept, not judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hms_esr.histogram import Histogram
from hms_esr.record.tick import Cell

LONG_PAUSE_MS = 10.0
"""Pauses of the memory collector from here on are worth telling."""


@dataclass(slots=True)
class Second:
    """One real second of the run, all workers together."""

    planned: int = 0
    delivered: int = 0
    active: int = 0
    waiting: int = 0
    completed: int = 0
    failed: int = 0
    requests: int = 0
    answered: int = 0
    """Requests that got an answer, good or bad."""
    errors: int = 0
    polls: int = 0
    steps: dict[tuple[str, str], Cell] = field(default_factory=dict)
    """(journey, step) → figures; both latencies of all requests of a second are their merge."""

    def shrink(self) -> None:
        """Take less room: hours of seconds are kept."""
        for cell in self.steps.values():
            cell.shrink()


@dataclass(slots=True)
class WorkerHealth:
    """The generator's own health, one worker."""

    worker: str
    host: str = ""
    pid: int = 0
    started: int = 0
    seconds: int = 0
    cpu_max: float = 0.0
    cpu_by_second: dict[int, float] = field(default_factory=dict)
    loop_lag_ms: Histogram = field(default_factory=Histogram)
    late_ms: Histogram = field(default_factory=Histogram)
    gc_pause_max_ms: float = 0.0
    gc_pauses_ms: dict[int, float] = field(default_factory=dict)
    """Seconds with a pause of Python's memory collector of 10 ms and more: the longest of each."""
    saturated_s: int = 0
    """The longest stretch of seconds in a row with CPU over 90 % and loop lag p99 over 20 ms."""
    saturated_seconds: set[int] = field(default_factory=set)
    lost_at_s: float | None = None
    missing_ticks: int = 0
    last_seq: int = -1
