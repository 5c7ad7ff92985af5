"""Owns what a person types into an empty required field, told from its name, type and autocomplete.

Knows nothing of HTML or of a form's other fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from hms_esr.personas import patterns, safe
from hms_esr.personas.random_values import random_value
from hms_esr.personas.safe import Draw, below
from hms_esr.personas.states import BY_NAME

Option = str | tuple[str, str]
"""A choice of a select or a radio group: its value, or (value, shown text)."""


@dataclass(frozen=True, slots=True)
class Control:
    """An empty control as its page describes it. ``kind`` is its type, or ``select`` or ``textarea``."""

    name: str
    kind: str = "text"
    autocomplete: str = ""
    label: str = ""
    placeholder: str = ""
    options: Sequence[tuple[str, str]] = ()
    minimum: str = ""
    maximum: str = ""
    step: str = ""
    pattern: str = ""
    max_length: int = 0


Typed = Callable[[Mapping[str, str], Control, Draw], str]

_LONGEST = 200
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
    meant = _meaning(person, control, draw)
    if kind in _BY_KIND:
        return _BY_KIND[kind](person, control, draw) if not _typed_as(kind, meant, control) else meant
    if meant is None:
        meant = random_value("sentence" if kind == "textarea" else "words", draw)
    return safe.made_safe(_fitted(meant, control, draw), draw)


def _option(person: Mapping[str, str], control: Control, draw: Draw) -> str:
    """The person's own value if it is offered, else any that is not empty."""
    meant = _meaning(person, control, draw) or ""
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


def _meaning(person: Mapping[str, str], control: Control, draw: Draw) -> str | None:
    """The value meant by autocomplete, then by a field of that name, then by words of name, label and placeholder."""
    tokens = control.autocomplete.lower().split()
    found = _AUTOCOMPLETE.get(tokens[-1]) if tokens else None
    if found is not None:
        return found(person, control, draw)
    name = _words(control.name).replace(" ", "_")
    if name in person:
        return person[name]
    for text in (control.name, control.label, control.placeholder):
        words = _words(text)
        for wanted, typed in _BY_WORDS:
            if wanted.search(words):
                return typed(person, control, draw)
    return None


def _words(text: str) -> str:
    """``applicant[firstName]`` → ``applicant first name``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text[:_LONGEST])
    return re.sub(r"[^a-z0-9]+", " ", spaced.lower()).strip()


def _field(name: str) -> Typed:
    return lambda person, control, draw: person.get(name, "")


def _fixed(text: str) -> Typed:
    return lambda person, control, draw: text


def _random(name: str) -> Typed:
    return lambda person, control, draw: random_value(name, draw)


def _birth_part(part: slice) -> Typed:
    return lambda person, control, draw: person.get("date_of_birth", "1980-01-01")[part].lstrip("0")


def _passport(person: Mapping[str, str], control: Control, draw: Draw) -> str:
    return f"X00{below(draw(0), 1_000_000):06d}"


def _number(person: Mapping[str, str], control: Control, draw: Draw) -> str:
    """A number the control allows: between its ends, on its step."""
    low = _decimal(control.minimum)
    high = _decimal(control.maximum)
    step = _decimal(control.step) or Decimal(1)
    if low is None:
        low = Decimal(1) if high is None or high >= 1 else high - 100 * step
    if high is None or high < low:
        high = low + 99 * step
    return f"{low + below(draw(0), int((high - low) / step) + 1) * step:f}"


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip() or "NaN")
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**15 else None


def _date(person: Mapping[str, str], control: Control, draw: Draw) -> str:
    """A day the control allows; birth dates are the person's own when it does."""
    low, high = _day(control.minimum), _day(control.maximum)
    if low is None:
        low = date(2025, 1, 1) if high is None or high > date(2025, 1, 1) else date(max(high.year - 1, 1), 1, 1)
    if high is None or high < low:
        high = date.fromordinal(min(low.toordinal() + 364, date.max.toordinal()))
    return date.fromordinal(low.toordinal() + below(draw(0), high.toordinal() - low.toordinal() + 1)).isoformat()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def _week(person: Mapping[str, str], control: Control, draw: Draw) -> str:
    year, week, _ = date.fromisoformat(_date(person, Control(control.name), draw)).isocalendar()
    return f"{year}-W{week:02d}"


def _password(person: Mapping[str, str], control: Control, draw: Draw) -> str:
    return person.get("password", "Ab1-0000000000")


def _typed_as(kind: str, meant: str | None, control: Control) -> bool:
    """Whether a control of ``kind`` takes what its name means."""
    if not meant:
        return False
    if kind in ("number", "range"):
        number, low, high = _decimal(meant), _decimal(control.minimum), _decimal(control.maximum)
        return number is not None and (low is None or low <= number) and (high is None or number <= high)
    if kind == "date":
        day, first, last = _day(meant), _day(control.minimum), _day(control.maximum)
        return day is not None and len(meant) == 10 and (first or day) <= day <= (last or day)
    if kind == "email":
        return "@" in meant
    return False


