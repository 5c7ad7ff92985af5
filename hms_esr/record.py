"""Owns the record of a run in memory: ticks from workers folded into what verdicts, reports and pages read.

Knows nothing of disks, sockets or the engine: ticks, events and a manifest come in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hms_esr.clock import Segment
from hms_esr.events import ClockChanged, Event, Happened
from hms_esr.scenario.model import Scenario
from hms_esr.stats import Histogram


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

    def merge(self, other: ErrorCount) -> None:
        """Add the other's figures; the earlier example stays."""
        self.n += other.n
        self.people_stopped += other.people_stopped
        if other.first_real_s < self.first_real_s:
            self.first_real_s, self.example_k, self.trace_id = other.first_real_s, other.example_k, other.trace_id
        for second, n in other.by_second.items():
            self.by_second[second] = self.by_second.get(second, 0) + n


@dataclass(slots=True)
class Decisions:
    """What became of all who waited for an outcome, for one ``within``. ``bound_s``: largest doubt, simulated seconds."""

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

    k: int
    journey: str
    persona: str
    state: str
    step: str
    reason: str
    planned_s: float
    started_s: float
    ended_s: float


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
    errors: int = 0
    polls: int = 0
    steps: dict[tuple[str, str], Cell] = field(default_factory=dict)
    """(journey, step) → figures; both latencies of all requests of a second are their merge."""


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
    saturated_s: int = 0
    lost_at_s: float | None = None
    missing_ticks: int = 0
    last_seq: int = -1


