"""Owns the way to Faker: which of its providers may be asked, and asking one with a seed (slow: about 25 microseconds).

Knows nothing of persons. Providers that follow today's date, make files, or can hit a real identifier are replaced or refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from hms_esr.personas.safe import Draw, made_safe
from hms_esr.personas.tables import TABLED
from hms_esr.registry import did_you_mean

REPLACED: dict[str, str] = dict.fromkeys(
    ["email", "ascii_email", "ascii_safe_email", "ascii_free_email", "ascii_company_email", "company_email", "free_email", "safe_email"],
    "email",
) | {
    "ssn": "ssn",
    "invalid_ssn": "ssn",
    "phone_number": "phone",
    "basic_phone_number": "phone",
    "msisdn": "phone",
    "credit_card_number": "card",
    "uuid4": "uuid",
    "uuid1": "uuid",
    "uuid7": "uuid",
}
"""Providers that would make identifiers real people may have, and the safe kind that answers for them."""

_REAL = "can make what belongs to somebody real; write a choice of your own values instead"
_FILES = "makes a file or a structure, not a text"
_CLOCK = "follows today's date, so the same seed would give other people tomorrow; write range: {min: 2020-01-01, max: 2025-12-31}"
_PLUMBING = "is a part of Faker's machinery, not a value"
_REFUSED: dict[str, str] = (
    dict.fromkeys(
        ["ein", "itin", "iban", "bban", "aba", "swift", "swift8", "swift11", "credit_card_full", "passport_number", "passport_full", "passport_owner", "passport_dates", "passport_dob", "profile", "simple_profile", "license_plate", "vin", "ipv4", "ipv4_public", "ipv6", "mac_address", "domain_name", "hostname", "url", "uri", "image_url", "nic_handle", "nic_handles", "ripe_id", "iana_id", "dga", "tld"],
        _REAL,
    )
    | dict.fromkeys(
        ["binary", "csv", "dsv", "tsv", "psv", "tar", "zip", "image", "json", "json_bytes", "xml", "fixed_width", "pydict", "pyiterable", "pylist", "pyobject", "pyset", "pystruct", "pytuple", "pystr_format", "enum"],
        _FILES,
    )
    | dict.fromkeys(
        ["date", "date_between", "date_between_dates", "date_object", "date_of_birth", "date_this_century", "date_this_decade", "date_this_month", "date_this_year", "date_time", "date_time_ad", "date_time_between", "date_time_between_dates", "date_time_this_century", "date_time_this_decade", "date_time_this_month", "date_time_this_year", "future_date", "future_datetime", "past_date", "past_datetime", "time", "time_object", "time_delta", "time_series", "unix_time", "year", "month", "month_name", "day_of_month", "day_of_week", "iso8601", "am_pm", "credit_card_expire", "passport_gender"],
        _CLOCK,
    )
    | dict.fromkeys(["add_provider", "locale", "unique", "optional", "seed", "get_words_list"], _PLUMBING)
)
_SIZES = ("nb", "length", "chars", "count", "size", "digits", "rows")
_LARGEST = 10_000
KNOWN_LOCALES = frozenset(["en_US", "es_MX", "es_ES", "es", "en_GB", "en_CA", "fr_FR", "fr_CA", "de_DE", "it_IT", "pt_BR", "zh_CN", "ja_JP", "ko_KR"])
"""Locales accepted without asking Faker, so that checking a file does not import it."""


def faker_version() -> str:
    """Version of Faker whose lists the people are made from; other versions make other people from the same seed."""
    from importlib.metadata import version

    return version("faker")


@lru_cache(maxsize=16)
def generator(locale: str) -> Any:
    """Faker's generator for ``locale``; ValueError with the nearest locale when there is none."""
    from faker import Faker

    check_locale(locale)
    return Faker(locale, use_weighting=False)._factories[0]


def check_locale(locale: str) -> None:
    """ValueError with the nearest one when Faker has no such locale."""
    if locale in KNOWN_LOCALES:
        return
    from faker.config import AVAILABLE_LOCALES

    if locale not in AVAILABLE_LOCALES:
        hint = did_you_mean(locale, sorted(KNOWN_LOCALES))
        raise ValueError(f"unknown locale '{locale}', Faker has none of that name.{hint}")


@lru_cache(maxsize=16)
def provider_names(locale: str) -> tuple[str, ...]:
    """Providers of Faker that may be asked in ``locale``, by name; the replaced ones are among them."""
    found = set()
    for provider in generator(locale).get_providers():
        found |= {name for name in dir(provider) if not name.startswith("_") and callable(getattr(provider, name))}
    return tuple(sorted(found - set(_REFUSED)))


def check_provider(name: str, locale: str) -> None:
    """ValueError with the reason or the nearest name when ``name`` cannot be asked. Imports Faker only if it must."""
    if name in _REFUSED:
        raise ValueError(f"faker's '{name}' {_REFUSED[name]}")
    if name in REPLACED or name in TABLED:
        return
    known = provider_names(locale)
    if name not in known:
        raise ValueError(f"unknown faker provider '{name}'.{nearest(name, known)}")


def nearest(name: str, known: Any) -> str:
    """A suggestion, or nothing: several hundred names are no help in an error."""
    hint = did_you_mean(name, list(known))
    return hint if hint.startswith(" Did you mean") else " Faker's providers are listed at faker.readthedocs.io"


def check_arguments(name: str, arguments: Mapping[str, Any]) -> None:
    """ValueError when a provider is asked for very much, or is given a text that Faker would read as a format of its own."""
    for key, value in arguments.items():
        if isinstance(value, str) and "{{" in value:
            raise ValueError(f"'{key}' of faker's '{name}' holds '{{{{'; use a template field to join values")
        sized = any(part in key for part in _SIZES)
        if sized and isinstance(value, (int, float)) and value > _LARGEST:
            raise ValueError(f"'{key}' of faker's '{name}' is {value}; at most {_LARGEST} is allowed")


def ask(locale: str, provider: str, arguments: Mapping[str, Any], draw: Draw) -> str:
    """One value of a provider, a function of its arguments; identifiers that could be real are replaced."""
    source = generator(locale)
    source.seed_instance(draw(0))
    try:
        value = getattr(source, provider)(**arguments)
    except Exception as error:  # Faker's own complaints have every type
        raise ValueError(f"faker's '{provider}' refuses these arguments: {error}") from None
    return made_safe(as_text(provider, value), draw)


def as_text(provider: str, value: Any) -> str:
    """A provider's answer as a person would type it; ValueError for what nobody can type."""
    if isinstance(value, (str, int, float, Decimal)):
        return str(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (list, tuple)) and all(isinstance(one, (str, int, float, Decimal)) for one in value):
        return ", ".join(str(one) for one in value)
    raise ValueError(f"faker's '{provider}' makes a {type(value).__name__}, not a text")
