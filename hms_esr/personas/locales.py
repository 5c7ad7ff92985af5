"""Owns Faker's locales and its generator for each.

Knows nothing of which providers may be asked.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from hms_esr.registry import did_you_mean

KNOWN_LOCALES = frozenset(
    [
        "en_US",
        "es_MX",
        "es_ES",
        "es",
        "en_GB",
        "en_CA",
        "fr_FR",
        "fr_CA",
        "de_DE",
        "it_IT",
        "pt_BR",
        "zh_CN",
        "ja_JP",
        "ko_KR",
    ]
)
"""Locales accepted without asking Faker, so that checking a file does not import it."""


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
        close = get_close_matches(locale, AVAILABLE_LOCALES, n=1, cutoff=0.6)
        some = ", ".join(sorted(KNOWN_LOCALES))
        hint = f"Did you mean '{close[0]}'?" if close else f"Allowed are Faker's, such as {some}."
        raise ValueError(f"unknown locale '{locale}'. {hint}")


def nearest(name: str, known: Any) -> str:
    """A suggestion, or nothing: several hundred names are no help in an error."""
    hint = did_you_mean(name, list(known))
    return hint if hint.startswith(" Did you mean") else " Faker's providers are listed at faker.readthedocs.io"
