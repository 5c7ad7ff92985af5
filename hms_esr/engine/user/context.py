"""Owns what all people of one worker share: cast, clock, transport, recorder, and the count of who is under way.

Knows nothing of when people come (conductor) or how long they wait for decisions (waits).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from typing import Any, Protocol

from gevent.pool import Group

from hms_esr.engine.client.http_client import PersonSession
from hms_esr.engine.client.transport import ConnectionGuard
from hms_esr.engine.loop.run_clock import RunClock
from hms_esr.engine.recording.recorder import Recorder
from hms_esr.engine.user.http_factory import HttpFactory
from hms_esr.engine.user.state import UserState
from hms_esr.engine.user.trace import StepTrace
from hms_esr.errors import StepFailed, internal_error
from hms_esr.formatting import mask
from hms_esr.html.error_messages import error_text, phrase
from hms_esr.html.form_submission import Submission
from hms_esr.html.generated_files import made_up
from hms_esr.html.media_types import media_type_of
from hms_esr.http.response import HttpAnswer
from hms_esr.http.url import parse
from hms_esr.personas.template import lognormal_s
from hms_esr.record import ErrorKey, PersonEnd, SeriesKey
from hms_esr.schedule.assignment import Assignment, Cast
from hms_esr.schedule.journey_steps import NamedStep
from hms_esr.steps.step import Outcome, Upload


class PauseLength(Protocol):
    """A pause that differs from step to step: log-normal."""

    @property
    def median_s(self) -> float:
        """Half of all pauses are shorter; simulated seconds."""
        ...

    @property
    def spread(self) -> float:
        """Deviation of the logarithm."""
        ...


class WorkerContext:
    """One worker's people and what they use.

    ``base`` is the target's address with a final slash; ``prefix`` is its path without one, before a
    scenario's paths.
    """

    def __init__(
        self, assignment: Assignment, guard: ConnectionGuard, clock: RunClock, *, trace: StepTrace | None = None
    ) -> None:
        scenario = assignment.scenario
        self.assignment = assignment
        self.scenario = scenario
        self.cast = Cast(assignment)
        self.clock = clock
        self.recorder = Recorder(assignment.name)
        self.base = assignment.target.rstrip("/") + "/"
        target = parse(self.base)
        self.origin = target.origin.text
        self.prefix = target.path.rstrip("/")
        self.timeout_s = scenario.http.timeout_s
        self.journey_names = self.cast.journey_names
        self.variables = dict(scenario.vars) | dict(assignment.variables)
        self.people = Group()
        self.closing = False
        self.warm_real_s = 0.0 if assignment.only is not None else scenario.warm_up_s / assignment.warp
        self.clock_may_change = False
        self.made_up: dict[str, None] = {}
        self.internal_errors: deque[str] = deque(maxlen=20)
        self.on_end: Callable[[Any, PersonEnd], None] | None = None
        self.on_park: Callable[[Any, Outcome], None] | None = None
        self.trace_prefix = blake2b(assignment.run_id.encode(), digest_size=8).hexdigest()
        self.trace = trace
        self._http_factory = HttpFactory(assignment, guard, self.cast, clock, self.variables)
        self.media_type = self._http_factory.media_type

    def session(self, virtual_user: UserState) -> PersonSession:
        """HTTP for one person."""
        return self._http_factory.session(virtual_user, partial(self.exchanged, virtual_user))

    def sends_until(self, moment: float) -> None:
        """Who would send a request after ``moment`` (``time.perf_counter()``) waits: to be stopped, or for another."""
        self._http_factory.sends_until(moment)

    def pace_s(self, pace: PauseLength, person_no: int, number: int) -> float:
        """Simulated seconds person ``person_no`` pauses before step ``number``."""
        if pace.median_s == 0:
            return 0.0
        return lognormal_s(pace.median_s, pace.spread, self.cast.uniform("pace", person_no, number))

    def file(self, name: str, size_kb: float | None, number: int) -> Upload:
        """An existing file of that name, else one made up."""
        found = self.assignment.files.get(name)
        if found is not None:
            return Upload(name.rsplit("/", 1)[-1], media_type_of(name), found)
        self.made_up[name] = None
        return made_up(name, size_kb, number)

    # what happens to people

    def exchanged(self, virtual_user: UserState, hop: HttpAnswer) -> None:
        """Record one hop of a person."""
        ended_s = hop.ended_at - self.clock.origin
        if self.trace is not None:
            self.trace.exchanged(virtual_user, hop)
        recorder = self.recorder
        if virtual_user.polling:
            recorder.at(ended_s).polls += 1 + hop.retries
            return
        failure = hop.failure
        status = hop.status if failure is None else 0
        if status >= 400:
            failure = self.refusal(virtual_user, hop)
        key = (virtual_user.journey, virtual_user.where, virtual_user.persona, status, hop.settle().service)
        began = hop.first_byte_at and hop.sent_at
        slow = recorder.record_request(
            ended_s,
            key,  # type: ignore[arg-type]
            failure is not None,
            hop.bytes_received,
            (ended_s - virtual_user.intended_s) * 1000,
            (hop.ended_at - hop.started_at) * 1000,
            max(0.0, hop.first_byte_at - hop.sent_at) * 1000 if began else -1.0,
            (hop.ended_at - hop.first_byte_at) * 1000,
        )
        virtual_user.meant_s = virtual_user.intended_s
        virtual_user.intended_s = ended_s
        if hop.connect_s:
            recorder.connected(
                ended_s, virtual_user.journey, virtual_user.where, hop.connect_s * 1000, hop.tls_s * 1000
            )
        if slow:
            recorder.slow(virtual_user.sample("slow", "", status, hop.started_at, hop.ended_at, self.clock.origin))
        if hop.retries:
            recorder.record_retry(ended_s, SeriesKey(*key), hop.retries)
        if failure is not None:
            error = ErrorKey(virtual_user.journey, virtual_user.where, failure.kind, failure.message, failure.status)
            error = recorder.error(ended_s, error, virtual_user.person_no, virtual_user.trace_id(), stopped=False)
            self.failed(virtual_user, error, hop.started_at, hop.ended_at)

    def failed(self, virtual_user: UserState, key: ErrorKey, started_at: float, ended_at: float) -> None:
        """Keep an example of a failure already counted as ``key``, unless there are enough."""
        if self.recorder.wants(key):
            at = started_at, ended_at, self.clock.origin
            sample = virtual_user.sample(key.kind, mask(key.message), key.status, *at)
            self.recorder.failed(sample, key)

    def refusal(self, virtual_user: UserState, hop: HttpAnswer) -> StepFailed | None:
        """Why an answer counts as failed by its status; None when it does not."""
        if hop.status < 400:
            return None
        expect = virtual_user.next_expect()
        if expect is not None and expect.accepts(hop.status):
            return None
        return StepFailed("status", error_text(hop) or phrase(hop.status), hop.status)

    def submitted(self, virtual_user: UserState, sent: Submission) -> None:
        """A form is about to be sent."""
        if self.trace is not None:
            self.trace.submitted(virtual_user, sent)

    def saved(self, virtual_user: UserState, names: tuple[str, ...]) -> None:
        """A step saved values."""
        if self.trace is not None:
            self.trace.saved(virtual_user, names)

    def heard(self, virtual_user: UserState, named: NamedStep, failure: StepFailed) -> None:
        """A step failed; it is already counted."""
        if self.trace is not None:
            self.trace.failed(virtual_user, named, failure)

    def internal_error(self, virtual_user: UserState, error: Exception) -> StepFailed:
        """The failure of a person whom a bug of ours ended; the whole traceback is kept for the run's folder."""
        import traceback

        text = "".join(traceback.format_exception(error))
        self.internal_errors.append(f"person {virtual_user.person_no}, step {virtual_user.where}: {text[-4000:]}")
        return StepFailed("internal", internal_error(error, mask))

    def count_internal_error(self, virtual_user: UserState, failure: StepFailed) -> None:
        """Count a failure by :meth:`internal_error` once, as what ended the person."""
        now_s = self.clock.now_s()
        key = ErrorKey(virtual_user.journey, virtual_user.where, failure.kind, failure.message, 0)
        for stopped in (False, True):
            self.recorder.error(now_s, key, virtual_user.person_no, virtual_user.trace_id(), stopped=stopped)

    def park(self, virtual_user: UserState, outcome: Outcome) -> None:
        """The person waits from now on; no greenlet, no socket."""
        self.recorder.active -= 1
        if virtual_user.session is not None:
            virtual_user.session.close()
        if self.on_park is not None:
            self.on_park(virtual_user, outcome)

    def person_ended(self, virtual_user: UserState, end: PersonEnd) -> None:
        """The person is over."""
        self.recorder.active -= 1
        self.recorder.person_ended(end.ended_s, end)
        if self.on_end is not None:
            self.on_end(virtual_user, end)

    def close(self) -> None:
        """Close what is open."""
        self._http_factory.close()
