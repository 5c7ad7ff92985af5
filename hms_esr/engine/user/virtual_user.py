"""Owns one person's way through a journey: step after step, how an error is met, how it ends.

Knows nothing of when the person comes: the conductor starts it. Everything drawn is drawn by (seed, person, step).
"""

from __future__ import annotations

import gevent

from hms_esr.engine.user.actor import Actor, Parked
from hms_esr.engine.user.templating import MISSING, extracted
from hms_esr.errors import StepFailed
from hms_esr.formatting import mask
from hms_esr.html.error_messages import alert_text, error_text, phrase
from hms_esr.http.response import HttpAnswer
from hms_esr.record import ErrorKey, PersonEnd
from hms_esr.schedule.journey_steps import NamedStep
from hms_esr.steps.step import Step
from hms_esr.steps.think import Think

STILL_UNDER_WAY = "still under way at the end"
COUNTED_BY_HOP = ("status", "timeout", "patience", "connection", "no_answer")
"""Kinds of failures that were counted with the request that met them."""


class VirtualUser(Actor):
    """One person, resumable between steps."""

    __slots__ = ()

    def run(self) -> None:
        """From the step we stand at to the end, to a failure or to a wait; always tells the stage how it went."""
        context = self.context
        resumed = self.session is not None
        if self.session is None:
            self.started_s = context.clock.now_s()
            context.recorder.person_started(self.person_no, self.planned_s, self.started_s)
            self.session = context.session(self)
        else:
            self.intended_s = context.clock.now_s()
        try:
            if resumed:
                self._after_wait()
            self._steps()
        except Parked as parked:
            context.park(self, parked.outcome)
        except StepFailed as failure:
            self.end("failed", self.failed_with or failure.message)
        except gevent.GreenletExit:
            self.end("failed" if self.failed_with else "unfinished", self.failed_with or STILL_UNDER_WAY)
        except Exception as error:
            broken = context.internal_error(self, error)
            context.count_internal_error(self, broken)
            self.end("failed", broken.message)
        else:
            self.end("completed")

    def _after_wait(self) -> None:
        """What the step that waited wants saved from the answer that ended the wait."""
        named = self.steps[self.at - 1]
        try:
            self._save(named.step)
        except StepFailed as failure:
            self._failed(named, failure)
            raise

    def _steps(self) -> None:
        steps, context = self.steps, self.context
        pace = context.scenario.journeys[self.arrival.journey].pace or self.person.pace
        while self.at < len(steps):
            named = steps[self.at]
            step = named.step
            self.occurrence = 0
            sends = step.sends
            if sends and self.at and pace is not None and not isinstance(steps[self.at - 1].step, Think):
                self.pause(context.pace_s(pace, self.person_no, named.number))
            if sends or not self.where or step.verb == "await":
                self.where = named.name
                context.recorder.reached(context.clock.now_s(), self.journey, named.name)
            try:
                step.perform(self)  # type: ignore[arg-type]
                if sends and self.answer is not None and self.answer.status >= 400:
                    self._check_status(self.answer)
                if step.save:
                    self._save(step)
            except StepFailed as failure:
                self._failed(named, failure)
                raise
            finally:
                self.at += 1

    def _check_status(self, answer: HttpAnswer) -> None:
        expect = self.next_expect()
        if expect is None or not expect.accepts(answer.status):
            raise StepFailed("status", error_text(answer) or phrase(answer.status), answer.status)

    def _save(self, step: Step) -> None:
        for name, extract in step.save.items():
            if self.answer is None:
                raise StepFailed("scenario", f"nothing was sent yet, so '{name}' cannot be saved")
            value = extracted(self.answer, extract)
            if value is MISSING:
                raise StepFailed("expectation", f"'{name}' to save is not on {self.answer.path}", self.answer.status)
            self.vars[name] = value
        if step.save:
            self.context.saved(self, tuple(step.save))

    def _failed(self, named: NamedStep, failure: StepFailed) -> None:
        """Count what the hops did not count, then meet the error as this person does."""
        context = self.context
        failure = self._with_reason(failure)
        now_s = context.clock.now_s()
        key = ErrorKey(self.journey, self.where, failure.kind, failure.message, failure.status)
        if failure.kind not in COUNTED_BY_HOP:
            counted = context.recorder.error(now_s, key, self.person_no, self.trace_id(), stopped=False)
            started_at = ended_at = context.clock.origin + now_s
            if self.answer is not None and failure.kind == "expectation" and not self.looked:
                context.recorder.failed_after(now_s, self.series(self.answer))
                started_at, ended_at = self.answer.started_at, self.answer.ended_at
            context.failed(self, counted, started_at, ended_at)
        context.recorder.error(now_s, key, self.person_no, self.trace_id(), stopped=True)
        self.failed_with = mask(failure.message) if failure.kind == "status" else failure.message
        context.heard(self, named, failure)
        if failure.kind not in ("no_answer", "scenario", "refused"):
            self._rage(named)

    def _with_reason(self, failure: StepFailed) -> StepFailed:
        """An expectation that does not hold, with what the page itself says went wrong."""
        if self.answer is None or self.looked or failure.kind != "expectation":
            return failure
        reason = mask(alert_text(self.answer))
        return StepFailed(failure.kind, f"{failure.message}; it says: {reason}", failure.status) if reason else failure

    def _rage(self, named: NamedStep) -> None:
        rage = self.person.rage
        page = self.answer
        if rage is None or page is None or self.hurried or self.chance("rage", named.number) >= rage.probability:
            return
        most = 1 + int(self.chance("rage more", named.number) * rage.refreshes) if rage.refreshes else 0
        for _ in range(most):
            self.pause(rage.pause_s)
            if self.context.closing:
                return
            self.context.recorder.at(self.context.clock.now_s()).refreshes += 1
            try:
                self.request("GET", page.url)
            except StepFailed as failure:
                if failure.kind == "no_answer":
                    return

    def end(self, state: str, reason: str = "") -> None:
        """Over: completed, failed or unfinished. Only the first end counts."""
        if self.ended:
            return
        self.ended = True
        if self.session is not None:
            self.session.close()
            self.session = None  # it holds us
        now_s = self.context.clock.now_s()
        if self.started_s < 0:
            self.started_s = now_s
            self.context.recorder.person_started(self.person_no, self.planned_s, now_s)
        end = PersonEnd(
            self.person_no, self.journey, self.persona, state, self.where, reason, self.planned_s, self.started_s, now_s
        )
        self.context.person_ended(self, end)
