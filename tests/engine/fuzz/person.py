"""Owns people who meet odd answers: everything of ours but the socket, whose bytes come from a function.

Knows nothing of what the answers are.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random
from time import perf_counter
from typing import Any

from hms_esr.engine.client.connection import Connection
from hms_esr.engine.client.transport import Transport
from hms_esr.engine.loop.run_clock import RunClock
from hms_esr.engine.user.actor import Parked
from hms_esr.engine.user.context import WorkerContext
from hms_esr.engine.user.polling import StatusPoller
from hms_esr.engine.user.virtual_user import VirtualUser
from hms_esr.errors import StepFailed
from hms_esr.html.form_cache import FormMemory
from hms_esr.personas.template import PersonaTemplate
from hms_esr.scenario.model import Scenario
from hms_esr.schedule.assignment import Assignment
from hms_esr.schedule.journey_steps import NamedStep
from hms_esr.steps.parse import parse_step
from hms_esr.steps.step import Outcome
from tests.engine.people import guard

HOME = "http://127.0.0.1:9"
Pieces = Callable[[], list[bytes]]
_REGEX = {"regex": "name=.([a-z]+)"}
_SAVE = {"a": {"css": "input, option[value], h1"}, "b": _REGEX, "c": {"header": "etag"}, "d": {"json": "items.0"}}
STEPS: tuple[Any, ...] = (
    {"submit": None},
    {"submit": "Send"},
    {"fill": {"name": "Ada", "email": "ada@a.test"}},
    {"fill": {"date": "2026-03-02"}},
    {"upload": {"file": "id.pdf", "size_kb": 1}},
    {"upload": {"field": "file", "file": "id.txt", "size_kb": 1}},
    {"click": "more"},
    {"click": "Send"},
    {"pay": {"failIf": "amount > 200"}},
    {"login": None},
    {"await": {"within": "48h"}},
    {"await": {"within": "48h", "every": "1h", "path": "/status"}, "save": {"s": {"json": "decided_at"}}},
    {"expect": {"text": "decided", "status": 200}},
    {"expect": {"page": "/next"}},
    {"expect": {"json": {"items.0": 1, "id": "²"}}},
    {"request": {"method": "POST", "path": "/api/{{ vars.id }}", "json": {"id": "{{ vars.id }}"}}},
    {"request": {"method": "HEAD", "path": "/{{ vars.id }}", "headers": {"X-Case": "{{ vars.id }}"}}},
    {"request": {"method": "POST", "path": "/f", "form": {"id": "{{ vars.id }}"}}},
    {"visit": "{{ vars.id }}"},
    *({"visit": "/a", "save": {"id": one}} for one in _SAVE.values()),
    {"request": {"path": "/j"}, "save": {"id": {"json": "id"}}},
    {"request": {"path": "/j"}, "save": {"id": {"json": "status_url"}}},
)


class Wire(Connection):
    """A connection whose answers come from a function, and which closes after each unless it was whole."""

    __slots__ = ("pieces",)
    pieces: Pieces

    def _send_all(self, request: bytes, body: bytes, answer: Any, deadline: float) -> None:
        answer.sent_at = perf_counter()
        for piece in self.pieces():
            if not self.done and self.problem is None:
                self._take(piece)
        if not self.done and self.problem is None:
            self.ended = True
            self._end()

    def alive(self) -> bool:
        return True


class Wired(Transport):
    """A transport over wires. ``pieces`` gives the next answer."""

    pieces: Pieces

    def connect(self, origin: Any, pinned: Any, answer: Any, deadline: float) -> Connection:
        wire = Wire(self.largest_bytes, self.heads)
        wire.pieces = self.pieces
        return wire


class Crowd:
    """One person after the other, each for some steps. ``escaped``: what left a person, by its last lines."""

    def __init__(self, chance: Random, pieces: Pieces) -> None:
        self.chance = chance
        journeys = [{"name": "j", "steps": [{"visit": "/a"}]}]
        scenario = Scenario.model_validate({"name": "odd", "load": {"people": 10, "over": "1s"}, "journeys": journeys})
        template = PersonaTemplate.model_validate({"role": "citizen", "fields": {}})
        self.clock = RunClock(60.0)
        self.clock.start()
        assignment = Assignment("fuzz", scenario, 1, 60.0, HOME, {"citizen": template})
        self.context = WorkerContext(assignment, guard(HOME), self.clock)
        transport = Wired(guard(HOME))
        transport.pieces = pieces
        transport.page_memory = FormMemory()
        self.context._http_factory._transport = transport
        self.poller = StatusPoller(self.context, lambda person: self._guarded(person, person._after_wait))
        self.context.on_park = self._wait
        self.steps = [NamedStep(parse_step(step), next(iter(step)), 1) for step in STEPS]
        self.visit = NamedStep(parse_step({"visit": "/a"}), "visit", 0)
        self.escaped: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()

    def person(self, number: int) -> VirtualUser:
        """Person ``number``, with a session."""
        arrival = self.context.cast.schedule.arrival(number % 10)
        person = VirtualUser(self.context, arrival, 0.0)
        person.hurried = True
        person.session = self.context.session(person)
        self.context.recorder.person_started(number, 0.0, self.clock.now_s())
        return person

    def live(self, person: VirtualUser, steps: int) -> None:
        """So many steps, most on a page just visited; then the person is over."""
        person.vars["id"] = "1"
        for _ in range(steps):
            step = self.chance.choice(self.steps)
            if person.answer is None or self.chance.random() < 0.6:
                self._carry_out(person, self.visit)
            self._carry_out(person, step)
            self._look(person)
            if person.ended:
                break
        person.end("completed")
        self.escaped.update(text[-900:] for text in self.context.internal_errors)
        self.context.internal_errors.clear()

    def _carry_out(self, person: VirtualUser, step: NamedStep) -> None:
        person.steps, person.at = (step,), 0
        self._guarded(person, person._steps)

    def _look(self, person: VirtualUser) -> None:
        """At what the person waits for, if for anything, up to three times."""
        for _ in range(3):
            for wait in self.poller.due(float("inf")):
                self._guarded(person, partial(self.poller.look, wait))
        self.poller.give_up()

    def _guarded(self, person: VirtualUser, act: Callable[[], Any]) -> None:
        try:
            act()
            self.outcomes["done"] += 1
        except StepFailed as failure:
            self.outcomes[failure.kind] += 1
        except Parked as parked:
            self.outcomes["waits"] += 1
            self.context.park(person, parked.outcome)
        except Exception as error:
            self.escaped["".join(traceback.format_exception(error)[-3:])[-900:]] += 1

    def _wait(self, person: VirtualUser, outcome: Outcome) -> None:
        """Begun at some time up to four days ago."""
        began_s = outcome.since_sim_s - self.chance.random() * 4 * 86400
        self.poller.add(person, replace(outcome, since_sim_s=began_s))
