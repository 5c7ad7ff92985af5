"""Owns the way to Faker: which of its providers may be asked, and asking one with a seed (about 25 microseconds).

Knows nothing of persons. Providers that follow today's date, make files, or can hit a real identifier are replaced
or refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from hms_esr.personas.locales import generator, nearest
from hms_esr.personas.safe import Draw, made_safe
from hms_esr.personas.tables import TABLED


def _each(reason: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), reason)


REPLACED: dict[str, str] = (
    _each("email", "email ascii_email ascii_safe_email ascii_free_email ascii_company_email company_email free_email")
    | _each("email", "safe_email")
    | _each("ssn", "ssn invalid_ssn")
    | _each("phone", "phone_number basic_phone_number msisdn")
    | _each("card", "credit_card_number")
    | _each("uuid", "uuid1 uuid4 uuid7")
)
"""Providers that would make identifiers real people may have, and the safe kind that answers for them."""

_REAL = "can make what belongs to somebody real; write a choice of your own values instead"
_FILES = "makes a file or a structure, not a text"
_CLOCK = (
    "follows today's date, so the same seed would give other people tomorrow; "
    "write {range: {min: 2020-01-01, max: 2025-12-31}}"
)
_PLUMBING = "is a part of Faker's machinery, not a value"
_REFUSED: dict[str, str] = (
    _each(_REAL, "ein itin iban bban aba swift swift8 swift11 credit_card_full passport_number passport_full")
    | _each(
        _REAL, "passport_owner passport_dates passport_dob passport_gender profile simple_profile license_plate vin"
    )
    | _each(_REAL, "ipv4 ipv4_public ipv6 mac_address domain_name hostname url uri image_url nic_handle nic_handles")
    | _each(_REAL, "ripe_id iana_id dga tld")
    | _each(_FILES, "binary csv dsv tsv psv tar zip image json json_bytes xml fixed_width pydict pyiterable pylist")
    | _each(_FILES, "pyobject pyset pystruct pytuple pystr_format enum null_boolean pytimezone")
    | _each(_CLOCK, "date date_between date_between_dates date_object date_of_birth date_this_century date_this_decade")
    | _each(_CLOCK, "date_this_month date_this_year date_time date_time_ad date_time_between date_time_between_dates")
    | _each(_CLOCK, "date_time_this_century date_time_this_decade date_time_this_month date_time_this_year")
    | _each(_CLOCK, "future_date future_datetime past_date past_datetime time time_object time_delta time_series")
    | _each(_CLOCK, "unix_time year month month_name day_of_month day_of_week iso8601 am_pm credit_card_expire")
    | _each(_PLUMBING, "add_provider locale unique optional seed get_words_list")
)
_LOCAL = "exists in that locale only and may make a real number of somebody; write a choice of your own values instead"
_EVERYWHERE = "en_US"
_SIZES = ("nb", "length", "chars", "count", "size", "digits", "rows", "depth", "deep")
_LARGEST = 1000


def faker_version() -> str:
    """Version of Faker whose lists the people are made from; other versions make other people from the same seed."""
    from importlib.metadata import version

    return version("faker")


@lru_cache(maxsize=16)
def _all_names(locale: str, group: str = "") -> frozenset[str]:
    """Every public provider of a locale, or of one group of it (``address``)."""
    found: set[str] = set()
    for provider in generator(locale).get_providers():
        if not group or type(provider).__module__.split(".")[2] == group:
            found |= {name for name in dir(provider) if not name.startswith("_") and callable(getattr(provider, name))}
    return frozenset(found)


@lru_cache(maxsize=16)
def provider_names(locale: str) -> tuple[str, ...]:
    """Providers that may be asked in ``locale``: what every locale has, its own parts of addresses, less the refused.

    What else only one locale has (national numbers of persons and companies) may be somebody's.
    """
    allowed = _all_names(_EVERYWHERE) | _all_names(locale, "address")
    return tuple(sorted(allowed & _all_names(locale) - set(_REFUSED)))


def refusal(name: str) -> str | None:
    """Why a provider is refused in every locale; None if it is not."""
    return _REFUSED.get(name)


def check_provider(name: str, locale: str) -> None:
    """ValueError with the reason or the nearest name when ``name`` cannot be asked. Imports Faker only if it must."""
    if name in _REFUSED:
        raise ValueError(f"faker's '{name}' {_REFUSED[name]}")
    if name in REPLACED or name in TABLED:
        return
    known = provider_names(locale)
    if name in known:
        return
    if name in _all_names(locale):
        raise ValueError(f"faker's '{name}' {_LOCAL}")
    raise ValueError(f"unknown faker provider '{name}'.{nearest(name, known)}")


def check_arguments(name: str, arguments: Mapping[str, Any]) -> None:
    """ValueError when a provider is asked for very much, or given a text Faker would read as a format."""
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
