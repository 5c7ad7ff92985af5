"""Owns following a run while it goes on: fold ticks, write them down, show progress, see when it must stop.

Knows nothing of how people act; it answers the engine's questions and returns at once.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from itertools import chain
from math import ceil
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from hms_esr.errors import EsrError
from hms_esr.events import ClockChanged, Happened, Progress, Recorded, Sensed
from hms_esr.execution.fault_runner import FaultRunner
from hms_esr.execution.plan import RunPlan
from hms_esr.execution.preflight import proof_still_there
from hms_esr.execution.sensor_poller import SensorPoller
from hms_esr.expressions.expression import parse
from hms_esr.histogram import Histogram
from hms_esr.record import Record, Tick
from hms_esr.record.fold import fold_tick
from hms_esr.scenario.guard import Breaker, Guard
from hms_esr.schedule.arrivals import ArrivalSchedule
from hms_esr.sinks.fanout import FanOut
from hms_esr.store.writer import RunWriter
from hms_esr.verdicts.metrics import measure

if TYPE_CHECKING:
    from hms_esr.execution.stop_switch import StopSwitch

PROOF_EVERY_S = 10.0
STEPS_KEPT_S = 310
"""Figures of steps, second by second, stay in memory for so long (pages show 300); reports read them from disk."""


def _windows(plan: RunPlan) -> list[int]:
    return [ceil(check.abort_after_s) for check in plan.scenario.checks if check.abort_after_s is not None]


def planned_in(second: int, plan: RunPlan, schedule: ArrivalSchedule) -> dict[int, int]:
    """``{second: people}`` that an open load expects in a real second; empty where there is no such figure."""
    if schedule.closed or plan.options.only is not None or second >= plan.scenario.length_s / plan.warp:
        return {}
    return {second: round(schedule.expected((second + 1) * plan.warp)) - round(schedule.expected(second * plan.warp))}


def _keep(recent: deque[list[Tick]], tick: Tick) -> None:
    """Among the last seconds; the ticks of all workers for one second are one of them."""
    if recent and recent[-1][0].second == tick.second:
        recent[-1].append(tick)
    else:
        recent.append([tick])


def _is_broken(check: str, seconds: list[list[Tick]], record: Record, plan: RunPlan) -> bool:
    """Whether the check fails on these seconds alone; without data it does not."""
    lately = Record(record.manifest, plan.scenario)
    for tick in chain.from_iterable(seconds):
        fold_tick(lately, tick)
    try:
        return not parse(check).evaluate(lambda ref: measure(lately, ref, plan.loaded.metrics).value)
    except EsrError:
        return False


def _broken_for_long(recent: deque[list[Tick]], record: Record, plan: RunPlan) -> str:
    """A check with ``abort_after`` that did not hold on that many seconds, in words; empty when there is none."""
    for check in plan.scenario.checks:
        window_s = ceil(check.abort_after_s or 0)
        lately = list(recent)[-window_s:]
        if window_s and len(lately) >= window_s and _is_broken(check.check, lately, record, plan):
            return f"“{check.check}” did not hold over {window_s:g} s"
    return ""


def _taken(path: Path) -> str:
    """What is written in a file that is taken away by reading; empty when there is none."""
    if not path.exists():
        return ""
    text = path.read_text(encoding="utf-8").strip()
    path.unlink()
    return text


class RunMonitor:
    """The engine's listener of one run."""

    def __init__(
        self,
        plan: RunPlan,
        record: Record,
        writer: RunWriter,
        sinks: FanOut,
        switch: StopSwitch,
        guard: Guard,
        schedule: ArrivalSchedule,
    ) -> None:
        self.fault_runner: FaultRunner | None = None
        self.sensor_poller: SensorPoller | None = None
        self._plan = plan
        self._record = record
        self._writer = writer
        self._sinks = sinks
        self._switch = switch
        self._guard = guard
        self._schedule = schedule
        self._breaker = Breaker()
        self._fed = -1
        self._recent: deque[list[Tick]] = deque(maxlen=max(_windows(plan), default=1))
        self._real_s = 0.0
        self._sim_s = 0.0
        self._proof_at_s = PROOF_EVERY_S
        self._proof_gone = ""
        self._paused = False
        self._failed_by_step: Counter[str] = Counter()
        self._forgotten = 0
        self._answers = Histogram()

    def now(self) -> tuple[float, float]:
        """(real, simulated) seconds, as the engine said last (a tenth of a second old at most)."""
        return self._real_s, self._sim_s

    def happened(self, event: Happened | ClockChanged | Sensed) -> None:
        """Write it down and pass it on."""
        self._record.handle(event)
        self._writer.event(event)
        self._sinks.handle(event)

    def moment(self, real_s: float, sim_s: float) -> None:
        """Faults fall due; sensors and the proof of a public host are read again."""
        self._real_s, self._sim_s = real_s, sim_s
        if self.fault_runner is not None:
            self.fault_runner.moment(sim_s)
        if self.sensor_poller is not None:
            self.sensor_poller.moment(real_s, sim_s)
        if self._guard.off_loopback and real_s >= self._proof_at_s:
            self._proof_at_s = real_s + PROOF_EVERY_S
            Thread(target=self._read_proof, daemon=True).start()

    def _read_proof(self) -> None:
        self._proof_gone = proof_still_there(self._guard)

    def wants_to_stop(self) -> str:
        """The operator, the time limit, or a proof that is gone."""
        record, limit_s = self._record, self._plan.options.time_limit_s
        if self._switch.presses:
            if not record.interrupted:
                record.interrupted = self._switch.who
                self._writer.facts(interrupted=record.interrupted)
        elif self._proof_gone:
            record.interrupted = record.interrupted or f"the proof is gone: {self._proof_gone}"
        elif limit_s is not None and self._real_s >= limit_s:
            record.time_limited = True
            return "the time limit was reached"
        return record.interrupted

    def wants_pause(self) -> bool:
        """Whether the last wish left in the run's folder was to pause."""
        wish = _taken(self._plan.folder / "wish")
        self._paused = wish == "pause" if wish else self._paused
        return self._paused

    def ticks(
        self, ticks: list[Tick], phase: str, real_s: float, sim_s: float, warp: float, breathe: Callable[[], None]
    ) -> str:
        """Fold, store, show; a reason to stop when a check with ``abort_after`` or the breaker says so.

        A busy second is milliseconds of work: ``breathe`` is called now and then; other questions may come meanwhile.
        """
        if not ticks:
            return ""
        record = self._record
        for tick in ticks:
            fold_tick(record, tick)
            for cell in tick.cells.values():
                self._answers.merge(cell.intended)
            self._failed_by_step.update(end.step for end in tick.ends if end.state == "failed")
            if tick.second >= record.warm_real_s:
                _keep(self._recent, tick)
            record.planned_curve |= planned_in(tick.second, self._plan, self._schedule)
            breathe()
        self._writer.ticks(ticks, breathe)
        self._forget(int(real_s) - STEPS_KEPT_S)
        self._sinks.handle(Recorded(tuple(ticks), real_s, sim_s))
        self._sinks.handle(self._progress(ticks, phase, real_s, sim_s, warp))
        reason = _broken_for_long(self._recent, record, self._plan) or self._break(ticks)
        if reason and not record.aborted and phase != "over":
            record.aborted = reason
            self.happened(Happened("abort", reason, real_s, sim_s))
        return record.aborted

    def _forget(self, before: int) -> None:
        """Long runs keep to their memory. Who looks at a fault's recovery meanwhile needs the seconds before it."""
        if not self._plan.scenario.faults:
            for at in range(self._forgotten, before):
                if at in self._record.seconds:
                    self._record.seconds[at].steps.clear()
            self._forgotten = max(self._forgotten, before)

    def _break(self, ticks: list[Tick]) -> str:
        for at in sorted({tick.second for tick in ticks if tick.second > self._fed and self._guard.off_loopback}):
            second, self._fed = self._record.seconds[at], at
            if self._breaker.feed(at, second.requests, second.errors):
                return "more than half of all requests failed for 30 s"
        return ""

    def _progress(self, ticks: list[Tick], phase: str, real_s: float, sim_s: float, warp: float) -> Progress:
        record = self._record
        last = record.seconds[ticks[-1].second]
        return Progress(
            real_s=real_s,
            sim_s=sim_s,
            warp=warp,
            phase=phase,
            planned_total=record.planned_total,
            planned_due=sum(second.planned for second in record.seconds.values()),
            started=record.delivered,
            active=last.active,
            waiting=last.waiting,
            completed=record.people("completed"),
            failed=record.people("failed"),
            dropped=record.people("dropped"),
            requests=record.requests,
            polls=record.polls,
            errors=record.error_count,
            people_per_s=float(last.delivered),
            requests_per_s=float(last.requests),
            p95_ms=self._answers.percentile(0.95) if self._answers.count else None,
            failed_by_step=dict(self._failed_by_step),
            faults_on=self.fault_runner.on if self.fault_runner is not None else (),
        )
