"""Owns the fake treasury: which cards it takes, and what a payment needs. No money moves anywhere.

Knows nothing of pages or of what is paid for.
"""

from __future__ import annotations

import re

from hms_esr.personas.safe import TEST_CARDS as PERSONAS_CARDS

TEST_CARDS = frozenset((*PERSONAS_CARDS, "30569309025904", "4000056655665556"))
"""Card numbers that payment providers publish for tests (Stripe, PayPal); no bank ever issued them."""

_EXPIRY = re.compile(r"(?:(?P<m>\d{1,2})\s*[/-]\s*(?P<y>\d{2}|\d{4})|(?P<y2>\d{4})-(?P<m2>\d{2}))")


def refusal(number: str, expiry: str, code: str, year_month: tuple[int, int]) -> tuple[int, str] | None:
    """Status and message when the treasury does not take a card; None when it does. ``year_month`` is now."""
    found = _EXPIRY.fullmatch(expiry.strip())
    if found is None:
        return 422, "card expiry not understood: write MM/YY"
    month = int(found["m"] or found["m2"])
    year = int(found["y"] or found["y2"])
    year += 2000 if year < 100 else 0
    if not 1 <= month <= 12:
        return 422, "card expiry not understood: write MM/YY"
    if not re.fullmatch(r"\d{3,4}", code.strip()):
        return 422, "card security code not understood: 3 or 4 digits"
    if re.sub(r"[\s-]", "", number) not in TEST_CARDS:
        return 402, "card declined: the fake treasury takes published test cards only"
    if (year, month) < year_month:
        return 402, "card declined: it has expired"
    return None