@dataclass(slots=True)
class FaultRecord:
    """A fault on purpose and whether its undoing was seen. Real seconds since the start."""

    ref: str
    title: str
    service: str
    on_s: float
    off_s: float | None = None
    undone: bool = False
    undone_after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was asked for and with what: enough to do it again.

    ``options`` holds the command line's choices (scale, warp, only, vars …) by name; ``versions`` names and
    versions; ``files`` sha256 by file; ``command`` repeats the run.
    """

    run_id: str
    scenario: dict[str, Any]
    source: str
    source_text: str
    stem: str
    seed: int
    target: str
    target_requested: str
    started_at: str
    options: dict[str, Any]
    versions: dict[str, str]
    files: dict[str, str]
    command: str
    workers: list[dict[str, Any]] = field(default_factory=list)
    setup_requests: int = 0
    made_up_files: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Record:
    """A run: folded from its ticks and events. ``warm_real_s``: seconds before it are shown but not judged."""

    manifest: Manifest
    scenario: Scenario
    planned_total: int = 0
    """Everybody planned over the whole run (closed load: journeys started)."""
    planned_curve: dict[int, int] = field(default_factory=dict)
    length_real_s: float = 0.0
    """Real seconds the plan takes, without settle and drain."""
    warm_real_s: float = 0.0
    real_s: float = 0.0
    sim_s: float = 0.0
    seconds: dict[int, Second] = field(default_factory=dict)
    series: dict[SeriesKey, Cell] = field(default_factory=dict)
    """Judged requests (after the warm-up) of the whole run."""
    warm_series: dict[SeriesKey, Cell] = field(default_factory=dict)
    """Requests of the warm-up."""
    errors: dict[ErrorKey, ErrorCount] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    """completed, failed, dropped, lost, unfinished: all people."""
    judged_states: dict[str, int] = field(default_factory=dict)
    """The same, of people planned after the warm-up."""
    persona_states: dict[tuple[str, str], int] = field(default_factory=dict)
    """(persona, state) → judged people."""
    journey_states: dict[tuple[str, str], int] = field(default_factory=dict)
    reached: dict[tuple[str, str], int] = field(default_factory=dict)
    stuck: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """(journey, step, reason) → people who ended there without completing."""
    journey_ms: dict[str, Histogram] = field(default_factory=dict)
    """Real time of completed journeys, planned start to end."""
    decisions: dict[float, Decisions] = field(default_factory=dict)
    late_ms: Histogram = field(default_factory=Histogram)
    off_plan_max: int = 0
    delivered: int = 0
    polls: int = 0
    retries: int = 0
    refreshes: int = 0
    setup_requests: int = 0
    workers: dict[str, WorkerHealth] = field(default_factory=dict)
    events: list[Happened] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    faults: list[FaultRecord] = field(default_factory=list)
    sensors: dict[str, dict[str, float]] = field(default_factory=dict)
    probes: dict[str, float] = field(default_factory=dict)
    interrupted: str = ""
    """Who or what ended the run before its plan was over, in words; empty when nobody did."""
    aborted: str = ""
    """The check or breaker that stopped the run to protect the target; empty when none did."""
    time_limited: bool = False
    lost_records: int = 0
    problems: list[str] = field(default_factory=list)
    """Reasons, in words, why the rehearsal cannot be trusted beyond those the figures show."""

    def fold(self, tick: Tick) -> None:
        """Add one tick. The caller has removed repeats."""
        fold_tick(self, tick)

    def hear(self, event: Event) -> None:
        """Add one event."""
        if isinstance(event, ClockChanged):
            self.segments.append(Segment(event.real_s, event.sim_s, event.warp))
        elif isinstance(event, Happened):
            self.events.append(event)
            self._fault(event)

    def _fault(self, event: Happened) -> None:
        if event.kind == "fault_on":
            service = str(event.details.get("service", ""))
            self.faults.append(FaultRecord(event.ref, event.text, service, event.real_s))
        elif event.kind == "fault_off":
            for fault in self.faults:
                if fault.ref == event.ref:
                    fault.off_s = event.real_s
                    fault.undone = bool(event.details.get("verified"))
                    fault.undone_after_s = float(event.details.get("after_s", 0.0))

    @property
    def requests(self) -> int:
        """Every HTTP request people sent (redirect hops, refreshes, retries, warm-up, unanswered ones), without polls."""
        return sum(cell.requests for cell in self.series.values()) + sum(c.requests for c in self.warm_series.values())

    @property
    def error_count(self) -> int:
        """Requests and expectations that failed."""
        return sum(error.n for error in self.errors.values())

    def people(self, state: str) -> int:
        """People in ``state``: completed, failed, dropped, lost, unfinished."""
        return self.states.get(state, 0)

    def merged(self, keys: Iterable[SeriesKey] | None = None) -> Cell:
        """One cell for the given judged series (all without argument)."""
        total = Cell()
        for key in self.series if keys is None else keys:
            total.merge(self.series[key])
        return total

    def by_step(self) -> dict[tuple[str, str], Cell]:
        """(journey, step) → judged figures, in the order first seen."""
        steps: dict[tuple[str, str], Cell] = {}
        for key, cell in self.series.items():
            steps.setdefault((key.journey, key.step), Cell()).merge(cell)
        return steps


def fold_tick(record: Record, tick: Tick) -> None:
    """Add one tick to ``record``."""
    warm = tick.second < record.warm_real_s
    series = record.warm_series if warm else record.series
    second = record.seconds.setdefault(tick.second, Second())
    for key, cell in tick.cells.items():
        series.setdefault(key, Cell()).merge(cell)
        second.steps.setdefault((key.journey, key.step), Cell()).merge(cell)
        second.requests += cell.requests
        second.errors += cell.errors
    for error_key, count in tick.errors.items():
        record.errors.setdefault(error_key, ErrorCount()).merge(count)
    for within_s, decisions in tick.decisions.items():
        record.decisions.setdefault(within_s, Decisions()).merge(decisions)
    for where, n in tick.reached.items():
        record.reached[where] = record.reached.get(where, 0) + n
    second.active += tick.active
    second.waiting += tick.waiting
    second.polls += tick.polls
    record.polls += tick.polls
    record.retries += tick.retries
    record.refreshes += tick.refreshes
    record.real_s = max(record.real_s, tick.second + 1.0)
    _fold_people(record, tick)
    _fold_worker(record, tick)


def _fold_people(record: Record, tick: Tick) -> None:
    for at, n in tick.planned.items():
        record.seconds.setdefault(at, Second()).planned += n
    for at, n in tick.delivered.items():
        record.seconds.setdefault(at, Second()).delivered += n
        record.delivered += n
    record.late_ms.merge(tick.late_ms)
    record.off_plan_max = max(record.off_plan_max, tick.off_plan_max)
    for end in tick.ends:
        judged = end.planned_s >= record.warm_real_s
        _count(record.states, end.state)
        _count(record.journey_states, (end.journey, end.state))
        if judged:
            _count(record.judged_states, end.state)
            _count(record.persona_states, (end.persona, end.state))
        second = record.seconds.setdefault(int(end.ended_s), Second())
        if end.state == "completed":
            second.completed += 1
            record.journey_ms.setdefault(end.journey, Histogram()).add((end.ended_s - end.planned_s) * 1000)
        else:
            second.failed += end.state == "failed"
            _count(record.stuck, (end.journey, end.step, end.reason))


def _count(counts: dict[Any, int], key: Any) -> None:
    counts[key] = counts.get(key, 0) + 1


def _fold_worker(record: Record, tick: Tick) -> None:
    worker = record.workers.setdefault(tick.worker, WorkerHealth(tick.worker))
    worker.started += sum(tick.delivered.values())
    worker.seconds += 1
    worker.cpu_max = max(worker.cpu_max, tick.cpu)
    worker.cpu_by_second[tick.second] = tick.cpu
    worker.loop_lag_ms.merge(tick.loop_lag_ms)
    worker.late_ms.merge(tick.late_ms)
    worker.missing_ticks += tick.seq - worker.last_seq - 1
    worker.last_seq = tick.seq
    saturated = tick.cpu > 0.9 and tick.loop_lag_ms.count > 0 and tick.loop_lag_ms.percentile(0.99) > 20.0
    worker.saturated_s += saturated
