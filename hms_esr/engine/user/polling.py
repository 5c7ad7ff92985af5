"""Owns people who wait for a decision: when to look, what a look says, and how fast the clock may run meanwhile.

Knows nothing of the rest of their journey: who has an outcome is handed back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heappop, heappush, nsmallest
from typing import Any

from gevent import GreenletExit

from hms_esr.engine.user.context import WorkerContext
from hms_esr.engine.user.virtual_user import VirtualUser
from hms_esr.errors import StepFailed
from hms_esr.http.response import HttpAnswer
from hms_esr.record import Decisions, ErrorKey
from hms_esr.steps.step import Outcome
from hms_esr.units import duration_text

LOOK_LATE_S = 0.1
"""A look is taken to come up to this many real seconds late: the clock runs no faster than leaves little doubt."""
MOST_DOUBT = 0.05
"""A decision known with more doubt than this share of its deadline counts as unknown."""


@dataclass(eq=False)
class Wait:
    """One person's wait. ``due_s``: simulated second of the next look; ``seen_s``: of the last, or the start."""

    due_s: float
    order: int
    virtual_user: VirtualUser
    outcome: Outcome
    seen_s: float

    def __lt__(self, other: Wait) -> bool:
        return (self.due_s, self.order) < (other.due_s, other.order)


