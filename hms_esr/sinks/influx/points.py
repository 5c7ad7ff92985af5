"""Owns what a run is in points: seconds of steps, buckets of times, the run, workers, sensors, checks, events.

Knows nothing of servers. The same record gives the same points, whenever it is read: what was sent can be sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from hms_esr.events import ClockChanged, Happened, RunEnded, RunStarted, Sensed
from hms_esr.histogram import Histogram
from hms_esr.record import Cell, Record, Second, Tick
from hms_esr.record.fold import fold_tick
from hms_esr.sinks.influx import figures
from hms_esr.sinks.influx.lines import LONGEST, SENTENCE, line

KEPT_S = 120
"""Figures of steps, second by second, stay in memory for so long; what comes later is read again from the record."""
CHECKS_EVERY_S = 5


@dataclass(frozen=True, slots=True)
class Checked:
    """One check as it stands. ``value`` None: no data. ``verdict``: PASS, WARN, FAIL or INVALID."""

    check: str
    value: float | None
    limit: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class EndedRun:
    """How the run came out. ``code`` is the exit code; ``checks`` as judged at the end."""

    code: int
    verdict: str
    reason: str
    checks: tuple[Checked, ...] = ()

    @property
    def shown_code(self) -> float:
        """The verdict as displayed: the exit code, or 2 (WARN) for PASS with a check past its warning level."""
        return 2.0 if not self.code and any(one.verdict == "WARN" for one in self.checks) else float(self.code)


class Points:
    """Ticks and events of one run in, lines out. ``record`` is folded here; nobody else may.

    ``began`` is the moment of second 0; ``again(second)`` gives every tick of a second once more, from the store;
    ``check(record)`` judges the checks as they stand.
    """

    def __init__(
        self,
        record: Record,
        began: datetime,
        again: Callable[[int], Iterable[Tick]],
        check: Callable[[Record], Iterable[Checked]],
    ) -> None:
        self._record = record
        self._began_ms = int(began.timestamp()) * 1000
        self._again, self._check = again, check
        self._tags = {"sim": "true", "run": record.manifest.run_id, "scenario": record.scenario.name}
        self._dirty: set[int] = set()
        self._lines: list[str] = []
        self._front = -1
        self._kept_from = 0
        self._so_far: dict[int, figures.Fields] = {}
        self._planned, self._actual = Histogram(), Histogram()

    def _add(
        self, measurement: str, tags: dict[str, str], fields: figures.Fields, at_s: float, longest: int = LONGEST
    ) -> None:
        """A point of this run; ``at_s``: real seconds since its start."""
        text = line(measurement, self._tags | tags, fields, self._began_ms + round(at_s * 1000), longest)
        if text:
            self._lines.append(text)

    def event(self, event: RunStarted | Happened | ClockChanged | Sensed | RunEnded) -> None:
        """Hear one event."""
        self._record.handle(event)
        if isinstance(event, Happened):
            self._event(event.kind, event.text, event.real_s)
        elif isinstance(event, Sensed):
            self._add("esr_sensor", {"service": event.service}, figures.sensor(event.figures), int(event.real_s))

    def _event(self, kind: str, text: str, at_s: float, longest: int = LONGEST) -> None:
        self._add("esr_event", {"kind": kind, "text": text}, {"value": 1.0}, at_s, longest)

    def noted(self) -> list[str]:
        """Lines of events since the last call, apart from those of seconds."""
        lines, self._lines = self._lines, []
        return lines

    def start(self, text: str) -> None:
        """The run begins."""
        self._event("start", text, 0.0)

    def tick(self, tick: Tick) -> None:
        """Fold one tick. A second is over for the run's figures when a tick of a later one comes."""
        record = self._record
        if tick.second > self._front:
            self._close_front()
            self._front = tick.second
        fold_tick(record, tick)
        if tick.second < self._kept_from:
            record.seconds[tick.second].steps = _steps_of(self._again(tick.second))
        if tick.second >= record.warm_real_s:
            for cell in tick.cells.values():
                self._planned.merge(cell.intended)
                self._actual.merge(cell.actual)
        ended = {int(end.ended_s) for end in tick.ends}
        self._dirty |= {tick.second, *tick.planned, *tick.delivered, *ended}
        missing = record.workers[tick.worker].missing_ticks
        self._add("esr_worker", {"worker": tick.worker}, figures.worker(tick, missing), tick.second)

    def _close_front(self) -> None:
        at = self._front
        if at < 0:
            return
        self._note_so_far(at)
        self._dirty.add(at)
        if at % CHECKS_EVERY_S == 0:
            self._checks(self._check(self._record), at)

    def _note_so_far(self, at: int) -> None:
        self._so_far[at] = figures.so_far(self._record, self._planned, self._actual, at)

    def take(self) -> list[str]:
        """Lines since the last call. A second that more is heard of later is written again, whole."""
        if self._front >= 0:
            self._note_so_far(self._front)
        for at in sorted(self._dirty):
            if at in self._record.seconds:
                self._second(at, self._record.seconds[at])
                if at < self._kept_from:
                    self._record.seconds[at].steps = {}
        self._dirty.clear()
        self._forget(self._front - KEPT_S)
        lines, self._lines = self._lines, []
        return lines

    def _second(self, at: int, second: Second) -> None:
        self._steps(at, second)
        fields = self._so_far.get(at, {}) | figures.of_second(second)
        if at > self._front - KEPT_S // 2:
            fields |= figures.lately(self._record, at)
        self._add("esr_run", {}, fields, at)

    def _steps(self, at: int, second: Second) -> None:
        planned, actual = Histogram(), Histogram()
        for (journey, step), cell in figures.by_tag(second.steps).items():
            planned.merge(cell.intended)
            actual.merge(cell.actual)
            self._add("esr_step", {"journey": journey, "step": step}, figures.step(cell), at)
        if second.polls:
            self._add("esr_step", {"step": figures.POLLS}, {"count": float(second.polls)}, at)
        for kind, times in (("planned", planned), ("actual", actual)):
            if times.count:
                for over, fields in figures.fine(times).items():
                    self._add("esr_latency", {"kind": kind, "over": over}, fields, at)
                self._add("esr_heat", {"kind": kind}, figures.coarse(times), at)

    def _forget(self, before: int) -> None:
        """Long runs keep to their memory. Recovery after a fault is measured over all seconds, so then they stay."""
        for at in range(self._kept_from, before):
            self._so_far.pop(at, None)
            if at in self._record.seconds and not self._record.scenario.faults:
                self._record.seconds[at].steps = {}
        if before > self._kept_from and not self._record.scenario.faults:
            self._kept_from = before

    def _checks(self, checks: Iterable[Checked], at_s: float) -> None:
        for one in checks:
            self._add("esr_check", {"check": one.check}, figures.check(one.value, one.limit, one.verdict), at_s)

    def end(self, real_s: float, how: EndedRun) -> list[str]:
        """The last lines: figures and checks as judged, the verdict."""
        at = max(self._front, int(real_s), 0)
        self._dirty |= {self._front} - {-1}
        lines = self.take()
        whole = figures.so_far(self._record, self._planned, self._actual, at)
        whole |= figures.of_second(self._record.seconds.get(at, Second()))
        whole |= figures.lately(self._record, max(self._front, 0))
        whole |= {"planned": float(self._record.planned), "real_s": real_s, "verdict_code": float(how.code)}
        whole |= {"shown_code": how.shown_code, "warp": figures.warp_at(self._record, real_s)}
        whole |= {"from_ms": float(self._began_ms), "to_ms": float(self._began_ms + round(real_s * 1000))}
        if self._record.sim_s:
            whole["sim_s"] = self._record.sim_s
        self._add("esr_run", {}, whole, at)
        self._checks(how.checks, at)
        self._event("stop", "the run is over", real_s)
        self._event("verdict", f"{how.verdict}: {how.reason}", real_s, SENTENCE)
        return lines + self.noted()


def _steps_of(ticks: Iterable[Tick]) -> dict[tuple[str, str], Cell]:
    steps: dict[tuple[str, str], Cell] = {}
    for tick in ticks:
        for key, cell in tick.cells.items():
            steps.setdefault((key.journey, key.step), Cell()).merge(cell)
    return steps
