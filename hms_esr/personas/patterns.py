"""Owns the simple part of HTML's ``pattern`` attribute: rows of characters and classes with counts.

Knows nothing of forms. A page's pattern is never given to ``re``: a stranger's expression may take for ever.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

from hms_esr.personas.safe import Draw, below

_TOKEN = re.compile(
    r"(\\d|\\w|\\.|\\-|\\/|\\\(|\\\)|\[[^\]\[^\\]+\]|[A-Za-z0-9 _,;:@#/-]|\.)(\{\d{1,2}(?:,\d{0,2})?\}|[?+*])?"
)
_MOST = 12
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Part:
    """Between ``least`` and ``most`` of the characters in ``allowed``."""

    allowed: str
    least: int
    most: int


def read_pattern(pattern: str) -> tuple[Part, ...] | None:
    r"""Parts of a pattern such as ``[A-Z]\d{8}``; None for anything that is not a plain row of classes with counts."""
    pattern = pattern.removeprefix("^").removesuffix("$")
    if not pattern or len(pattern) > _LONGEST:
        return None
    parts, at = [], 0
    for token in _TOKEN.finditer(pattern):
        if token.start() != at:
            return None
        at = token.end()
        allowed = _allowed(token[1])
        least, most = _count(token[2])
        if not allowed or most < least:
            return None
        parts.append(Part(allowed, least, most))
    return tuple(parts) if at == len(pattern) else None


def fits(parts: tuple[Part, ...], text: str) -> bool:
    """Whether ``text`` is such a row, read greedily from the left."""
    at = 0
    for part in parts:
        taken = 0
        while taken < part.most and at < len(text) and text[at] in part.allowed:
            taken, at = taken + 1, at + 1
        if taken < part.least:
            return False
    return at == len(text)


def made_for(parts: tuple[Part, ...], draw: Draw) -> str:
    """A text of the least length that fits (at least one character), drawn."""
    made: list[str] = []
    for part in parts:
        for _ in range(part.least or (1 if len(parts) == 1 and part.most else 0)):
            made.append(part.allowed[below(draw(100 + len(made)), len(part.allowed))])
    return "".join(made)


def _allowed(token: str) -> str:
    if token == r"\d":
        return string.digits
    if token in (r"\w", "."):
        return string.ascii_lowercase + string.digits
    if token[0] == "\\":
        return token[1]
    if token[0] != "[":
        return token
    inside, found = token[1:-1].replace(r"\d", "0-9"), ""
    while inside:
        if len(inside) > 2 and inside[1] == "-":
            found += "".join(map(chr, range(ord(inside[0]), ord(inside[2]) + 1))) if inside[2].isascii() else ""
            inside = inside[3:]
        else:
            found, inside = found + inside[0], inside[1:]
    return "".join(dict.fromkeys(found))


def _count(token: str | None) -> tuple[int, int]:
    if token is None:
        return 1, 1
    if token in "?+*":
        return {"?": (0, 1), "+": (1, _MOST), "*": (0, _MOST)}[token]
    least, comma, most = token[1:-1].partition(",")
    return int(least), (int(most) if most else int(least) if not comma else max(_MOST, int(least)))