class StatusPoller:
    """All waits of one worker, by the next look."""

    def __init__(self, context: WorkerContext, go_on: Callable[[VirtualUser], None]) -> None:
        self._context = context
        self._go_on = go_on
        self._heap: list[Wait] = []
        self._order = 0
        self._looking: set[Wait] = set()

    def __len__(self) -> int:
        return len(self._heap) + len(self._looking)

    @property
    def next_due_s(self) -> float:
        """Simulated second of the next look; infinity without any."""
        return self._heap[0].due_s if self._heap else float("inf")

    def add(self, virtual_user: VirtualUser, outcome: Outcome) -> None:
        """A person begins to wait."""
        self._push(virtual_user, outcome, outcome.since_sim_s)

    def _push(self, virtual_user: VirtualUser, outcome: Outcome, seen_s: float) -> None:
        deadline_s = outcome.since_sim_s + outcome.within_s
        due_s = deadline_s if outcome.every_s is None else min(deadline_s, seen_s + outcome.every_s)
        self._order += 1
        heappush(self._heap, Wait(due_s, self._order, virtual_user, outcome, seen_s))
        self._context.recorder.waiting = len(self)

    def due(self, sim_s: float) -> list[Wait]:
        """Waits whose look is due; each must be given to :meth:`look`."""
        ready = []
        while self._heap and self._heap[0].due_s <= sim_s:
            ready.append(heappop(self._heap))
        self._looking.update(ready)
        return ready

    def look(self, wait: Wait) -> None:
        """Ask once, and decide."""
        virtual_user = wait.virtual_user
        failure: StepFailed | None = None
        answer: HttpAnswer | None = None
        virtual_user.polling = True
        try:
            answer = virtual_user.look(wait.outcome.url)
            if answer.status >= 400:
                failure = StepFailed("status", f"the status page answered {answer.status}", answer.status)
        except StepFailed as refused:
            failure = refused
        except Exception as error:
            failure = self._context.internal_error(virtual_user, error)
        except GreenletExit:
            self._undecided(wait)
            raise
        finally:
            virtual_user.polling = False
            self._looking.discard(wait)
            self._context.recorder.waiting = len(self)
        if failure is None and answer is not None:
            try:
                return self._judge(wait, answer)
            except StepFailed as unreadable:
                failure = unreadable
            except Exception as error:
                failure = self._context.internal_error(virtual_user, error)
        return self._settle(wait, failure, decided=False)

    def _judge(self, wait: Wait, answer: HttpAnswer) -> None:
        outcome, virtual_user = wait.outcome, wait.virtual_user
        status, decided_at = read_status(answer, outcome.status)
        start, now_s = outcome.since_sim_s, answer.sent_sim_s
        if status != outcome.status:
            if now_s < start + outcome.within_s:
                return self._push(virtual_user, outcome, now_s)
            if not self._follows_our_clock(answer):
                return self._undecided(wait)
            return self._settle(wait, self._too_late(outcome), decided=False)
        if decided_at is not None:
            took_s = (decided_at - self._context.cast.sim_moment(start)).total_seconds()
        else:
            bound_s = now_s - max(wait.seen_s, min(now_s, start + outcome.within_s) if outcome.every_s is None else 0.0)
            if bound_s > MOST_DOUBT * outcome.within_s:
                return self._undecided(wait)
            self._doubt(wait, bound_s)
            took_s = min(now_s - start, outcome.within_s) if wait.seen_s < start + outcome.within_s else now_s - start
        virtual_user.see(answer)
        in_time = took_s <= outcome.within_s
        return self._settle(wait, None if in_time else self._too_late(outcome), decided=True)

    def _follows_our_clock(self, answer: HttpAnswer) -> bool:
        if answer.header("x-esr-sim-time"):
            return True
        return all(segment.warp in (0.0, 1.0) for segment in self._context.clock.sim.segments)

    def _too_late(self, outcome: Outcome) -> StepFailed:
        return StepFailed("deadline", f"not {outcome.status} within {_span(outcome.within_s)}")

    def _settle(self, wait: Wait, failure: StepFailed | None, *, decided: bool) -> None:
        context = self._context
        now_s = context.clock.now_s()
        decisions = self._decisions(wait)
        decisions.reached += 1
        decisions.decided += decided
        decisions.in_time += failure is None
        decisions.late += failure is not None
        virtual_user = wait.virtual_user
        if failure is None:
            self._go_on(virtual_user)
            return
        key = ErrorKey(virtual_user.journey, virtual_user.where, failure.kind, failure.message, failure.status)
        counted = context.recorder.error(now_s, key, virtual_user.person_no, virtual_user.trace_id(), stopped=False)
        context.failed(
            virtual_user, counted, context.clock.origin + virtual_user.intended_s, context.clock.origin + now_s
        )
        context.recorder.error(now_s, key, virtual_user.person_no, virtual_user.trace_id(), stopped=True)
        context.recorder.active += 1
        virtual_user.end("failed", failure.message)

    def _decisions(self, wait: Wait) -> Decisions:
        """Where this wait's decision is counted; people of the warm-up are not judged."""
        context = self._context
        if wait.virtual_user.planned_s < context.warm_real_s:
            return Decisions()
        return context.recorder.decision(context.clock.now_s(), wait.outcome.within_s)

    def _doubt(self, wait: Wait, bound_s: float) -> None:
        decisions = self._decisions(wait)
        decisions.bound_s = max(decisions.bound_s, bound_s)

    def _undecided(self, wait: Wait) -> None:
        context = self._context
        decisions = self._decisions(wait)
        decisions.reached += 1
        decisions.undecided += 1
        context.recorder.active += 1
        wait.virtual_user.end("unfinished", "the decision is not known")

    def give_up(self) -> None:
        """The run ends before these decisions are known."""
        for wait in [*self._heap, *self._looking]:
            self._undecided(wait)
        self._heap.clear()
        self._looking.clear()
        self._context.recorder.waiting = 0

    def warp(self, now_s: float, most_per_s: float, settle_warp: float) -> float:
        """How fast the clock may run so that not more than ``most_per_s`` looks fall due in the next real second."""
        most = max(1, int(most_per_s))
        nearest = nsmallest(most, self._heap)
        shortest_s = min((wait.outcome.within_s for wait in nearest), default=float("inf"))
        warp = min(settle_warp, max(1.0, MOST_DOUBT * shortest_s / LOOK_LATE_S))
        if len(self._heap) <= most:
            return warp
        return min(warp, max(1.0, nearest[-1].due_s - now_s))


def _span(seconds: float) -> str:
    """``48 hours``: whole hours up to four days, else the shortest exact text."""
    hours = seconds / 3600
    return f"{hours:g} hours" if hours.is_integer() and hours <= 96 else duration_text(seconds)


def _moment(text: str) -> datetime:
    """A moment of the simulated clock; one with an offset is taken to UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def read_status(answer: HttpAnswer, wanted: str) -> tuple[str, datetime | None]:
    """Status and decision time of a status page: JSON ``status``/``state`` and ``decided_at``, or a page's text."""
    if "json" not in answer.media_type:
        return (wanted if wanted.casefold() in answer.text.casefold() else ""), None
    document: Any = answer.json()
    if not isinstance(document, dict):
        return "", None
    said = document.get("status", document.get("state", ""))
    status = str(said) if isinstance(said, (str, int, float)) else ""
    decided = document.get("decided_at")
    try:
        moment = _moment(decided) if isinstance(decided, str) else None
    except (ValueError, OverflowError):
        moment = None
    return (wanted if status.casefold() == wanted.casefold() else status), moment
