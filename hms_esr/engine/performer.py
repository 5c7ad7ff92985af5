"""Owns one person who carries out steps: what is asked, what is remembered, how an error is met, how it ends.

Knows nothing of when the person comes: the conductor starts it. Everything drawn is drawn by (seed, person, step).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

import gevent

from hms_esr.draw import draw
from hms_esr.engine.client import PersonSession
from hms_esr.engine.client_answer import HttpAnswer
from hms_esr.engine.forms import HtmlField, HtmlForm, submission
from hms_esr.engine.page import error_text, status_link
from hms_esr.engine.words import extracted, phrase, rendered
from hms_esr.errors import StepFailed
from hms_esr.personas.form_values import value_for
from hms_esr.personas.person import Person
from hms_esr.profiles.crowd import Arrival
from hms_esr.record import ErrorKey, PersonEnd, SeriesKey
from hms_esr.scenario.step import Form, Outcome, Step, Upload
from hms_esr.scenario.unfold import NamedStep, steps_of
from hms_esr.steps.expect import Expect
from hms_esr.steps.think import Think

if TYPE_CHECKING:
    from hms_esr.engine.stage import Stage


LOOKING = {"Accept": "application/json, text/html;q=0.5"}
"""A look at a status page would rather have data than a page."""


STILL_UNDER_WAY = "still under way at the end"


class Parked(Exception):
    """The person waits for a decision; the greenlet may end."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(outcome.url)


