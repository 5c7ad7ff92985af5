"""Owns the facts of a run as they happen: frozen, stamped with real and simulated seconds since the start.

Knows nothing of who listens. The engine and the composition root speak; sinks, store and console only hear.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The first person may come from now on. ``warp`` is simulated seconds per real second."""

    run_id: str
    scenario: str
    target: str
    planned: int
    length_real_s: float
    warp: float
    real_s: float = 0.0
    sim_s: float = 0.0
    unnamed: bool = False
    """Nobody named a target: it is the embedded city."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Something worth a letter in the report.

    ``kind``: ``fault_on``, ``fault_off``, ``paused``, ``resumed``, ``worker_lost``, ``worker_joined``,
    ``ramp_up_complete``, ``nobody_new``, ``settle``, ``abort``, ``note``.
    ``ref`` ties the end of something to its start (a fault's number).
    """

    kind: str
    text: str
    real_s: float
    sim_s: float
    ref: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClockChanged:
    """From ``real_s`` on simulated time runs at ``warp`` (0: paused)."""

    real_s: float
    sim_s: float
    warp: float


@dataclass(frozen=True, slots=True)
class Progress:
    """State of the run, once a second: what the console and the live page show. Cumulative counts."""

    real_s: float
    sim_s: float
    warp: float
    phase: str
    """``running``, ``settling``, ``draining``, ``paused``."""
    planned_total: int
    planned_due: int
    started: int
    active: int
    waiting: int
    completed: int
    failed: int
    dropped: int
    requests: int
    polls: int
    errors: int
    people_per_s: float
    requests_per_s: float
    p95_ms: float | None
    failed_by_step: dict[str, int]
    faults_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunEnded:
    """Nothing more will come. ``verdict`` and ``reason`` as in the summary."""

    run_id: str
    verdict: str
    reason: str
    exit_code: int
    real_s: float
    sim_s: float


@dataclass(frozen=True, slots=True)
class Sensed:
    """What the target's own sensors said: figures by name, of ``service``, whole each time (not what changed)."""

    service: str
    figures: dict[str, float]
    real_s: float
    sim_s: float


@dataclass(frozen=True, slots=True)
class Recorded:
    """Seconds that are over and were just committed to the record (ticks, see :mod:`hms_esr.record`)."""

    ticks: tuple[Any, ...]
    real_s: float
    sim_s: float


Event = RunStarted | Happened | ClockChanged | Progress | Sensed | Recorded | RunEnded


def as_dict(event: Event) -> dict[str, Any]:
    """``{"event": class name, fields…}``, for JSON."""
    return {"event": type(event).__name__} | asdict(event)


class Sink(Protocol):
    """Who hears events. One that raises is reported and detached; it never stops or slows the run."""

    def handle(self, event: Event) -> None:
        """Take one event; return at once."""
        ...

    def close(self) -> None:
        """The run is over."""
        ...
