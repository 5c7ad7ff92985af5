"""Owns a run in one process: Locust's local runner with one conductor, and the second hand that closes ticks.

Knows nothing of records, stores or verdicts: ticks and events are handed out as they come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import process_time, time
from typing import Protocol

import gevent
from gevent.lock import Semaphore

from hms_esr.clock import Segment, SimClock
from hms_esr.engine.client.transport import ConnectionGuard
from hms_esr.engine.locust_core.environment import LocustEnvironment, OwnLocustEnvironment
from hms_esr.engine.locust_core.stats import add_to_stats
from hms_esr.engine.locust_core.users import user_classes
from hms_esr.engine.loop.fair_turns import yield_to_loop
from hms_esr.engine.loop.gc_control import GcControl
from hms_esr.engine.loop.run_clock import RunClock
from hms_esr.engine.recording.recorder import Recorder
from hms_esr.engine.start_loop.start_loop import StartLoop
from hms_esr.engine.user.context import WorkerContext
from hms_esr.events import ClockChanged, Happened
from hms_esr.record import Tick
from hms_esr.schedule.assignment import Assignment

LAG_EVERY_S = 0.05


class Listener(Protocol):
    """Who follows a run from outside the engine. Called in the run's own loop: return soon."""

    def ticks(
        self, ticks: list[Tick], phase: str, real_s: float, sim_s: float, warp: float, yield_to_loop: Callable[[], None]
    ) -> str:
        """Ticks of seconds that are over; the answer, if not empty, is a reason to stop now.

        Where this takes long, ``breathe`` is to be called every half millisecond or so: it lets others run.
        """
        ...

    def happened(self, event: Happened | ClockChanged) -> None:
        """Something happened."""
        ...

    def wants_to_stop(self) -> str:
        """Asked ten times a second: a reason to stop now, or empty."""
        ...

    def wants_pause(self) -> bool:
        """Asked ten times a second: whether the clock is to stand still."""
        ...

    def moment(self, real_s: float, sim_s: float) -> None:
        """Asked ten times a second: what is to be done at this moment (faults)."""
        ...


@dataclass(frozen=True)
class LoadResult:
    """How a worker ended."""

    real_s: float
    sim_s: float
    segments: tuple[Segment, ...]
    made_up: tuple[str, ...]
    internal_errors: tuple[str, ...]
    """Bugs of ours that ended people or workers, each with its traceback."""
    stopped: str
    problems: tuple[str, ...] = ()
    """Why the run cannot be trusted, beyond what ticks show."""
    lost_records: int = 0
    """Seconds of records that had no place to be kept."""
    cut_short: bool = False
    """Nobody was left to carry the rest of the plan out: only those who came are planned."""


