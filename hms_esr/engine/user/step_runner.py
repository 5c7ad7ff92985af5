"""Owns carrying out one person's steps alone: a scenario's ``before`` and ``after``, and ``try``.

Knows nothing of loads or ticks; what was sent is counted by the stage's recorder.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import gevent

from hms_esr.engine.client.transport import ConnectionGuard
from hms_esr.engine.loop.run_clock import RunClock
from hms_esr.engine.user.context import WorkerContext
from hms_esr.engine.user.trace import StepTrace
from hms_esr.engine.user.virtual_user import VirtualUser
from hms_esr.profiles.people import PeopleLoad
from hms_esr.record import PersonEnd
from hms_esr.scenario.model import Journey
from hms_esr.schedule.arrivals import Arrival
from hms_esr.schedule.assignment import Assignment
from hms_esr.steps.step import Outcome, Step


@dataclass(frozen=True, slots=True)
class StepsResult:
    """How it went: state as in :class:`PersonEnd`, why, what was saved, requests sent, and what is waited for."""

    state: str
    reason: str
    where: str
    vars: dict[str, Any]
    requests: int
    waits_for: Outcome | None


def run_steps(
    assignment: Assignment,
    guard: ConnectionGuard,
    steps: tuple[Step, ...],
    role: str,
    *,
    sim_s: float = 0.0,
    give_up: Callable[[], bool] = lambda: False,
) -> StepsResult:
    """Carry ``steps`` out once, as one person of ``role`` without pauses; ``give_up`` is asked ten times a second."""
    journey = Journey.model_construct(name="setup", weight=1.0, load=None, persona={role: 1.0}, pace=None, steps=steps)
    scenario = assignment.scenario.model_copy(
        update={"journeys": (journey,), "load": PeopleLoad(people=1, over_s="1s")}
    )
    return run_person(replace(assignment, scenario=scenario, scale=1.0), guard, 0, at_s=sim_s, give_up=give_up)


def run_person(
    assignment: Assignment,
    guard: ConnectionGuard,
    person_no: int,
    *,
    trace: StepTrace | None = None,
    at_s: float | None = None,
    give_up: Callable[[], bool] = lambda: False,
) -> StepsResult:
    """Carry out person ``person_no``'s journey now, at the simulated moment it is planned for (or ``at_s``)."""
    clock = RunClock(assignment.warp)
    context = WorkerContext(assignment, guard, clock, trace=trace)
    arrival = context.cast.schedule.arrival(person_no)
    clock.start()
    planned_at_s = arrival.at_s if at_s is None else at_s
    alone = StepRunner(context, arrival, planned_at_s)
    greenlet = gevent.spawn(alone.virtual_user.run)
    while not greenlet.ready():
        greenlet.join(timeout=0.1)
        if give_up():
            greenlet.kill()
    context.close()
    return alone.result()


class StepRunner:
    """Hears how the one person ends."""

    def __init__(self, context: WorkerContext, arrival: Arrival, at_s: float) -> None:
        from hms_esr.clock import Segment, SimClock

        warp = context.assignment.warp
        context.clock.sim = SimClock(warp, (Segment(0.0, at_s, warp),))
        self._context = context
        self._end: PersonEnd | None = None
        self._parked: Outcome | None = None
        context.on_end = self._heard
        context.on_park = self._park
        self.virtual_user = VirtualUser(context, arrival, 0.0)
        self.virtual_user.hurried = True

    def _heard(self, virtual_user: VirtualUser, end: PersonEnd) -> None:
        self._end = end

    def _park(self, virtual_user: VirtualUser, outcome: Outcome) -> None:
        self._parked = outcome

    def result(self) -> StepsResult:
        """How it went."""
        recorder = self._context.recorder
        ticks = recorder.take(int(self._context.clock.now_s()) + 2, 0.0)
        sent = sum(cell.requests for tick in ticks for cell in tick.cells.values())
        sent += sum(tick.polls for tick in ticks)
        state = "waiting" if self._end is None else self._end.state
        reason = "" if self._end is None else self._end.reason
        return StepsResult(state, reason, self.virtual_user.where, dict(self.virtual_user.vars), sent, self._parked)
