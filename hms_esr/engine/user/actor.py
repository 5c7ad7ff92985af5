"""Owns what one person remembers and may do: the actor that steps see, standing on the stage's means.

Knows nothing of the order of steps or of how a journey ends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, cast

import gevent

from hms_esr.engine.user.context import WorkerContext
from hms_esr.engine.user.required_files import attach_required
from hms_esr.engine.user.state import UserState
from hms_esr.engine.user.templating import addressed, completed, rendered, valued
from hms_esr.errors import StepFailed
from hms_esr.html.error_messages import status_link
from hms_esr.html.form_submission import HtmlForm, submission
from hms_esr.html.page import page_of
from hms_esr.html.readable import passage
from hms_esr.html.refresh import refresh_of
from hms_esr.html.refused_form import returned_form
from hms_esr.http.response import HttpAnswer
from hms_esr.scenario.templates import split
from hms_esr.schedule.arrivals import Arrival
from hms_esr.seeded import draw
from hms_esr.steps.step import Form, Outcome, Upload

LOOKING = {"Accept": "application/json, text/html;q=0.5"}
"""A look at a status page would rather have data than a page."""


_NO_HEADERS: Mapping[str, str] = {}
_MOST_REFRESHES = 10


class Parked(Exception):
    """The person waits for a decision; the greenlet may end."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(outcome.url)