class LocalRun:
    """One run in this process, on a runner of its own or on ``stand``. It is over when everything is flushed."""

    def __init__(
        self,
        assignment: Assignment,
        guard: ConnectionGuard,
        listener: Listener,
        *,
        stand: LocustEnvironment | None = None,
    ) -> None:
        self._assignment = assignment
        self._listener = listener
        self.clock = RunClock(assignment.warp)
        self.context = WorkerContext(assignment, guard, self.clock)
        if assignment.only is not None:
            at_s = self.context.cast.schedule.arrival(assignment.only).at_s
            self.clock.sim = SimClock(assignment.warp, (Segment(0.0, at_s, assignment.warp),))
        self._trouble: Exception | None = None
        self._handing = Semaphore()
        self._stopped = ""
        self._began_at = 0.0
        classes = user_classes(assignment.scenario)
        self._stand = stand or OwnLocustEnvironment(assignment)
        self._environment = self._stand.environment
        self.start_loop = StartLoop(self.context, classes, self._environment, self._happened)

    def _conduct(self) -> None:
        self.clock.start()
        self._began_at = time()
        segment = self.clock.sim.segments[0]
        self._happened(ClockChanged(segment.real_s, segment.sim_s, segment.warp))
        self._guarded(self.start_loop.run)

    def run(self) -> LoadResult:
        """From the first person to the last tick."""
        self.context.cast.warm()
        collector = GcControl(self.context.recorder.record_pause, self.start_loop.quiet)
        collector.start()
        self.clock.start()
        helpers = [gevent.spawn(self._second_hand), gevent.spawn(watch_lag, self.clock, self.context.recorder)]
        helpers.append(gevent.spawn(collector.watch))
        try:
            self._stand.begin(self._conduct)
            self.start_loop.finished.wait()
        finally:
            with self._handing:  # a second that is being written down is not to be torn
                gevent.killall(helpers)
            real_s, sim_s = self.clock.now_s(), self.clock.sim_s()
            self._guarded(lambda: self._hand_out(self.context.recorder.take(int(real_s) + 1, 0.0), real_s))
            self._stand.end()
            collector.stop()
        if self._trouble is not None:
            raise self._trouble
        return LoadResult(
            real_s,
            sim_s,
            self.clock.sim.segments,
            tuple(self.context.made_up),
            tuple(self.context.internal_errors),
            self._stopped,
        )

    def _guarded(self, ask: Callable[[], None]) -> None:
        """Ask the listener something; what goes wrong there ends the run instead of leaving it without ears."""
        try:
            ask()
        except Exception as trouble:
            self._trouble = self._trouble or trouble
            self._stop(f"the run cannot be followed: {trouble}")

    def _hand_out(self, ticks: list[Tick], real_s: float) -> None:
        for tick in ticks:
            self.start_loop.busiest(sum(cell.requests for cell in tick.cells.values()))
        clock = self.clock
        add_to_stats(self._environment.stats, ticks, began_at=self._began_at)
        yield_to_loop()
        reason = self._listener.ticks(
            ticks, self.start_loop.phase, real_s, clock.sim_s(), clock.sim.warp, yield_to_loop
        )
        if reason:
            self._stop(reason)

    def _happened(self, event: Happened | ClockChanged) -> None:
        self._guarded(lambda: self._listener.happened(event))

    def _stop(self, reason: str) -> None:
        self._stopped = self._stopped or reason
        self.start_loop.stop(reason)

    def _second_hand(self) -> None:
        """Close a tick a second; ask the listener what is wanted ten times a second."""
        closed = 0
        cpu_s, at_s = process_time(), self.clock.now_s()
        while True:
            gevent.sleep(0.1)
            now_s = self.clock.now_s()
            self._guarded(lambda at=now_s: self._ask(at))  # type: ignore[misc]
            if int(now_s) > closed:
                closed = int(now_s)
                share = min(1.0, (process_time() - cpu_s) / max(now_s - at_s, 1e-6))
                cpu_s, at_s = process_time(), now_s
                with self._handing:
                    ticks = self.context.recorder.take(closed, share)
                    self._guarded(lambda some=ticks, at=now_s: self._hand_out(some, at))  # type: ignore[misc]

    def _ask(self, now_s: float) -> None:
        self._listener.moment(now_s, self.clock.sim_s())
        reason = self._listener.wants_to_stop()
        if reason:
            self._stop(reason)
        self.start_loop.pause(self._listener.wants_pause())


def watch_lag(clock: RunClock, recorder: Recorder) -> None:
    """How late the event loop comes back, 20 times a second."""
    while True:
        before_s = clock.now_s()
        gevent.sleep(LAG_EVERY_S)
        now_s = clock.now_s()
        if before_s >= 0:
            recorder.lag(now_s, max(0.0, now_s - before_s - LAG_EVERY_S) * 1000)


def run_locally(
    assignment: Assignment, guard: ConnectionGuard, listener: Listener, *, ready: Callable[[], None]
) -> LoadResult:
    """Make and carry out a run; ``ready`` is called just before the first person may come."""
    run = LocalRun(assignment, guard, listener)
    ready()
    return run.run()
