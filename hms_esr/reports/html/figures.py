"""Owns what the report's sections share: clocks, lettered events, bins, names of steps, limits of answer times.

Knows nothing of HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from hms_esr.charts.frame import Mark, TimeFrame, time_frame
from hms_esr.charts.latency import LatencyLines
from hms_esr.charts.scales import Log
from hms_esr.clock import SimClock
from hms_esr.errors import EsrError, NoData
from hms_esr.expressions.expression import MetricRef
from hms_esr.expressions.expression import parse as parse_expression
from hms_esr.formatting import clock, elapsed
from hms_esr.record import Cell, FaultRecord, Record
from hms_esr.reports.html.bins import Bins
from hms_esr.reports.html.letters import lettered, worth_a_letter
from hms_esr.schedule.journey_steps import named_steps
from hms_esr.verdicts.judgement import CheckResult, Judgement
from hms_esr.verdicts.measures.recovery import Recovery, recovery

StepKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PageCaps:
    """The most of each thing a page shows, so that it stays one small file. What is left out is counted in words."""

    rows: int = 60
    panels: int = 16
    errors: int = 40
    workers: int = 32
    marks: int = 26
    scenario_characters: int = 150_000


class Figures:
    """A record and its judgement, prepared for reading. Everything is computed when first asked for, once."""

    def __init__(self, record: Record, judgement: Judgement, caps: PageCaps) -> None:
        self.record = record
        self.judgement = judgement
        self.caps = caps
        self.scenario = record.scenario

    @property
    def judged(self) -> bool:
        """Whether checks count: not when the run is INVALID or INTERRUPTED."""
        return self.judgement.shown in ("PASS", "WARN", "FAIL")

    @cached_property
    def clock(self) -> SimClock:
        """Simulated time of the run as it was."""
        return SimClock(self.scenario.clock.warp, tuple(sorted(self.record.segments, key=lambda one: one.real_s)))

    @cached_property
    def warp(self) -> float:
        """Simulated seconds per real second while people came."""
        return next((one.warp for one in self.clock.segments if one.warp > 0), self.scenario.clock.warp)

    @property
    def warped(self) -> bool:
        """Whether two clocks must be told apart."""
        return any(one.warp not in (0, 1) for one in self.clock.segments)

    @cached_property
    def length_s(self) -> float:
        """Real seconds the time axis spans: the plan, or the run when that took longer."""
        return max(self.record.real_s, self.record.length_real_s, 1.0)

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """Events with letters, in order of time."""
        return lettered(self.record, self.caps.marks)

    @property
    def unlettered(self) -> int:
        """Events that got no letter because there were too many."""
        return len(worth_a_letter(self.record)) - len(self.marks)

    @cached_property
    def frame(self) -> TimeFrame:
        """The time axis of every chart."""
        return time_frame(self.length_s, self.clock, self.start, self.warp if self.warped else None, self.marks)

    @property
    def start(self) -> datetime:
        """Simulated moment of the run's start."""
        return self.scenario.clock.start

    def sim_at(self, real_s: float) -> datetime:
        """Simulated moment at a real second."""
        return self.start + timedelta(seconds=round(self.clock.sim_s(real_s)))

    def moment(self, real_s: float) -> str:
        """Simulated clock time, with the day when it is not the first."""
        at = self.sim_at(real_s)
        return clock(at) if at.date() == self.start.date() else f"{at:%b} {at.day}, {clock(at)}"

    def when(self, real_s: float) -> str:
        """``12:16:04 (6:10 real)`` or, at warp 1, ``6:10 into the run``."""
        if not self.warped:
            return f"{elapsed(real_s)} into the run"
        return f"{self.moment(real_s)} ({elapsed(real_s)} real)"

    def fault_letter(self, fault: FaultRecord) -> str:
        """Letter of a fault; empty when too many events left it without."""
        found = (one.letter for one in self.marks if one.kind == "fault" and one.from_s == fault.on_s)
        return next(found, "")

    @cached_property
    def recoveries(self) -> list[tuple[Recovery | None, str]]:
        """For each fault its recovery, or why none is known."""
        return [_recovery(self.record, fault) for fault in self.record.faults]

    @cached_property
    def written_steps(self) -> dict[StepKey, bool]:
        """Steps in the order of the scenario, and whether everybody does them (not a share only)."""
        return {
            (journey.name, named.name): not named.shares
            for journey in self.scenario.journeys
            for named in named_steps(journey, self.scenario)
        }

    @cached_property
    def steps(self) -> dict[StepKey, Cell]:
        """Judged figures by step, in the order of the scenario."""
        order = {key: index for index, key in enumerate(self.written_steps)}
        found = self.record.by_step()
        return {key: found[key] for key in sorted(found, key=lambda key: order.get(key, len(order)))}

    @cached_property
    def total(self) -> Cell:
        """All judged requests."""
        return self.record.merged()

    def step_name(self, key: StepKey) -> str:
        """The step, with its journey when there are several."""
        return f"{key[1]} ({key[0]})" if len(self.scenario.journeys) > 1 else key[1]

    @cached_property
    def bins(self) -> Bins:
        """Bins of real time, the same in every chart."""
        return Bins.of(self.record, self.length_s)

    @cached_property
    def cells(self) -> list[Cell]:
        """All requests by bin."""
        return self.bins.cells()

    @cached_property
    def p95_checks(self) -> list[CheckResult]:
        """Checks of the 95th percentile of all requests that have a limit to draw."""
        return [check for check in self.judgement.checks if check.metric == "latency_p95_ms" and drawable(check)]

    def step_checks(self, key: StepKey) -> list[CheckResult]:
        """Checks of the 95th percentile of one step that have a limit to draw."""
        found = []
        for check in self.judgement.checks:
            ref = metric_of(check)
            if ref is not None and ref.name == "latency_p95_ms" and drawable(check):
                names = ref.selector
                if (
                    names.get("step") == key[1]
                    and names.get("journey", key[0]) == key[0]
                    and set(names) <= {"step", "journey"}
                ):
                    found.append(check)
        return found

    @cached_property
    def step_lines(self) -> dict[StepKey, LatencyLines]:
        """Lines of the steps that have a panel, each in bins wide enough for it."""
        return {key: _lines_of(self, key) for key in list(self.steps)[: self.caps.panels]}

    @cached_property
    def scale(self) -> Log:
        """Answer times in all charts over time: 20 ms to 10 s, widened until lines and limits fit."""
        lines = [self.bins.times(self.cells, 0.95), self.bins.times(self.cells, 0.5)]
        lines += [list(one.intended) for one in self.step_lines.values()]
        values = [one.value for line in lines for one in line if one.value]
        return Log.over(values + [check.limit for check in self.p95_checks if check.limit])


def _lines_of(figures: Figures, key: StepKey) -> LatencyLines:
    bins = Bins.of(figures.record, figures.length_s, key)
    cells = bins.cells(key)
    return LatencyLines(bins.times(cells, 0.95), bins.times(cells, 0.95, actual=True))


def _recovery(record: Record, fault: FaultRecord) -> tuple[Recovery | None, str]:
    try:
        return recovery(record, fault), ""
    except NoData as reason:
        return None, str(reason)


def drawable(check: CheckResult) -> bool:
    """Whether a check's limit is an upper one that a chart of times can show."""
    return check.operator in ("<", "<=") and check.limit is not None and check.limit > 0


def metric_of(check: CheckResult) -> MetricRef | None:
    """The one metric a check measures; None for anything composed."""
    try:
        return parse_expression(check.metric).root.ref
    except (EsrError, ValueError):
        return None