class Performer:
    """The :class:`hms_esr.scenario.step.Actor` that steps see. One per person; resumable between steps."""

    __slots__ = (
        "answer",
        "arrival",
        "at",
        "ended",
        "filled",
        "hurried",
        "in_request",
        "intended_s",
        "k",
        "occurrence",
        "person",
        "persona",
        "planned_s",
        "polling",
        "sent",
        "session",
        "stage",
        "started_s",
        "steps",
        "uploads",
        "vars",
        "where",
    )

    def __init__(self, stage: Stage, arrival: Arrival, planned_s: float) -> None:
        self.stage = stage
        self.arrival = arrival
        self.k = arrival.k
        self.planned_s = planned_s
        self.started_s = -1.0
        self.intended_s = planned_s
        self.person: Person = stage.cast.person(arrival)
        self.persona = arrival.role
        self.vars: dict[str, str] = dict(stage.variables)
        self.filled: dict[str, str] = {}
        self.uploads: dict[str, Upload] = {}
        self.answer: HttpAnswer | None = None
        self.at = 0
        self.where = ""
        self.sent = 0
        self.occurrence = 0
        self.polling = False
        self.in_request = False
        self.ended = False
        self.hurried = False
        skips = self.person.skips
        self.steps: tuple[NamedStep, ...] = tuple(steps_of(stage.cast.journeys[arrival.journey], skips, self._chance))
        self.session: PersonSession | None = None

    def _chance(self, kind: str, number: int) -> float:
        return self.stage.cast.uniform(kind, self.k, number)

    @property
    def fields(self) -> Mapping[str, str]:
        """The persona's values; the password and e-mail are those of the account."""
        return self.person.fields

    @property
    def journey(self) -> str:
        """Name of the journey."""
        return self.stage.scenario.journeys[self.arrival.journey].name

    # carrying out

    def carry_out(self) -> None:
        """From the step we stand at to the end, to a failure or to a wait; always tells the stage how it went."""
        stage = self.stage
        if self.session is None:
            self.started_s = stage.clock.now_s()
            stage.recorder.person_started(self.planned_s, self.started_s)
            self.session = stage.session(self)
        else:
            self.intended_s = stage.clock.now_s()
        try:
            self._steps()
        except Parked as parked:
            stage.park(self, parked.outcome)
        except StepFailed as failure:
            self.end("failed", failure.message)
        except gevent.GreenletExit:
            self.end("unfinished", STILL_UNDER_WAY)
        except Exception as fault:
            stage.fault_of_ours(self, fault)
            self.end("failed", f"{type(fault).__name__}: {fault}")
        else:
            self.end("completed")

    def _steps(self) -> None:
        while self.at < len(self.steps):
            named = self.steps[self.at]
            step = named.step
            self.occurrence = 0
            if step.sends and self.at and not isinstance(self.steps[self.at - 1].step, Think):
                self.pause(self._pace_s(named))
            if step.sends or not self.where or step.verb == "await":
                self.where = named.name
                self.stage.recorder.reached(self.stage.clock.now_s(), self.journey, named.name)
            try:
                step.perform(self)  # type: ignore[arg-type]
                self._check_status(self.next_expect())
                self._save(step)
            except StepFailed as failure:
                self._failed(named, failure)
                raise
            finally:
                self.at += 1

    def next_expect(self) -> Expect | None:
        """The expectation that judges the step we stand at, if the next step is one."""
        if self.at >= len(self.steps):
            return None
        after = self.steps[self.at + 1].step if self.at + 1 < len(self.steps) else None
        return after if isinstance(after, Expect) else None

    def _check_status(self, expect: Expect | None) -> None:
        answer = self.answer
        step = self.steps[self.at].step
        if answer is None or answer.status < 400 or not step.sends or (expect and expect.accepts(answer.status)):
            return
        raise StepFailed("status", error_text(answer) or phrase(answer.status), answer.status)

    def _save(self, step: Step) -> None:
        for name, extract in step.save.items():
            if self.answer is None:
                raise StepFailed("scenario", f"nothing was sent yet, so '{name}' cannot be saved")
            value = extracted(self.answer, extract)
            if value is None:
                raise StepFailed("expectation", f"'{name}' to save is not on {self.answer.path}", self.answer.status)
            self.vars[name] = value
        if step.save:
            self.stage.saved(self, tuple(step.save))

    def _pace_s(self, named: NamedStep) -> float:
        pace = self.stage.scenario.journeys[self.arrival.journey].pace or self.person.pace
        return self.stage.pace_s(pace, self.k, named.number) if pace is not None else 0.0

    def _failed(self, named: NamedStep, failure: StepFailed) -> None:
        """Count what the hops did not count, then meet the error as this person does."""
        stage = self.stage
        now_s = stage.clock.now_s()
        key = ErrorKey(self.journey, self.where, failure.kind, failure.message, failure.status)
        if failure.kind not in ("status", "timeout", "patience", "connection", "no_answer"):
            stage.recorder.error(now_s, key, self.k, self.trace_id(), stopped=False)
            if self.answer is not None and failure.kind == "expectation":
                stage.recorder.failed_after(now_s, self._series(self.answer))
        stage.recorder.error(now_s, key, self.k, self.trace_id(), stopped=True)
        stage.heard(self, named, failure)
        if failure.kind not in ("no_answer", "scenario", "refused"):
            self._rage(named)

    def _rage(self, named: NamedStep) -> None:
        rage = self.person.rage
        page = self.answer
        if rage is None or page is None or self.hurried or self._chance("rage", named.number) >= rage.probability:
            return
        most = 1 + int(self._chance("rage more", named.number) * rage.refreshes) if rage.refreshes else 0
        for _ in range(most):
            self.pause(rage.pause_s)
            if self.stage.closing:
                return
            self.stage.recorder.at(self.stage.clock.now_s()).refreshes += 1
            try:
                self.request("GET", page.url)
            except StepFailed:
                continue

    def end(self, state: str, reason: str = "") -> None:
        """Over: completed, failed or unfinished. Only the first end counts."""
        if self.ended:
            return
        self.ended = True
        if self.session is not None:
            self.session.close()
        now_s = self.stage.clock.now_s()
        if self.started_s < 0:
            self.started_s = now_s
            self.stage.recorder.person_started(self.planned_s, now_s)
        end = PersonEnd(
            self.k, self.journey, self.persona, state, self.where, reason, self.planned_s, self.started_s, now_s
        )
        self.stage.person_ended(self, end)

    # what steps ask for

    def request(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        media_type: str = "",
        page: bool = True,
        referer: str = "",
    ) -> HttpAnswer:
        """Send one request, redirects followed; each hop is recorded by :meth:`on_exchange`."""
        base = self.answer.url if self.answer is not None and page else self.stage.base
        if address.startswith("/"):
            base = self.stage.base
        if self.session is None:
            raise StepFailed("scenario", "this person has not come yet")
        self.in_request = True
        try:
            answer = self.session.fetch(
                method,
                address,
                base=base,
                headers=headers,
                body=body,
                media_type=media_type,
                referer=referer,
                timeout_s=self.stage.scenario.http.timeout_s,
                patience_s=self.person.patience_s,
            )
        finally:
            self.in_request = False
        if page:
            self.answer = answer
        return answer

    def look(self, address: str) -> HttpAnswer:
        """Look at a status page; counted as a poll, and not the page the person is on."""
        if self.session is None:
            raise StepFailed("scenario", "this person has not come yet")
        timeout_s = self.stage.scenario.http.timeout_s
        return self.session.fetch("GET", address, base=self.stage.base, headers=LOOKING, timeout_s=timeout_s)

    def on_exchange(self, hop: HttpAnswer) -> None:
        """Record one hop; the intended start of the next is the end of this one."""
        self.stage.exchanged(self, hop)

    def form(self, *, with_kind: str = "") -> HtmlForm | None:
        """The form with such a control, or that has the filled fields, or the first."""
        if self.answer is None:
            return None
        return self.answer.page.form(with_kind, tuple(self.filled))

    def submit(self, form: Form | None, *, button: str = "") -> HttpAnswer:
        """Send the form filled and completed; without one the filled values as JSON to the current path."""
        if form is None:
            return self._submit_json()
        sent = submission(
            cast("HtmlForm", form),
            self.filled,
            self.uploads,
            button=button,
            complete=self._complete,
            boundary=f"esr{self.k:x}x{self.at:x}",
        )
        self.filled = {}
        self.uploads = {}
        here = self.answer.url if self.answer is not None else ""
        self.stage.submitted(self, sent)
        return self.request(sent.method, sent.url, body=sent.body, media_type=sent.media_type, referer=here)

    def _submit_json(self) -> HttpAnswer:
        if not self.filled:
            where = self.answer.path if self.answer is not None else "any page: nothing was visited yet"
            raise StepFailed("no_form", f"no form on {where}; if JavaScript draws it, use `request`")
        body = json.dumps(self.filled).encode()
        self.filled = {}
        path = self.answer.url if self.answer is not None else "/"
        return self.request("POST", path, body=body, media_type="application/json")

    def _complete(self, field: HtmlField) -> str | None:
        self.occurrence += 1
        number = self.occurrence
        k, at, seed = self.k, self.at, self.stage.assignment.seed
        return value_for(
            self.fields,
            field.name,
            kind=field.kind,
            autocomplete=field.autocomplete,
            label=field.label,
            options=tuple(zip(field.options, field.shown or field.options, strict=False)),
            minimum=field.min,
            maximum=field.max,
            step=field.step,
            pattern=field.pattern,
            max_length=int(field.maxlength) if field.maxlength.isdigit() else 0,
            placeholder=field.placeholder,
            draw=lambda i: draw(seed, "complete", k, at, number, i),
        )

    def find(self, text: str) -> tuple[Literal["link", "button"], str | Form] | None:
        """The link or button of the current page with that text."""
        if self.answer is None:
            return None
        found: Any = self.answer.page.find(text)
        return cast("tuple[Literal['link', 'button'], str | Form] | None", found)

    def status_link(self) -> str | None:
        """Where the last answer's outcome will be known."""
        return None if self.answer is None else status_link(self.answer)

    def file(self, name: str, size_kb: float | None) -> Upload:
        """An existing file, or one made up for this person."""
        self.occurrence += 1
        number = draw(self.stage.assignment.seed, f"file {name}", self.k, self.at, self.occurrence)
        return self.stage.file(name, size_kb, number)

    def pause(self, sim_s: float) -> None:
        """Wait simulated seconds; pauses and changes of the clock are followed. The next request is intended then."""
        clock = self.stage.clock
        if sim_s > 0 and not self.hurried:
            until_s = clock.sim_s() + sim_s
            left_s = clock.until_s(until_s)
            while left_s > 0:
                gevent.sleep(min(left_s, 0.5) if self.stage.clock_may_change or left_s == float("inf") else left_s)
                left_s = clock.until_s(until_s)
            self.intended_s = max(self.intended_s, min(clock.sim.real_s(until_s), clock.now_s()))

    def wait_for(self, outcome: Outcome) -> None:
        """Stop here; the stage looks for the outcome and lets the person go on."""
        raise Parked(outcome)

    def uniform(self, kind: str) -> float:
        """A number in [0, 1) of this person at this step."""
        self.occurrence += 1
        return self.stage.cast.uniform(kind, self.k, self.at, self.occurrence)

    def render(self, text: str) -> str:
        """``text`` with its templates filled in."""
        return text if "{{" not in text else rendered(self, text)

    def _series(self, answer: HttpAnswer) -> SeriesKey:
        service = answer.header("x-esr-service") or ""
        return SeriesKey(self.journey, self.where, self.persona, answer.status, service)

    def trace_id(self) -> str:
        """W3C trace id of the last request: run, person, request."""
        return f"{self.stage.trace_prefix}{self.k & 0xFFFFFFFFFFFF:012x}{self.sent & 0xFFFF:04x}"
