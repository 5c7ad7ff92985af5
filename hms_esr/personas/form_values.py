"""Owns what a person types into an empty required field, told from its name, type and autocomplete.

Knows nothing of HTML or of a form's other fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from hms_esr.personas import patterns, safe
from hms_esr.personas.meanings import (
    Control,
    Typed,
    a_date,
    a_number,
    day_of,
    decimal_of,
    fixed,
    meaning,
    own,
    password,
)
from hms_esr.personas.random_values import random_value
from hms_esr.personas.safe import Draw, below
from hms_esr.personas.states import BY_NAME

Option = str | tuple[str, str]
"""A choice of a select or a radio group: its value, or (value, shown text)."""

_NOT_TYPED = frozenset({"hidden", "submit", "button", "reset", "image", "file"})


def value_for(
    person: Mapping[str, str],
    name: str,
    *,
    draw: Draw,
    kind: str = "text",
    autocomplete: str = "",
    label: str = "",
    placeholder: str = "",
    options: Sequence[Option] = (),
    minimum: str = "",
    maximum: str = "",
    step: str = "",
    pattern: str = "",
    max_length: int = 0,
) -> str | None:
    """What ``person`` gives for the empty control called ``name``; None for what nobody types (hidden, buttons, files).

    Texts are the attributes of the page, empty when absent; ``max_length`` 0 is none. A function of its arguments.
    """
    pairs = [(one, one) if isinstance(one, str) else one for one in options]
    control = Control(
        name, kind, autocomplete, label, placeholder, pairs, minimum, maximum, step, pattern, max(max_length, 0)
    )
    return _given(person, control, draw)


def _given(person: Mapping[str, str], control: Control, draw: Draw) -> str | None:
    kind = control.kind.lower()
    if kind in _NOT_TYPED:
        return None
    if kind == "checkbox":
        return control.options[0][0] if control.options else "on"
    if control.options:
        return _option(person, control, draw)
    meant = meaning(person, control, draw)
    if kind in _BY_KIND:
        return meant if meant and _takes(kind, meant, control) else _BY_KIND[kind](person, control, draw)
    if meant is None:
        meant = random_value("sentence" if kind == "textarea" else "words", draw)
    return safe.made_safe(_fitted(meant, control, draw), draw)


def _option(person: Mapping[str, str], control: Control, draw: Draw) -> str:
    """The person's own value if it is offered, else any that is not empty."""
    meant = meaning(person, control, draw) or ""
    for wanted in (meant, person.get("state_code", "") if meant in BY_NAME else ""):
        for value, shown in control.options:
            if wanted and wanted.lower() in (value.lower(), shown.strip().lower()):
                return value
    values = [value for value, _ in control.options if value] or [control.options[0][0]]
    return values[below(draw(0), len(values))]


def _fitted(text: str, control: Control, draw: Draw) -> str:
    """``text``, or its digits, or a text made for the pattern; never longer than allowed."""
    digits = re.sub(r"\D", "", text)
    parts = patterns.read_pattern(control.pattern) if control.pattern else None
    if parts:
        for one in (text, digits, text.upper(), text.lower()):
            if patterns.fits(parts, one):
                return one
        return patterns.made_for(parts, draw)
    if control.max_length and len(text) > control.max_length:
        if text in BY_NAME:
            return BY_NAME[text].code[: control.max_length]
        return digits if digits and len(digits) <= control.max_length else text[: control.max_length].rstrip()
    return text


def _takes(kind: str, meant: str, control: Control) -> bool:
    """Whether a control of ``kind`` takes what its name means."""
    if kind in ("number", "range"):
        number, low, high = decimal_of(meant), decimal_of(control.minimum), decimal_of(control.maximum)
        return number is not None and (low is None or low <= number) and (high is None or number <= high)
    if kind == "date":
        day, first, last = day_of(meant), day_of(control.minimum), day_of(control.maximum)
        return day is not None and len(meant) == 10 and (first or day) <= day <= (last or day)
    return kind == "email" and "@" in meant


def _week(person: Mapping[str, str], control: Control, draw: Draw) -> str:
    year, week, _ = date.fromisoformat(a_date(person, Control(control.name), draw)).isocalendar()
    return f"{year}-W{week:02d}"


_BY_KIND: dict[str, Typed] = {
    "email": own("email"),
    "tel": lambda person, control, draw: _fitted(person.get("phone", "515-555-0100"), control, draw),
    "password": password,
    "url": fixed("https://www.example.org/"),
    "number": a_number,
    "range": a_number,
    "date": a_date,
    "datetime-local": lambda person, control, draw: f"{a_date(person, control, draw)}T09:30",
    "month": lambda person, control, draw: a_date(person, control, draw)[:7],
    "week": _week,
    "time": fixed("09:30"),
    "color": fixed("#336699"),
}
