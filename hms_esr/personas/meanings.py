"""Owns what a control's name, label and autocomplete mean.

Knows nothing of HTML or of a form's other controls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hms_esr.personas import safe
from hms_esr.personas.random_values import random_value
from hms_esr.personas.ranges import ValueRange
from hms_esr.personas.safe import Draw, below


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
    min_length: int = 0
    max_length: int = 0
    least: str = ""
    """What the value may not be below, by what the person entered elsewhere; ``most`` likewise above."""
    most: str = ""

    def limits(self, kind: str) -> ValueRange:
        """What it allows as a control of ``kind``."""
        return ValueRange(kind, self.minimum, self.maximum, self.step, self.least, self.most)


Typed = Callable[[Mapping[str, str], Control, Draw], str]
"""What somebody types into a control."""

_LONGEST = 200


def meaning(person: Mapping[str, str], control: Control, draw: Draw) -> str | None:
    """The value meant by autocomplete, then by a field of that name, then by words of name, label and placeholder."""
    exact, name, typed = _told(control.autocomplete, control.name, control.label, control.placeholder)
    if exact is None and name in person:
        return person[name]
    found = exact or typed
    return None if found is None else found(person, control, draw)


@lru_cache(maxsize=2048)
def _told(autocomplete: str, name: str, label: str, placeholder: str) -> tuple[Typed | None, str, Typed | None]:
    """What autocomplete says, the name as a persona's field is spelled, and what the first known words say."""
    tokens = autocomplete.lower().split()
    exact = _AUTOCOMPLETE.get(tokens[-1]) if tokens else None
    said = [_words(text) for text in (name, label, placeholder)]
    by_words = (typed for words in said for wanted, typed in _BY_WORDS if wanted.search(words))
    return exact, said[0].replace(" ", "_"), next(by_words, None)


def _words(text: str) -> str:
    """``applicant[firstName]`` → ``applicant first name``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text[:_LONGEST])
    return re.sub(r"[^a-z0-9]+", " ", spaced.lower()).strip()


def own(name: str) -> Typed:
    """The person's own field of that name."""
    return lambda person, control, draw: person.get(name, "")


def fixed(text: str) -> Typed:
    """The same text for everybody."""
    return lambda person, control, draw: text


def _random(name: str) -> Typed:
    return lambda person, control, draw: random_value(name, draw)


def _birth_part(part: slice) -> Typed:
    return lambda person, control, draw: person.get("date_of_birth", "1980-01-01")[part].lstrip("0")


def _passport(person: Mapping[str, str], control: Control, draw: Draw) -> str:
    return f"X00{below(draw(0), 1_000_000):06d}"


def a_number(person: Mapping[str, str], control: Control, draw: Draw) -> str:
    """A number the control allows: between its ends, on its step."""
    return control.limits("number").value(draw) or "1"


def a_date(person: Mapping[str, str], control: Control, draw: Draw) -> str:
    """A day the control allows."""
    return control.limits("date").value(draw) or "2025-01-01"


def password(person: Mapping[str, str], control: Control, draw: Draw) -> str:
    """The password of the person's account."""
    return person.get("password", "Ab1-0000000000")


_AUTOCOMPLETE: dict[str, Typed] = {
    "name": own("name"),
    "given-name": own("first_name"),
    "additional-name": lambda person, control, draw: person.get("first_name", "A")[:1],
    "family-name": own("last_name"),
    "nickname": own("first_name"),
    "email": own("email"),
    "username": own("username"),
    "new-password": password,
    "current-password": password,
    "organization": own("company"),
    "organization-title": own("job"),
    "street-address": own("street"),
    "address-line1": own("street"),
    "address-line2": fixed("Unit 1"),
    "address-level1": own("state"),
    "address-level2": own("city"),
    "postal-code": own("zip"),
    "country": fixed("US"),
    "country-name": fixed("United States"),
    "bday": own("date_of_birth"),
    "bday-year": _birth_part(slice(0, 4)),
    "bday-month": _birth_part(slice(5, 7)),
    "bday-day": _birth_part(slice(8, 10)),
    "tel": own("phone"),
    "tel-national": own("phone"),
    "tel-country-code": fixed("+1"),
    "tel-area-code": lambda person, control, draw: person.get("phone", "515")[:3],
    "tel-local": lambda person, control, draw: person.get("phone", "515-555-0100")[4:],
    "cc-name": own("name"),
    "cc-number": lambda person, control, draw: safe.make_card(draw(0)),
    "cc-exp": fixed(safe.CARD_EXPIRY),
    "cc-exp-month": fixed(safe.CARD_EXPIRY[:2]),
    "cc-exp-year": fixed(f"20{safe.CARD_EXPIRY[3:]}"),
    "cc-csc": fixed(safe.CARD_CODE),
    "url": fixed("https://www.example.org/"),
}

_BY_WORDS: tuple[tuple[re.Pattern[str], Typed], ...] = tuple(
    (re.compile(rf"\b(?:{words})"), typed)
    for words, typed in (
        (r"e ?mail", own("email")),
        (r"first ?name|fname\b|given|nombre\b", own("first_name")),
        (r"last ?name|lname\b|surname|family ?name|apellido", own("last_name")),
        (r"user ?(?:name|id)?\b|login\b", own("username")),
        (r"pass(?:word|wd|phrase)?\b|pwd\b|contrase", password),
        (r"passport", _passport),
        (r"ssn\b|social security|itin\b", own("ssn")),
        (r"card ?(?:number|no)\b|cc ?(?:number|num)\b|credit card|card\b|pan\b", _AUTOCOMPLETE["cc-number"]),
        (r"cvc|cvv|csc\b|security code", fixed(safe.CARD_CODE)),
        (r"exp(?:ir\w*|iry)?\b", fixed(safe.CARD_EXPIRY)),
        (r"birth|dob\b|bday", own("date_of_birth")),
        (r"zip|postal|postcode", own("zip")),
        (r"city|town|municipality", own("city")),
        (r"state\b|province|region\b", own("state")),
        (r"country", fixed("United States")),
        (r"street|address|addr", own("street")),
        (r"phone|tel\b|telephone|mobile|cell|fax", own("phone")),
        (r"company|employer|organi[sz]ation|business|farm name", own("company")),
        (r"job|occupation|profession|title", own("job")),
        (r"age\b", own("age")),
        (r"amount|income|wages?|salary|acres?|quantity|qty|count|number of|how many|total|price|hours", a_number),
        (r"date|since|until|start|end\b|day\b", a_date),
        (r"year", fixed("2025")),
        (r"full ?name|your name|legal name|name|signature", own("name")),
        (r"reason|comment|description|describe|explain|explanation|message|notes?|why|purpose", _random("sentence")),
        (r"(?:id|no|number|code|case|reference)\b", _random("digits")),
    )
)
"""First match decides; searched at the beginning of words in name, label and placeholder."""