class Actor(UserState):
    """The :class:`hms_esr.steps.step.Actor` that steps see: all that a step may ask of a person."""

    __slots__ = ("context",)

    def __init__(self, context: WorkerContext, arrival: Arrival, planned_s: float) -> None:
        UserState.__init__(self, context.cast, context.trace_prefix, context.variables, arrival, planned_s)
        self.context = context

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
        """Send one request, redirects and pages that lead on followed; the stage records each hop.

        A request with ``headers`` of its own is an API call: what its answer leads to is not followed.
        """
        session, before = self.session, self.answer
        if session is None:
            raise StepFailed("scenario", "this person has not come yet")
        address = self._below_target(address)
        base = self.context.base if not page or before is None or address.startswith("/") else before.url
        if media_type and headers is not None:
            media_type = self.context.media_type or media_type
        self.returned = None
        answer = session.fetch(
            method,
            address,
            base=base,
            headers=headers,
            body=body,
            media_type=media_type,
            referer=referer,
            timeout_s=self.context.timeout_s,
            patience_s=self.patience_s,
        )
        return self._arrived(answer, headers is not None) if page else answer

    def _arrived(self, answer: HttpAnswer, is_api: bool) -> HttpAnswer:
        """The answer is the page the person is on, or the one that it leads on to."""
        self.answer, self.looked = answer, False
        leads = None if is_api else refresh_of(answer)
        return answer if leads is None else self._led_on(*leads)

    def _led_on(self, after_s: float, address: str) -> HttpAnswer:
        """Follow pages that lead on by themselves, each after its simulated wait, as redirects are followed."""
        for _ in range(_MOST_REFRESHES):
            self.pause(after_s)
            here = self.answer.url if self.answer is not None else ""
            answer = self.request("GET", address, headers=_NO_HEADERS, referer=here)
            leads = refresh_of(answer)
            if leads is None:
                return answer
            after_s, address = leads
        raise StepFailed("status", f"too many redirects, the last to {address}", answer.status)

    def look(self, address: str) -> HttpAnswer:
        """Look at a status page; counted as a poll, and not the page the person is on."""
        if self.session is None:
            raise StepFailed("scenario", "this person has not come yet")
        timeout_s = self.context.timeout_s
        address = self._below_target(address)
        return self.session.fetch("GET", address, base=self.context.base, headers=LOOKING, timeout_s=timeout_s)

    def form(self, *, with_kind: str = "") -> HtmlForm | None:
        """The form with such a control, or that has the filled fields, or the first."""
        if self.answer is None:
            return None
        return page_of(self.answer).form(with_kind, tuple(self.filled))

    def submit(self, form: Form | None, *, button: str = "") -> HttpAnswer:
        """Send the form filled and completed; without one the filled values as JSON to the current path."""
        if form is None:
            return self._send_filled()
        sending, before = cast("HtmlForm", form), self.answer
        if self.unrefused is not None and returned_form(sending, None, self.unrefused) is None:
            self.unrefused = None
        attach_required(self, sending)
        sent = submission(
            sending,
            self.filled,
            self.uploads,
            button=button,
            complete=lambda field, least="", most="": completed(self, field, least, most),
            boundary=f"esr{self.person_no:x}x{self.at:x}",
        )
        self.filled = {}
        self.uploads = {}
        here = before.url if before is not None else ""
        self.context.submitted(self, sent)
        self.submitted = (sending, self.unrefused or before)
        try:
            answer = self.request(sent.method, sent.url, body=sent.body, media_type=sent.media_type, referer=here)
        finally:
            self.submitted = None
        if answer.status < 400:
            self._look_back(sending, before, answer)
        else:
            self.unrefused = self.unrefused or before
        return answer

    def _look_back(self, form: HtmlForm, before: HttpAnswer | None, answer: HttpAnswer) -> None:
        """StepFailed("form_back") when the form came back refused, unless the next ``expect`` names what it says."""
        back = self.returned = returned_form(form, self.unrefused or before, answer)
        if back is None:
            self.unrefused = None
            return
        expect = self.next_expect()
        if back.message:
            if expect is None or not expect.excuses(back.message, self.render):
                raise StepFailed("form_back", f"the form came back: {back.text}", answer.status)
            self.unrefused = self.unrefused or before
        elif expect is None or not expect.looks_inside:
            self.context.recorder.form_again(self.context.clock.now_s(), self.journey, self.where)

    @property
    def form_back(self) -> str | None:
        """What the last answer says of the form just sent, when it shows that form again; empty: nothing."""
        return None if self.returned is None else self.returned.text

    def passage(self, wanted: str) -> str | None:
        """None when a person reads ``wanted`` in the last answer; else what comes nearest to it, maybe nothing."""
        return "" if self.answer is None else passage(self.answer, wanted)

    def _send_filled(self) -> HttpAnswer:
        if not self.filled:
            where = self.answer.path if self.answer is not None else "any page: nothing was visited yet"
            raise StepFailed("no_form", f"no form on {where}; if JavaScript draws it, use `request`")
        body = json.dumps(self.filled).encode()
        self.filled = {}
        path = self.answer.url if self.answer is not None else "/"
        return self.request("POST", path, body=body, media_type="application/json")

    def find(self, text: str) -> tuple[Literal["link", "button"], str | Form] | None:
        """The link or button of the current page with that text."""
        if self.answer is None:
            return None
        found: Any = page_of(self.answer).find(text)
        return cast("tuple[Literal['link', 'button'], str | Form] | None", found)

    def clickable(self) -> tuple[str, ...]:
        """Texts of the buttons and links of the current page."""
        return () if self.answer is None else page_of(self.answer).clickable()

    def status_link(self) -> str | None:
        """Where the last answer's outcome will be known."""
        return None if self.answer is None else status_link(self.answer)

    def file(self, name: str, size_kb: float | None) -> Upload:
        """An existing file, or one made up for this person."""
        self.occurrence += 1
        number = draw(self.context.assignment.seed, f"file {name}", self.person_no, self.at, self.occurrence)
        return self.context.file(name, size_kb, number)

    def pause(self, sim_s: float) -> None:
        """Wait simulated seconds; pauses and changes of the clock are followed. The next request is intended then."""
        clock = self.context.clock
        if sim_s > 0 and not self.hurried:
            until_s = clock.sim_s() + sim_s
            left_s = clock.until_s(until_s)
            while left_s > 0:
                gevent.sleep(min(left_s, 0.5) if self.context.clock_may_change or left_s == float("inf") else left_s)
                left_s = clock.until_s(until_s)
            self.intended_s = max(self.intended_s, min(clock.sim.real_s(until_s), clock.now_s()))

    def wait_for(self, outcome: Outcome) -> None:
        """Stop here; the stage looks for the outcome and lets the person go on."""
        raise Parked(outcome)

    def render(self, text: str) -> str:
        """``text`` with its templates filled in."""
        return text if "{{" not in text else rendered(self, text)

    def value(self, text: str) -> Any:
        """The same; exactly one template keeps its value's type."""
        return text if "{{" not in text else valued(self, text)

    def address(self, text: str) -> str:
        """Where a scenario's address leads: templates in it percent-encoded, a path below the target's own.

        A template that is the whole address is used as it is.
        """
        address = text if "{{" not in text else addressed(self, text)
        if not _is_path(address):
            return address
        as_it_is = "{{" in text and len(split(text)) == 1
        return self.context.origin + ("" if as_it_is else self.context.prefix) + address

    def _below_target(self, address: str) -> str:
        """A path that a step gives; what pages send is absolute by now."""
        return self.context.prefix + address if self.context.prefix and _is_path(address) else address


def _is_path(address: str) -> bool:
    return address.startswith("/") and not address.startswith(("//", "/\\"))
