"""Owns what of our people Locust is told: each request, for those who listen to its events, and people as its users.

Knows nothing of figures: Locust's statistics are written from ticks, never by these events.
"""

from __future__ import annotations

from collections import Counter
from time import perf_counter, time
from typing import Any

import gevent
from locust.event import EventHook
from locust.exception import InterruptTaskSet, RescheduleTask, RescheduleTaskImmediately, StopTest, StopUser

from hms_esr.engine.locust_core.users import ScenarioUser
from hms_esr.engine.user.context import WorkerContext
from hms_esr.engine.user.state import UserState
from hms_esr.errors import StepFailed
from hms_esr.html.form_submission import Submission
from hms_esr.http.response import HttpAnswer
from hms_esr.schedule.journey_steps import NamedStep

LOOK_EVERY_S = 1.0
_STATISTICS = "Runner.__init__.<locals>.on_request"
_STOPS = (StopUser, StopTest, RescheduleTask, RescheduleTaskImmediately, InterruptTaskSet)


class ResponseView:
    """An answer as listeners written for Locust read one. ``status_code`` 0: none came."""

    __slots__ = ("_hop", "elapsed_s", "request_method", "status_code", "url")

    def __init__(self, hop: HttpAnswer) -> None:
        self._hop = hop
        self.url = hop.url
        self.status_code = 0 if hop.failure is not None else hop.status
        self.request_method = hop.method
        self.elapsed_s = hop.ended_at - hop.started_at

    @property
    def ok(self) -> bool:
        """Whether it is an answer below 400."""
        return 0 < self.status_code < 400

    @property
    def headers(self) -> dict[str, str]:
        """Headers by lower-case name; several of a name are joined with commas."""
        names = {name.decode("latin-1").lower() for name, _ in self._hop.headers}
        return {name: self._hop.header(name) or "" for name in sorted(names)}

    @property
    def content(self) -> bytes:
        """The body."""
        return self._hop.body

    @property
    def text(self) -> str:
        """The body as text."""
        return self._hop.text

    def json(self) -> Any:
        """The body as JSON."""
        return self._hop.json()


def others(hook: EventHook) -> list[Any]:
    """Who listens beside Locust's own statistics."""
    return [one for one in hook._handlers if getattr(one, "__qualname__", "") != _STATISTICS]


class RequestEvents:
    """Follows the people of one stage while somebody listens to Locust's ``request`` event; otherwise costs nothing."""

    def __init__(self, context: WorkerContext, environment: Any) -> None:
        self._context = context
        self._events = environment.events
        self._hook = EventHook()
        self._to_unix_s = time() - perf_counter()

    def watch(self) -> None:
        """Look for listeners now and once a second, for ever; run in a greenlet."""
        while True:
            self.look()
            gevent.sleep(LOOK_EVERY_S)

    def look(self) -> None:
        """See who listens."""
        self._hook._handlers = others(self._events.request)
        self._context.trace = self if self._hook._handlers else None

    def exchanged(self, virtual_user: UserState, hop: HttpAnswer) -> None:
        """Fire the event for one request, answered or not. Looks for a decision are named so."""
        failure = hop.failure
        if failure is None and not virtual_user.polling:
            failure = self._context.refusal(virtual_user, hop)
        ended_s = hop.ended_at - self._context.clock.origin
        context = {
            "person": virtual_user.person_no,
            "journey": virtual_user.journey,
            "persona": virtual_user.persona,
            "run_id": self._context.assignment.run_id,
            "trace_id": virtual_user.trace_id(),
            "from_planned_ms": max(0.0, (ended_s - virtual_user.intended_s) * 1000),
        }
        try:
            self._hook.fire(
                request_type=hop.method,
                name=f"{virtual_user.where} (look)" if virtual_user.polling else virtual_user.where,
                response_time=(hop.ended_at - hop.started_at) * 1000,
                response_length=_length(hop),
                response=None if hop.failure is not None else ResponseView(hop),
                context=context,
                exception=failure,
                start_time=hop.started_at + self._to_unix_s,
                url=hop.url,
            )
        except _STOPS as stop:
            raise StepFailed("listener", f"a listener of requests ended this person ({type(stop).__name__})") from None

    def submitted(self, virtual_user: UserState, sent: Submission) -> None:
        """Of no interest: the request follows."""

    def saved(self, virtual_user: UserState, names: tuple[str, ...]) -> None:
        """Of no interest."""

    def failed(self, virtual_user: UserState, named: NamedStep, failure: StepFailed) -> None:
        """Of no interest: requests are told."""


def _length(hop: HttpAnswer) -> int:
    """Bytes of the body, as Locust counts them: content encodings undone; 0 where there is none that can be read."""
    try:
        return len(hop.body) if hop.failure is None else 0
    except StepFailed:
        return 0


def people_by_class(under_way: dict[int, ScenarioUser]) -> dict[str, int]:
    """``{class name: people}`` of those under way, as Locust counts users."""
    return dict(Counter(type(user).__name__ for user in under_way.values()))
