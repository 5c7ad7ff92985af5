"""Owns the record of a run in memory: what verdicts, reports and pages read.

Knows nothing of disks, sockets or the engine: ticks, events and a manifest come in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hms_esr.clock import Segment
from hms_esr.events import ClockChanged, Event, Happened, Sensed
from hms_esr.histogram import Histogram
from hms_esr.record.phases import Phases
from hms_esr.record.samples import Samples
from hms_esr.record.second import Second, WorkerHealth
from hms_esr.record.tick import Cell, Decisions, ErrorCount, ErrorKey, SeriesKey
from hms_esr.scenario.model import Scenario

MOST_UNSURE = 20
"""Steps at which people saw their form again that are told one by one."""


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
    phases: dict[tuple[str, str], Phases] = field(default_factory=dict)
    """(journey, step) → where the time of judged requests went."""
    errors: dict[ErrorKey, ErrorCount] = field(default_factory=dict)
    samples: Samples = field(default_factory=Samples)
    """Failures of each kind and the slowest requests of each step, warm-up included."""
    states: dict[str, int] = field(default_factory=dict)
    """completed, failed, dropped, lost, unfinished: all people."""
    judged_states: dict[str, int] = field(default_factory=dict)
    """The same, of people planned after the warm-up."""
    persona_states: dict[tuple[str, str], int] = field(default_factory=dict)
    """(persona, state) → judged people."""
    journey_states: dict[tuple[str, str], int] = field(default_factory=dict)
    """(journey, state) → all people."""
    judged_people: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """(journey, persona, state) → judged people."""
    reached: dict[tuple[str, str], int] = field(default_factory=dict)
    form_again: dict[tuple[str, str], int] = field(default_factory=dict)
    """(journey, step) → people who sent a form there and saw it again without a message."""
    stuck: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """(journey, step, reason) → people who ended there without completing."""
    journey_ms: dict[str, Histogram] = field(default_factory=dict)
    """Real time of completed journeys of judged people, planned start to end."""
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
    """What the target's sensors said last, by service."""
    sensed: list[Sensed] = field(default_factory=list)
    """Everything they said, in order."""
    probes: dict[str, float] = field(default_factory=dict)
    interrupted: str = ""
    """Who or what ended the run before its plan was over, in words; empty when nobody did."""
    aborted: str = ""
    """The check or breaker that stopped the run to protect the target; empty when none did."""
    time_limited: bool = False
    lost_records: int = 0
    problems: list[str] = field(default_factory=list)
    """Reasons, in words, why the rehearsal cannot be trusted beyond those the figures show."""

    def handle(self, event: Event) -> None:
        """Add one event."""
        if isinstance(event, ClockChanged):
            self.segments.append(Segment(event.real_s, event.sim_s, event.warp))
        elif isinstance(event, Sensed):
            self.sensed.append(event)
            self.sensors[event.service] = event.figures
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
    def stopped(self) -> bool:
        """Whether the run ended before its plan: by a person, by a check or the breaker, or by the time limit."""
        return bool(self.interrupted or self.aborted or self.time_limited)

    @property
    def planned(self) -> int:
        """People planned: all of the plan, or after a stop only those already due."""
        return max(self.due, sum(self.states.values())) if self.stopped else self.planned_total

    @property
    def due(self) -> int:
        """People whose planned moment has come, as told second by second."""
        return sum(second.planned for second in self.seconds.values())

    @property
    def requests(self) -> int:
        """Every HTTP request people sent (redirects, refreshes, retries, warm-up, unanswered ones), without polls."""
        return sum(cell.requests for cell in self.series.values()) + sum(c.requests for c in self.warm_series.values())

    @property
    def unanswered(self) -> int:
        """Requests that ended without an answer: refused, broken off, given up or cut at the end of the run."""
        return self.requests - sum(second.answered for second in self.seconds.values())

    @property
    def error_count(self) -> int:
        """Requests and expectations that failed."""
        return sum(error.n for error in self.errors.values())

    def words(self, journey: str, step: str, reason: str) -> str:
        """A masked reason why people ended there, as one of them met it; the reason itself where none is known."""
        for key, error in self.errors.items():
            if key.journey == journey and key.step == step and key.message == reason and error.example:
                return error.example
        return reason

    def unsure(self) -> Iterator[str]:
        """What a PASS leaves open: by step, how many people saw their form again and nothing about it."""
        for (_, step), n in list(self.form_again.items())[:MOST_UNSURE]:
            people = "1 person who sent the form was" if n == 1 else f"{n:,} people who sent the form were"
            yield (
                f"At “{step}”, {people} shown it again without a message, so it is not known whether it was accepted. "
                "Expect a text of the page that says it worked, or `form: gone`."
            )
        if len(self.form_again) > MOST_UNSURE:
            yield f"So it was at {len(self.form_again) - MOST_UNSURE} more steps; summary.json has them."

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
