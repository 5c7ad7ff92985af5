"""Owns identifiers that can never be a real person's: how they are made, and how a text is told to hold another.

Knows nothing of templates or persons. Numbers drawn come in as arguments (64 bits each).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from hms_esr.personas.states import STATES

Draw = Callable[[int], int]
"""``draw(i)`` is the i-th 64-bit number of one value; the same ``i`` gives the same number."""

EMAIL_DOMAIN = "people.test"
TEST_CARDS = (
    "4242424242424242",
    "4111111111111111",
    "4012888888881881",
    "5555555555554444",
    "5105105105105100",
    "2223003122003222",
    "378282246310005",
    "371449635398431",
    "6011111111111117",
    "6011000990139424",
    "3056930009020004",
    "3566002020360505",
)
"""Card numbers that payment providers publish for tests; no bank has issued them."""
CARD_EXPIRY = "12/34"
CARD_CODE = "123"

_ITIN_GROUPS = frozenset([*range(50, 66), *range(70, 89), 90, 91, 92, *range(94, 100)])
_ATIN_GROUP = 93
_SAFE_HOST = re.compile(r"(?:.+\.)?(?:test|example|invalid|example\.(?:com|org|net))", re.IGNORECASE)
_MAY_IDENTIFY = re.compile(r"[@\d]")
_EMAIL = re.compile(r"([\w.+%-]+)@((?:[\w-]+\.)+[\w-]+)")
_SSN = re.compile(r"(?<![\d-])(\d{3})-(\d{2})-(\d{4})(?![\d-])")
_PHONE = re.compile(r"(?<![\w-])(?:\+?1[-. ]?)?\(?([2-9]\d\d)\)?[-. ]?([2-9]\d\d)[-. ](\d{4})(?!\d)")
_CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")


def below(number: int, count: int) -> int:
    """An index in [0, count) from a 64-bit number."""
    return number * count >> 64


def make_uuid(first: int, second: int) -> str:
    """A version 4 UUID from two 64-bit numbers; its first group is always ``5e5e5e5e``."""
    middle = f"{second >> 48:04x}-4{second >> 36 & 0xFFF:03x}-8{second >> 24 & 0xFFF:03x}"
    return f"5e5e5e5e-{middle}-{first & 0xFFFFFFFFFFFF:012x}"


def make_ssn(number: int) -> str:
    """A Social Security number of areas 900–999, groups 01–49: never issued, and not used for ITIN or ATIN."""
    serial = below(number, 100 * 49 * 9999)
    rest, last = divmod(serial, 9999)
    area, group = divmod(rest, 49)
    return f"{900 + area}-{group + 1:02d}-{last + 1:04d}"


def make_phone(number: int, area_code: int) -> str:
    """``515-555-0142``: line numbers 555-0100 to 555-0199 are kept for fiction."""
    return f"{area_code}-555-{100 + below(number, 100):04d}"


def make_any_phone(number: int) -> str:
    """A telephone number of any state."""
    return make_phone(number << 8 & (1 << 64) - 1, STATES[below(number, len(STATES))].area_code)


def make_card(number: int) -> str:
    """One of the published test cards."""
    return TEST_CARDS[below(number, len(TEST_CARDS))]


def safe_domain(host: str) -> bool:
    """Whether mail to ``host`` reaches nobody: .test, .example, .invalid and example.com, .org, .net (RFC 2606)."""
    return _SAFE_HOST.fullmatch(host) is not None


def safe_ssn(area: int, group: int, serial: int) -> bool:
    """Whether a Social Security number of these parts was never issued to anybody."""
    if group == 0 or serial == 0 or area in (0, 666):
        return True
    return area >= 900 and group not in _ITIN_GROUPS and group != _ATIN_GROUP


def luhn(digits: str) -> bool:
    """Whether ``digits`` carry a payment card's check digit."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def made_safe(text: str, draw: Draw) -> str:
    """``text`` with every SSN, telephone number, e-mail address and card that could be real replaced by a safe one.

    Recognizes the written forms (``123-45-6789``, ``(515) 555-1234``, ``a@b.com``, 13 to 19 digits with a check digit);
    bare digits of another length cannot be told from any number.
    """
    if not _MAY_IDENTIFY.search(text):
        return text
    if _EMAIL.search(text):
        text = _EMAIL.sub(lambda m: m[0] if safe_domain(m[2]) else f"{m[1]}@{EMAIL_DOMAIN}", text)
    if _CARD.search(text):
        text = _CARD.sub(lambda m: _safe_card(m[0], draw), text)
    if _SSN.search(text):
        text = _SSN.sub(lambda m: m[0] if safe_ssn(int(m[1]), int(m[2]), int(m[3])) else make_ssn(draw(1001)), text)
    if _PHONE.search(text):
        text = _PHONE.sub(lambda m: m[0] if _safe_phone(m) else make_phone(draw(1002), int(m[1])), text)
    return text


def _safe_card(found: str, draw: Draw) -> str:
    digits = re.sub(r"\D", "", found)
    if not luhn(digits) or digits in TEST_CARDS or not digits.strip("0"):
        return found
    return make_card(draw(1003))


def _safe_phone(found: re.Match[str]) -> bool:
    return found[2] == "555" and 100 <= int(found[3]) <= 199


def real_looking(text: str) -> str:
    """Why ``text`` may name a real person, as half a sentence with the cure; empty when it does not."""
    safe = made_safe(text, lambda _: 0)
    if safe == text:
        return ""
    return (
        f"{text!r} could be a real person's e-mail, telephone, Social Security or card number; "
        "use the kinds email, phone, ssn or card, which make only numbers nobody has"
    )
