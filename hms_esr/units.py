"""Owns the reading and writing of quantities people type: durations, sizes, shares.

The only module that parses ``"250ms"``; knows nothing of what a quantity is for.
"""

from __future__ import annotations

import re
from decimal import Decimal

_DURATION_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d)")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%?")
_LONGEST_S = 3660 * 86400.0


def duration_s(text: str) -> float:
    """Seconds meant by ``text``: ``250ms``, ``30s``, ``5m``, ``1h30m``, ``2d``; ``0`` needs no unit.

    Raises ValueError, with what is allowed, for anything else (no unit, negative, over ten years).
    """
    text = text.strip()
    if text in ("0", "0.0"):
        return 0.0
    total, at = 0.0, 0
    for part in _DURATION_PART.finditer(text):
        if part.start() != at:
            break
        total += float(part[1]) * _DURATION_S[part[2]]
        at = part.end()
    if at != len(text) or not text:
        raise ValueError(f"{text!r} is not a duration; write a number and a unit such as 250ms, 30s, 5m, 1h30m or 2d")
    if total > _LONGEST_S:
        raise ValueError(f"{text!r} is longer than ten years")
    return total


def duration_text(seconds: float) -> str:
    """The shortest exact form that :func:`duration_s` reads back: ``90 -> 1m30s``, ``0.25 -> 250ms``."""
    if seconds == 0:
        return "0s"
    left_ms = round(seconds * 1000)
    parts = []
    for unit, size_ms in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left_ms = divmod(left_ms, size_ms)
        if count and not (unit == "d" and left_ms):
            parts.append(f"{count}{unit}")
        elif count:
            left_ms += count * size_ms
    text = "".join(parts)
    return text if text and duration_s(text) == seconds else f"{Decimal(repr(float(seconds))):f}s"


def share(text: str) -> float:
    """A share from ``1%`` (0.01) or ``0.01``; raises ValueError outside 0 to 1."""
    text = text.strip()
    if not _SHARE.fullmatch(text):
        raise ValueError(f"{text!r} is not a share; write 1% or 0.01")
    value = float(text.rstrip("% ")) / (100 if text.endswith("%") else 1)
    if not 0 <= value <= 1:
        raise ValueError(f"{text!r} is outside 0% to 100%")
    return value
