"""Owns ``{{ random.x }}``: our names for common values, Faker's providers for the others.

Knows nothing of scenarios. No value can be a real person's identifier; Faker is imported when a value needs it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache

from hms_esr.personas import fakers, safe
from hms_esr.personas.locales import nearest
from hms_esr.personas.safe import Draw, below
from hms_esr.personas.states import STATES
from hms_esr.personas.tables import TABLED, table

_FIRST_DAY, _LAST_DAY = date(2000, 1, 1).toordinal(), date(2025, 12, 31).toordinal()
_DEFAULT_LOCALE = "en_US"

Made = Callable[[Draw, str], str]
"""A value from draws and a locale."""


def _tabled(provider: str) -> Made:
    return lambda draw, locale: table(locale, provider).at(draw(0) >> 32)


def _words(draw: Draw, locale: str, count: int) -> str:
    words = table(locale, "word")
    return " ".join(words.at(draw(number) >> 32) for number in range(count))


def _sentence(draw: Draw, locale: str) -> str:
    return f"{_words(draw, locale, 6).capitalize()}."


def _name(draw: Draw, locale: str) -> str:
    return f"{table(locale, 'first_name').at(draw(0) >> 32)} {table(locale, 'last_name').at(draw(1) >> 32)}"


def _street(draw: Draw, locale: str) -> str:
    return f"{1 + below(draw(1), 9899)} {table(locale, 'street_name').at(draw(0) >> 32)}"


def _zip(draw: Draw, locale: str) -> str:
    state = STATES[below(draw(0), len(STATES))]
    return f"{state.zip_min + below(draw(1), state.zip_max - state.zip_min + 1):05d}"


def _email(draw: Draw, locale: str) -> str:
    return f"{table(locale, 'word').at(draw(0) >> 32).lower()}.{draw(1) & 0xFFFFFFFFFFFF:012x}@{safe.EMAIL_DOMAIN}"


_ALIASES: dict[str, Made] = {
    "state": lambda draw, locale: STATES[below(draw(0), len(STATES))].name,
    "state_code": lambda draw, locale: STATES[below(draw(0), len(STATES))].code,
    "city": _tabled("city"),
    "street": _street,
    "zip": _zip,
    "first_name": _tabled("first_name"),
    "last_name": _tabled("last_name"),
    "name": _name,
    "company": _tabled("company"),
    "job": _tabled("job"),
    "email": _email,
    "phone": lambda draw, locale: safe.make_any_phone(draw(0)),
    "ssn": lambda draw, locale: safe.make_ssn(draw(0)),
    "card": lambda draw, locale: safe.make_card(draw(0)),
    "uuid": lambda draw, locale: safe.make_uuid(draw(0), draw(1)),
    "number": lambda draw, locale: str(1 + below(draw(0), 1000)),
    "digit": lambda draw, locale: str(below(draw(0), 10)),
    "digits": lambda draw, locale: f"{below(draw(0), 1_000_000):06d}",
    "boolean": lambda draw, locale: ("true", "false")[draw(0) >> 63],
    "date": lambda draw, locale: date.fromordinal(_FIRST_DAY + below(draw(0), _LAST_DAY - _FIRST_DAY + 1)).isoformat(),
    "time": lambda draw, locale: f"{below(draw(0), 24):02d}:{below(draw(1), 60):02d}",
    "year": lambda draw, locale: str(2000 + below(draw(0), 26)),
    "word": _tabled("word"),
    "words": lambda draw, locale: _words(draw, locale, 3),
    "sentence": _sentence,
    "text": lambda draw, locale: f"{_sentence(draw, locale)} {_sentence(lambda number: draw(10 + number), locale)}",
}
_PLURALS = {"cities": "city", "companies": "company"} | {
    f"{name}s": name for name in _ALIASES if not name.endswith(("s", "y"))
}


def _alias(name: str) -> Made | None:
    return _ALIASES.get(name) or _ALIASES.get(_PLURALS.get(name, ""))


def known_random_names(locale: str = _DEFAULT_LOCALE) -> list[str]:
    """Every name that may stand behind ``random.``: ours with their plurals, then Faker's. Imports Faker."""
    own = [*_ALIASES, *_PLURALS]
    return own + [name for name in fakers.provider_names(locale) if name not in own]


@lru_cache(maxsize=512)
def check_random_name(name: str, locale: str = _DEFAULT_LOCALE) -> None:
    """ValueError with the nearest name or the reason when there is no such value. Imports Faker only if it must."""
    if _alias(name) or name in fakers.REPLACED or name in TABLED:
        return
    if fakers.refusal(name) is None and name not in fakers.provider_names(locale):
        raise ValueError(f"unknown random value '{name}'.{nearest(name, known_random_names(locale))}")
    fakers.check_provider(name, locale)
    fakers.ask(locale, name, {}, lambda _: 0)


@lru_cache(maxsize=512)
def random_maker(name: str, locale: str = _DEFAULT_LOCALE) -> Callable[[Draw], str]:
    """What makes ``random.name``: call it with a draw for each value. ValueError as :func:`check_random_name`."""
    check_random_name(name, locale)
    made = _alias(name) or _alias(fakers.REPLACED.get(name, "")) or (_tabled(name) if name in TABLED else None)
    if made:
        return lambda draw: made(draw, locale)
    return lambda draw: fakers.ask(locale, name, {}, draw)


def random_value(name: str, draw: Draw, locale: str = _DEFAULT_LOCALE) -> str:
    """One value of ``random.name``, a function of ``draw(0)``, ``draw(1)``, … alone."""
    return random_maker(name, locale)(draw)
