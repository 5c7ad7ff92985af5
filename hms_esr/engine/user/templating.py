"""Owns texts and values of one person: templates filled in, values saved from answers, words for a status.

Knows nothing of when or how requests are sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

from hms_esr.engine.user.context import WorkerContext
from hms_esr.errors import StepFailed
from hms_esr.html.completion import typed_into
from hms_esr.html.form import HtmlField
from hms_esr.html.page import page_of
from hms_esr.http.response import HttpAnswer
from hms_esr.personas.person import Person
from hms_esr.personas.random_values import random_value
from hms_esr.scenario.templates import Reference, as_words, split
from hms_esr.schema.regex import compile_linear
from hms_esr.seeded import draw
from hms_esr.steps.expect import at_path
from hms_esr.steps.step import Extract


class Speaker(Protocol):
    """Whose texts are filled in: an :class:`Actor`, as far as templates look at one."""

    context: WorkerContext
    person_no: int
    at: int
    occurrence: int
    vars: dict[str, Any]
    person: Person

    @property
    def fields(self) -> Mapping[str, str]:
        """The persona's values."""
        ...


MISSING: Any = object()
"""What :func:`extracted` gives when there is nothing; JSON's null is a value."""


def rendered(person: Speaker, text: str) -> str:
    """``text`` with its templates filled in for ``person``; StepFailed("scenario") names one without a value."""
    return "".join(part if isinstance(part, str) else as_words(_value(person, part)) for part in split(text))


def valued(person: Speaker, text: str) -> Any:
    """The same; a text that is exactly one template is its value, with its type."""
    parts = split(text)
    only = parts[0] if len(parts) == 1 else ""
    return _value(person, only) if isinstance(only, Reference) else rendered(person, text)


def addressed(person: Speaker, text: str) -> str:
    """An address: each template in it is percent-encoded, as one segment of a path or one value of a query.

    A template that is the whole address is used as it is.
    """
    parts = split(text)
    if len(parts) == 1:
        return rendered(person, text)
    return "".join(part if isinstance(part, str) else quote(as_words(_value(person, part)), safe="") for part in parts)


def _value(person: Speaker, ref: Reference) -> Any:
    assignment = person.context.assignment
    if ref.kind == "run":
        return assignment.run_id
    if ref.kind == "sim":
        return person.context.cast.sim_time(person.context.clock.sim_s())
    if ref.kind == "random":
        person.occurrence += 1
        seed, person_no, at, number = assignment.seed, person.person_no, person.at, person.occurrence
        return random_value(ref.name, lambda i: draw(seed, f"random {ref.name}", person_no, at, number, i))
    try:
        if ref.kind == "data":
            return person.context.cast.row(ref.of, person.person_no)[ref.name]
        if ref.kind == "persona":
            return person.person.typed(ref.name)
        return {"vars": person.vars, "secret": assignment.secrets}[ref.kind][ref.name]
    except KeyError:
        raise StepFailed("scenario", f"there is no value for {{{{ {ref} }}}}") from None


def completed(person: Speaker, field: HtmlField, least: str, most: str) -> str | None:
    """What the person types into a required field nobody filled, within ends that other answers set."""
    person.occurrence += 1
    person_no, at, number, seed = person.person_no, person.at, person.occurrence, person.context.assignment.seed
    return typed_into(field, person.fields, lambda i: draw(seed, "complete", person_no, at, number, i), least, most)


def extracted(answer: HttpAnswer, extract: Extract) -> Any:
    """The value to save from an answer, JSON's with its type; MISSING when it is not there."""
    if extract.json_path is None:
        found = _extracted_text(answer, extract)
        return MISSING if found is None else found
    try:
        return at_path(answer.json(), extract.json_path)
    except KeyError:
        return MISSING


def _extracted_text(answer: HttpAnswer, extract: Extract) -> str | None:
    if extract.css is not None:
        return page_of(answer).css(extract.css)
    if extract.header is not None:
        return answer.header(extract.header)
    expression = compile_linear(extract.regex or "")
    found = expression.search(answer.text)
    return None if found is None else found[min(1, expression.groups)]