_BY_KIND: dict[str, Typed] = {
    "email": _field("email"),
    "tel": lambda person, control, draw: _fitted(person.get("phone", "515-555-0100"), control, draw),
    "password": _password,
    "url": _fixed("https://www.example.org/"),
    "number": _number,
    "range": _number,
    "date": _date,
    "datetime-local": lambda person, control, draw: f"{_date(person, control, draw)}T09:30",
    "month": lambda person, control, draw: _date(person, control, draw)[:7],
    "week": _week,
    "time": _fixed("09:30"),
    "color": _fixed("#336699"),
}

_AUTOCOMPLETE: dict[str, Typed] = {
    "name": _field("name"),
    "given-name": _field("first_name"),
    "additional-name": lambda person, control, draw: person.get("first_name", "A")[:1],
    "family-name": _field("last_name"),
    "nickname": _field("first_name"),
    "email": _field("email"),
    "username": _field("username"),
    "new-password": _password,
    "current-password": _password,
    "organization": _field("company"),
    "organization-title": _field("job"),
    "street-address": _field("street"),
    "address-line1": _field("street"),
    "address-line2": _fixed("Unit 1"),
    "address-level1": _field("state"),
    "address-level2": _field("city"),
    "postal-code": _field("zip"),
    "country": _fixed("US"),
    "country-name": _fixed("United States"),
    "bday": _field("date_of_birth"),
    "bday-year": _birth_part(slice(0, 4)),
    "bday-month": _birth_part(slice(5, 7)),
    "bday-day": _birth_part(slice(8, 10)),
    "tel": _field("phone"),
    "tel-national": _field("phone"),
    "tel-country-code": _fixed("+1"),
    "tel-area-code": lambda person, control, draw: person.get("phone", "515")[:3],
    "tel-local": lambda person, control, draw: person.get("phone", "515-555-0100")[4:],
    "cc-name": _field("name"),
    "cc-number": lambda person, control, draw: safe.make_card(draw(0)),
    "cc-exp": _fixed(safe.CARD_EXPIRY),
    "cc-exp-month": _fixed(safe.CARD_EXPIRY[:2]),
    "cc-exp-year": _fixed(f"20{safe.CARD_EXPIRY[3:]}"),
    "cc-csc": _fixed(safe.CARD_CODE),
    "url": _fixed("https://www.example.org/"),
}

_BY_WORDS: tuple[tuple[re.Pattern[str], Typed], ...] = tuple(
    (re.compile(rf"\b(?:{words})"), typed)
    for words, typed in (
        (r"e ?mail", _field("email")),
        (r"first ?name|fname\b|given|nombre\b", _field("first_name")),
        (r"last ?name|lname\b|surname|family ?name|apellido", _field("last_name")),
        (r"user ?(?:name|id)?\b|login\b", _field("username")),
        (r"pass(?:word|wd|phrase)?\b|pwd\b|contrase", _password),
        (r"passport", _passport),
        (r"ssn\b|social security|itin\b", _field("ssn")),
        (r"card ?(?:number|no)\b|cc ?(?:number|num)\b|credit card|card\b|pan\b", _AUTOCOMPLETE["cc-number"]),
        (r"cvc|cvv|csc\b|security code", _fixed(safe.CARD_CODE)),
        (r"exp(?:ir\w*|iry)?\b", _fixed(safe.CARD_EXPIRY)),
        (r"birth|dob\b|bday", _field("date_of_birth")),
        (r"zip|postal|postcode", _field("zip")),
        (r"city|town|municipality", _field("city")),
        (r"state\b|province|region\b", _field("state")),
        (r"country", _fixed("United States")),
        (r"street|address|addr", _field("street")),
        (r"phone|tel\b|telephone|mobile|cell|fax", _field("phone")),
        (r"company|employer|organi[sz]ation|business|farm name", _field("company")),
        (r"job|occupation|profession|title", _field("job")),
        (r"age\b", _field("age")),
        (r"amount|income|wages?|salary|acres?|quantity|qty|count|number of|how many|total|price|hours", _number),
        (r"date|since|until|start|end\b|day\b", _date),
        (r"year", _fixed("2025")),
        (r"full ?name|your name|legal name|name|signature", _field("name")),
        (r"reason|comment|description|describe|explain|explanation|message|notes?|why|purpose", _random("sentence")),
        (r"(?:id|no|number|code|case|reference)\b", _random("digits")),
    )
)
"""First match decides; searched at the beginning of words in name, label and placeholder."""
