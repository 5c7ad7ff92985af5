"""Owns what one person is and remembers between steps: who, where in the journey, what was saved, filled and answered.

Knows nothing of requests; the engine's other parts act on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.engine.client.http_client import PersonSession
from hms_esr.http.response import HttpAnswer
from hms_esr.personas.person import Person
from hms_esr.record import Sample, SeriesKey
from hms_esr.schedule.arrivals import Arrival
from hms_esr.schedule.assignment import Cast
from hms_esr.schedule.journey_steps import NamedStep, steps_of
from hms_esr.steps.expect import Expect
from hms_esr.steps.step import Upload


class UserState:
    """What one person is and remembers between steps."""

    __slots__ = (
        "answer",
        "arrival",
        "at",
        "cast",
        "ended",
        "failed_with",
        "filled",
        "hurried",
        "intended_s",
        "journey",
        "looked",
        "meant_s",
        "occurrence",
        "patience_s",
        "person",
        "person_no",
        "persona",
        "planned_s",
        "polling",
        "sent",
        "session",
        "started_s",
        "steps",
        "trace_prefix",
        "uploads",
        "vars",
        "where",
    )

    def __init__(
        self, cast: Cast, trace_prefix: str, variables: Mapping[str, Any], arrival: Arrival, planned_s: float
    ) -> None:
        self.cast = cast
        self.trace_prefix = trace_prefix
        self.arrival = arrival
        self.person_no = arrival.person_no
        self.planned_s = planned_s
        self.started_s = -1.0
        self.intended_s = planned_s
        self.meant_s = planned_s
        self.person: Person = cast.person(arrival)
        self.persona = arrival.role
        self.journey: str = cast.journey_names[arrival.journey]
        self.patience_s = self.person.patience_s
        self.vars: dict[str, Any] = dict(variables)
        self.filled: dict[str, str | tuple[str, ...]] = {}
        self.uploads: dict[str, Upload | tuple[Upload, ...]] = {}
        self.answer: HttpAnswer | None = None
        self.at = 0
        self.where = ""
        self.sent = 0
        self.occurrence = 0
        self.polling = False
        self.ended = False
        self.hurried = False
        self.looked = False
        self.failed_with = ""
        skips = self.person.skips
        self.steps: tuple[NamedStep, ...] = tuple(steps_of(cast.journeys[arrival.journey], skips, self.chance))
        self.session: PersonSession | None = None

    def chance(self, kind: str, number: int) -> float:
        """A number in [0, 1) of this person at step ``number``, the same whenever it is asked for."""
        return self.cast.uniform(kind, self.person_no, number)

    @property
    def fields(self) -> Mapping[str, str]:
        """The persona's values; the password and e-mail are those of the account."""
        return self.person.fields

    def next_expect(self) -> Expect | None:
        """The expectation that judges the step we stand at: the next one before another request or wait."""
        for named in self.steps[self.at + 1 :]:
            if isinstance(named.step, Expect):
                return named.step
            if named.step.sends or named.step.verb == "await":
                return None
        return None

    def see(self, answer: HttpAnswer) -> None:
        """The answer of a look becomes the page the person is on."""
        self.answer = answer
        self.looked = True

    def uniform(self, kind: str) -> float:
        """A number in [0, 1) of this person at this step."""
        self.occurrence += 1
        return self.cast.uniform(kind, self.person_no, self.at, self.occurrence)

    def series(self, answer: HttpAnswer) -> SeriesKey:
        """The series an answer of this person belongs to."""
        return SeriesKey(self.journey, self.where, self.persona, answer.status, answer.head.service)

    def sample(self, kind: str, message: str, status: int, started_at: float, ended_at: float, origin: float) -> Sample:
        """What this person met last, as an example; times are ``time.perf_counter()``, ``message`` is masked.

        ``origin`` is the start of the run on that clock.
        """
        planned_s, started_s, ended_s = (
            round(self.meant_s, 6),
            round(started_at - origin, 6),
            round(ended_at - origin, 6),
        )
        who = self.journey, self.where, self.persona, self.person_no, self.trace_id()
        return Sample(kind, *who, status, planned_s, started_s, ended_s, message)

    def trace_id(self) -> str:
        """W3C trace id of the last request: run, person, request."""
        return f"{self.trace_start}{self.sent & 0xFFFF:04x}"

    @property
    def trace_start(self) -> str:
        """What all trace ids of this person begin with."""
        return f"{self.trace_prefix}{self.person_no & 0xFFFFFFFFFFFF:012x}"
