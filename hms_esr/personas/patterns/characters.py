"""Owns sets of characters as ranges of code points: classes, complements, Unicode properties, what people type.

Knows nothing of patterns.
"""

from __future__ import annotations

import string
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

Ranges = tuple[tuple[int, int], ...]
"""First and last code points, in order, none touching the next."""

_LAST = 0x10FFFF
_SCANNED = 0x20000
"""Properties are looked up below this code point; what lies above nobody types into a form."""
_TYPED = (
    frozenset(map(ord, string.ascii_letters + string.digits)),
    frozenset(map(ord, "-_.!#$%&*+/:=?@^~")),
    frozenset(range(0x21, 0x7F)),
    frozenset((0x20,)),
)


def joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The union of ranges in any order."""
    made: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if made and first <= made[-1][1] + 1:
            made[-1] = made[-1][0], max(made[-1][1], last)
        else:
            made.append((first, last))
    return tuple(made)


def complement(ranges: Ranges) -> Ranges:
    """Every character that is not in ``ranges``."""
    made, at = [], 0
    for first, last in ranges:
        if at < first:
            made.append((at, first - 1))
        at = last + 1
    return (*made, (at, _LAST)) if at <= _LAST else tuple(made)


def common(one: Ranges, other: Ranges) -> Ranges:
    """Characters in both."""
    return complement(joined((*complement(one), *complement(other))))


def of(text: str) -> Ranges:
    """The characters of ``text``."""
    return joined((ord(letter), ord(letter)) for letter in text)


def has(ranges: Ranges, letter: str) -> bool:
    """Whether a character is in the set."""
    code = ord(letter)
    at = bisect_right(ranges, (code, _LAST)) - 1
    return at >= 0 and ranges[at][1] >= code


DIGITS = of(string.digits)
WORD = of(string.ascii_letters + string.digits + "_")
SPACE = joined((*of("\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"), (0x2000, 0x200A)))
ANY = complement(of("\n\r\u2028\u2029"))


@lru_cache(maxsize=256)
def typed(ranges: Ranges) -> str:
    """Characters of the set that a person would type, best kind only: letters and digits, signs, others; may be ''."""
    for wanted in _TYPED:
        found = "".join(
            chr(code) for first, last in ranges for code in range(first, min(last, 0x7E) + 1) if code in wanted
        )
        if found:
            return found
    others = (
        chr(code) for first, last in ranges for code in range(max(first, 0xA1), min(last, max(first, 0xA1) + 60) + 1)
    )
    return "".join(letter for letter in others if letter.isprintable())[:60]


@lru_cache(maxsize=64)
def property_ranges(name: str) -> Ranges:
    r"""Characters of a Unicode property as in ``\p{…}``: a general category or a script; ValueError for another."""
    kind, equals, value = name.partition("=")
    if not equals:
        kind, value = "gc", name
    if kind in ("gc", "General_Category"):
        value = _CATEGORIES.get(value, value)
        if value == "Any":
            return ((0, _LAST),)
        if value == "ASCII":
            return ((0, 0x7F),)
        if value in ("Alphabetic", "Alpha"):
            value = "L"
        if value in ("Uppercase", "Upper", "Lowercase", "Lower"):
            value = f"L{value[0].lower()}"
        if value in ("White_Space", "space"):
            return SPACE
        found = joined((first, last) for first, last, category in _runs() if category.startswith(value))
    elif kind in ("Script", "sc", "Script_Extensions", "scx"):
        word = f"{_SCRIPTS.get(value, value).upper()} "
        letters = (code for first, last in property_ranges("L") for code in range(first, last + 1))
        found = joined((code, code) for code in letters if unicodedata.name(chr(code), "").startswith(word))
    else:
        found = ()
    if not found:
        raise ValueError(f"unknown property {name}")
    return found


@lru_cache(maxsize=1)
def _runs() -> tuple[tuple[int, int, str], ...]:
    """Characters one after another of one general category: first, last, category."""
    found: list[tuple[int, int, str]] = []
    for code in range(_SCANNED):
        category = unicodedata.category(chr(code))
        if found and found[-1][2] == category:
            found[-1] = found[-1][0], code, category
        else:
            found.append((code, code, category))
    return tuple(found)


_SCRIPTS = {"Latn": "Latin", "Grek": "Greek", "Cyrl": "Cyrillic", "Han": "CJK", "Hani": "CJK", "Arab": "Arabic"}
_CATEGORIES = {
    "Letter": "L",
    "Uppercase_Letter": "Lu",
    "Lowercase_Letter": "Ll",
    "Mark": "M",
    "Number": "N",
    "Decimal_Number": "Nd",
    "Punctuation": "P",
    "Symbol": "S",
    "Separator": "Z",
    "Space_Separator": "Zs",
    "Other": "C",
}
