"""Owns what one worker saw in one second: series of requests, errors, ends of people, its own health.

Knows nothing of runs: ticks are folded elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from hms_esr.histogram import Histogram
from hms_esr.record.phases import Phases


class SeriesKey(NamedTuple):
    """What a figure is about. ``status`` 0: no answer came. ``service``: named by the target's answer, or ""."""

    journey: str
    step: str
    persona: str
    status: int
    service: str


@dataclass(slots=True)
class Cell:
    """Requests of one series: how many, how many failed, bytes received, both latencies in ms."""

    requests: int = 0
    errors: int = 0
    bytes: int = 0
    intended: Histogram = field(default_factory=Histogram)
    actual: Histogram = field(default_factory=Histogram)

    def merge(self, other: Cell) -> None:
        """Add the other's figures."""
        self.requests += other.requests
        self.errors += other.errors
        self.bytes += other.bytes
        self.intended.merge(other.intended)
        self.actual.merge(other.actual)

    def shrink(self) -> None:
        """Take less room, see :meth:`Histogram.shrink`."""
        self.intended.shrink()
        self.actual.shrink()


class ErrorKey(NamedTuple):
    """One kind of error. ``kind`` as in StepFailed; ``message`` is masked and shown to readers."""

    journey: str
    step: str
    kind: str
    message: str
    status: int


@dataclass(slots=True)
class ErrorCount:
    """How often an error came, how many people it stopped, and its first example."""

    n: int = 0
    people_stopped: int = 0
    first_real_s: float = float("inf")
    example_k: int = -1
    trace_id: str = ""
    by_second: dict[int, int] = field(default_factory=dict)
    example: str = ""
    """The message of the first one with its quoted words; e-mails and long numbers are masked."""

    def merge(self, other: ErrorCount) -> None:
        """Add the other's figures; the earlier example stays."""
        self.n += other.n
        self.people_stopped += other.people_stopped
        if other.first_real_s < self.first_real_s:
            self.first_real_s, self.example_k, self.trace_id = other.first_real_s, other.example_k, other.trace_id
            self.example = other.example or self.example
        for second, n in other.by_second.items():
            self.by_second[second] = self.by_second.get(second, 0) + n


@dataclass(slots=True)
class Decisions:
    """What became of all who waited for an outcome, for one ``within``; ``bound_s`` is the largest doubt, simulated."""

    reached: int = 0
    in_time: int = 0
    late: int = 0
    undecided: int = 0
    decided: int = 0
    bound_s: float = 0.0

    def merge(self, other: Decisions) -> None:
        """Add the other's figures."""
        self.reached += other.reached
        self.in_time += other.in_time
        self.late += other.late
        self.undecided += other.undecided
        self.decided += other.decided
        self.bound_s = max(self.bound_s, other.bound_s)


class PersonEnd(NamedTuple):
    """One person, once, when it is over. ``state``: completed, failed, dropped, lost, unfinished.

    ``step`` is where it ended (the last step for completed); times are real seconds since the run's start.
    """

    person_no: int
    journey: str
    persona: str
    state: str
    step: str
    reason: str
    planned_s: float
    started_s: float
    ended_s: float


class Sample(NamedTuple):
    """One request (or wait) kept as an example. ``kind``: a failure's, as in StepFailed, or ``slow``.

    ``planned_s``, ``started_s``, ``ended_s``: real seconds since the run's start when it was meant to be sent, was sent
    and was over. ``message`` is masked: no digits, quoted text or e-mails.
    """

    kind: str
    journey: str
    step: str
    persona: str
    person_no: int
    trace_id: str
    status: int
    planned_s: float
    started_s: float
    ended_s: float
    message: str


@dataclass(slots=True)
class Tick:
    """What one worker saw in one real second; each is delivered exactly once by (worker, seq)."""

    worker: str
    seq: int
    second: int
    cells: dict[SeriesKey, Cell] = field(default_factory=dict)
    errors: dict[ErrorKey, ErrorCount] = field(default_factory=dict)
    planned: dict[int, int] = field(default_factory=dict)
    """People by the second they were planned for (only those due)."""
    delivered: dict[int, int] = field(default_factory=dict)
    """People by the second they started in."""
    late_ms: Histogram = field(default_factory=Histogram)
    """Actual start minus planned start, of each person started."""
    off_plan_max: int = 0
    """Most people the started count was ever away from the plan, in this second."""
    active: int = 0
    waiting: int = 0
    reached: dict[tuple[str, str], int] = field(default_factory=dict)
    """(journey, step): people who began that step for the first time."""
    form_again: dict[tuple[str, str], int] = field(default_factory=dict)
    """(journey, step): people who sent a form and saw it again without a message."""
    ends: list[PersonEnd] = field(default_factory=list)
    decisions: dict[float, Decisions] = field(default_factory=dict)
    """By ``within`` in simulated seconds."""
    polls: int = 0
    retries: int = 0
    refreshes: int = 0
    cpu: float = 0.0
    """Share of one core used by the worker, 0 to 1."""
    loop_lag_ms: Histogram = field(default_factory=Histogram)
    gc_ms: float = 0.0
    """Longest pause of Python's memory collector in this second."""
    phases: dict[tuple[str, str], Phases] = field(default_factory=dict)
    """(journey, step): where the time of its requests went."""
    samples: list[Sample] = field(default_factory=list)
    due_ks: list[int] = field(default_factory=list, compare=False)
    """Numbers of those in ``planned``; they travel to the master of a cluster and are not kept."""
    started_ks: list[int] = field(default_factory=list, compare=False)
    """Numbers of those in ``delivered``; they travel to the master of a cluster and are not kept."""
