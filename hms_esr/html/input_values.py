"""Owns what a control makes of a value it is given: HTML standard, "value sanitization algorithm", and ``maxlength``.

Knows nothing of pages or of who fills.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from datetime import date
from decimal import Decimal, InvalidOperation

from hms_esr.html.css_color import html_color
from hms_esr.html.tree import SPACE

TYPED = frozenset(("text", "search", "tel", "url", "email", "password", "textarea"))
"""Kinds whose ``maxlength`` counts."""
STRICT = {
    "number": "a number such as 12.5",
    "range": "a number such as 12.5",
    "color": "a color such as #0080ff",
    "date": "YYYY-MM-DD",
    "month": "YYYY-MM",
    "week": "YYYY-Www",
    "time": "HH:MM",
    "datetime-local": "YYYY-MM-DDTHH:MM",
}
"""Kinds that take values of one form alone, and that form as a person is told."""
QUICK = {
    "number": re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?").fullmatch,
    "date": re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])").fullmatch,
    "month": re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])").fullmatch,
    "time": re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]").fullmatch,
    "email": re.compile(r"[!-~]*").fullmatch,
    "url": re.compile(r"[!-~]*").fullmatch,
}
"""What matches most values that stay as they are."""
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_MONTH = re.compile(r"(\d{4,})-(\d\d)", re.ASCII)
_WEEK = re.compile(r"(\d{4,})-W(\d\d)", re.ASCII)
_DATE = re.compile(r"(\d{4,})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?", re.ASCII)
_LAST_YEAR = 275760
_LARGEST = Decimal(2) ** 1024


def sanitized(kind: str, value: str, *, minimum: str = "", maximum: str = "", step: str = "", first: str = "") -> str:
    """What a control of ``kind`` has for a value after being given ``value``; ``first`` is its value attribute.

    ``kind`` ``emails`` is ``email`` with ``multiple``.
    """
    if kind in ("text", "search", "tel", "password"):
        return value.replace("\r", "").replace("\n", "")
    if kind in ("url", "email"):
        return value.replace("\r", "").replace("\n", "").strip(SPACE)
    if kind == "emails":
        return ",".join(part.strip(SPACE) for part in value.replace("\r", "").replace("\n", "").split(","))
    if kind == "textarea":
        return value.replace("\r\n", "\n").replace("\r", "\n")
    if kind == "number":
        return value if number(value) is not None else ""
    if kind == "range":
        return _range(value, minimum, maximum, step, first)
    if kind == "color":
        return html_color(value)
    if kind == "datetime-local":
        return _local(value)
    valid = {"date": _is_date, "month": _is_month, "week": _is_week, "time": _is_time}.get(kind)
    return value if valid is None or valid(value) else ""


def number(text: str) -> Decimal | None:
    """A valid floating-point number (HTML standard); None for anything else."""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        made = Decimal(text)
    except InvalidOperation:
        return None
    return made if abs(made) < _LARGEST else None


def plain(value: Decimal) -> str:
    """A number as Chromium writes it: no zeros at the end of a fraction, an exponent only where it was written."""
    text = str(value).lower()
    if "." in text and "e" not in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


_MOST_DIGITS = 9
"""A limit with more digits limits nothing."""


def limited(text: str, most: str) -> str:
    """``text`` cut to a ``maxlength`` (UTF-16 units), never inside a letter."""
    digits = re.match(r"[ \t\n\f\r]*\+?0*(\d+)", most, re.ASCII)
    if digits is None or len(digits[1]) > _MOST_DIGITS or len(text) * 2 <= int(digits[1]):
        return text
    left, kept = int(digits[1]), []
    for letter in text:
        left -= 2 if letter > "\uffff" else 1
        if left < 0:
            break
        kept.append(letter)
    return "".join(kept)


def _range(value: str, minimum: str, maximum: str, step: str, first: str) -> str:
    least = number(minimum)
    low = Decimal(0) if least is None else least
    high = number(maximum)
    high = Decimal(100) if high is None else high
    high = max(high, low)
    given = at = number(value)
    at = low + (high - low) / 2 if at is None else min(max(at, low), high)
    if step.lower() != "any":
        by = number(step)
        by = Decimal(1) if by is None or by <= 0 else by
        base = least if least is not None else number(first) or Decimal(0)
        at = base + ((at - base) / by + Decimal("0.5")).to_integral_value("ROUND_FLOOR") * by
        if at > high:
            at -= by
        if at < low:
            at += by
        at = at if at <= high else low
    return plain(given if given is not None and given == at and least is None else at)


def _is_month(text: str) -> bool:
    found = _MONTH.fullmatch(text)
    return bool(found) and 1 <= int(found[1]) <= _LAST_YEAR and 1 <= int(found[2]) <= 12  # type: ignore[index]


def _is_week(text: str) -> bool:
    found = _WEEK.fullmatch(text)
    return bool(found) and 1 <= int(found[1]) <= _LAST_YEAR and 1 <= int(found[2]) <= _weeks(int(found[1]))  # type: ignore[index]


def _weeks(year: int) -> int:
    """Weeks of a year (ISO 8601)."""
    same = year % 400 + 2000  # the calendar repeats after 400 years
    return date(same, 12, 28).isocalendar()[1]


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    if not found or not 1 <= int(found[1]) <= _LAST_YEAR or not 1 <= int(found[2]) <= 12:
        return False
    year = int(found[1])
    days = monthrange(2000 if isleap(year) else 2001, int(found[2]))[1]
    return 1 <= int(found[3]) <= days


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    return bool(found) and int(found[1]) < 24 and int(found[2]) < 60 and int(found[3] or 0) < 60  # type: ignore[index]


def _local(text: str) -> str:
    """Date and time with ``T`` between them and no needless seconds; empty when it is no valid one."""
    day, time = text[: text.find(":") - 3], text[text.find(":") - 2 :]
    mark = text[len(day) : len(day) + 1]
    if ":" not in text or mark not in ("T", " ") or not _is_date(day) or not _is_time(time):
        return ""
    found = _TIME.fullmatch(time)
    assert found is not None
    part = (found[4] or "").rstrip("0")
    seconds = f":{found[3]}.{part}" if part else f":{found[3]}" if found[3] not in (None, "00") else ""
    return f"{day}T{found[1]}:{found[2]}{seconds}"
