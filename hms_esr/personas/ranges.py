"""Owns what ``min``, ``max`` and ``step`` allow: numbers, days, months, weeks, times, as HTML counts them.

Knows nothing of names. Each kind counts in its own unit from its own zero (HTML, "valueAsNumber", step base).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from functools import lru_cache

from hms_esr.personas.safe import Draw, below

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d\d)", re.ASCII)
_WEEK = re.compile(r"(\d{4})-W(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?", re.ASCII)
_LONGEST = 40
_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_WEEK = date(1969, 12, 29).toordinal()


def decimal_of(text: str) -> Decimal | None:
    """A number from a page, of sensible size and at most 20 decimals; None otherwise."""
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if abs(number) >= 10**18 or int(number.as_tuple().exponent) < -20:
        return None
    return number


def day_of(text: str) -> date | None:
    """The day of an ISO date or date and time; None for another text."""
    found = _DAY.match(text.strip())
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _days(text: str) -> Decimal | None:
    day = day_of(text) if _DAY.fullmatch(text) else None
    return None if day is None else Decimal(day.toordinal() - _EPOCH)


def _months(text: str) -> Decimal | None:
    found = _MONTH.fullmatch(text)
    if not found or not 1 <= int(found[2]) <= 12 or found[1] == "0000":
        return None
    return Decimal((int(found[1]) - 1970) * 12 + int(found[2]) - 1)


def _weeks(text: str) -> Decimal | None:
    found = _WEEK.fullmatch(text)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        return None
    return None if monday is None else Decimal((monday.toordinal() - _FIRST_WEEK) // 7)


def _times(text: str) -> Decimal | None:
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        return None
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)
    return Decimal(seconds * 1000 + int((found[4] or "0").ljust(3, "0")))


def _moments(text: str) -> Decimal | None:
    day, _, time = text.replace(" ", "T", 1).partition("T")
    days, at = _days(day), _times(time)
    return None if days is None or at is None else days * _DAY_MS + at


def _day_text(number: int) -> str:
    return date.fromordinal(min(max(number + _EPOCH, 1), date.max.toordinal())).isoformat()


def _month_text(number: int) -> str:
    return f"{1970 + number // 12:04d}-{number % 12 + 1:02d}"


def _week_text(number: int) -> str:
    year, week, _ = date.fromordinal(min(max(_FIRST_WEEK + 7 * number, 1), date.max.toordinal())).isocalendar()
    return f"{year:04d}-W{week:02d}"


def _time_text(number: int) -> str:
    minutes, rest_ms = divmod(number % _DAY_MS, 60_000)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    if rest_ms:
        text += f":{rest_ms // 1000:02d}" + (f".{rest_ms % 1000:03d}" if rest_ms % 1000 else "")
    return text


def _moment_text(number: int) -> str:
    return f"{_day_text(number // _DAY_MS)}T{_time_text(number)}"


@dataclass(frozen=True, slots=True)
class Scale:
    """How one kind of control counts. ``unit``: of the ``step`` attribute; ``usual``: first and last without ends.

    ``span`` is how far from one end values are drawn when the other is missing.
    """

    read: Callable[[str], Decimal | None]
    write: Callable[[int], str]
    step: Decimal
    unit: int
    usual: tuple[str, str]
    span: int
    goes_round: bool = False


SCALES = {
    "number": Scale(decimal_of, str, Decimal(1), 1, ("1", "100"), 99),
    "range": Scale(decimal_of, str, Decimal(1), 1, ("0", "100"), 100),
    "date": Scale(_days, _day_text, Decimal(1), 1, ("2025-01-01", "2025-12-31"), 364),
    "month": Scale(_months, _month_text, Decimal(1), 1, ("2025-01", "2025-12"), 11),
    "week": Scale(_weeks, _week_text, Decimal(1), 1, ("2025-W01", "2025-W52"), 51),
    "time": Scale(_times, _time_text, Decimal(60_000), 1000, ("08:00", "17:59"), 4 * 3_600_000, goes_round=True),
    "datetime-local": Scale(
        _moments, _moment_text, Decimal(60_000), 1000, ("2025-01-01T08:00", "2025-12-31T17:59"), 364 * _DAY_MS
    ),
}
"""By ``type``. A range without ``max`` ends at 100."""


def following(kind: str, text: str) -> str:
    """The value a step of its usual size after ``text``; of a text the day or number it is; else ``text`` itself."""
    for one in (kind,) if kind in SCALES else ("date", "number"):
        number = SCALES[one].read(text)
        if number is not None:
            after = number + SCALES[one].step
            return f"{after:f}" if SCALES[one].write is str else SCALES[one].write(int(after))
    return text


@dataclass(frozen=True, slots=True)
class ValueRange:
    """What one control allows. ``least`` and ``most`` are ends from elsewhere: they do not move the steps."""

    kind: str
    minimum: str = ""
    maximum: str = ""
    step: str = ""
    least: str = ""
    most: str = ""

    def allows(self, text: str) -> bool:
        """Whether a control of this kind takes ``text``."""
        scale = SCALES[self.kind]
        number = scale.read(text)
        if number is None:
            return False
        low, high = self.ends(scale)
        base, step = self.steps(scale)
        if step and (number - base) % step:
            return False
        if scale.goes_round and low is not None and high is not None and high < low:
            return number >= low or number <= high
        return (low is None or low <= number) and (high is None or number <= high)

    def value(self, draw: Draw) -> str | None:
        """A value drawn; None when nothing lies between the ends, or on a step."""
        return self._drawn(draw) or (replace(self, least="", most="")._drawn(draw) if self.least or self.most else None)

    def _drawn(self, draw: Draw) -> str | None:
        first, step, count = _allowed(self)
        if count < 1:
            return None
        number = first + below(draw(0), count) * step
        write = SCALES[self.kind].write
        return f"{number:f}" if write is str else write(int(number))

    def ends(self, scale: Scale) -> tuple[Decimal | None, Decimal | None]:
        """The nearer ends; those from elsewhere as far as the control's own leave room."""
        low, high = scale.read(self.minimum), scale.read(self.maximum)
        if self.kind == "range":
            low, high = low or Decimal(0), Decimal(100) if high is None else high
        least, most = scale.read(self.least), scale.read(self.most)
        if least is not None and (low is None or least > low):
            low = least if high is None else min(least, high)
        if most is not None and (high is None or most < high):
            high = most if low is None else max(most, low)
        return low, high

    def steps(self, scale: Scale) -> tuple[Decimal, Decimal]:
        """Where steps begin, and their size; 0 is ``any``."""
        step = decimal_of(self.step)
        size = Decimal(0) if self.step.strip().lower() == "any" else scale.step
        if step is not None and step > 0:
            size = step * scale.unit
            size = size if self.kind in ("number", "range") else Decimal(max(int(size), 1))
        return scale.read(self.minimum) or Decimal(0), size


@lru_cache(maxsize=2048)
def _allowed(limits: ValueRange) -> tuple[Decimal, Decimal, int]:
    """The first value, how far the next is from it, and how many there are; none is 0 or less."""
    scale = SCALES[limits.kind]
    low, high = limits.ends(scale)
    base, step = limits.steps(scale)
    if scale.goes_round and low is not None and high is not None and high < low:
        high = high + _DAY_MS if step and not _DAY_MS % step else Decimal(_DAY_MS - 1)
    low, high = _usual(scale, low, high)
    step = step or scale.step
    first = base + ((low - base) / step).to_integral_value(ROUND_CEILING) * step
    return first, step, int((high - first) / step) + 1 if high >= first else 0


def _usual(scale: Scale, low: Decimal | None, high: Decimal | None) -> tuple[Decimal, Decimal]:
    """Both ends: the usual ones where a control has none, or a span from the one it has."""
    first, last = scale.read(scale.usual[0]) or Decimal(0), scale.read(scale.usual[1]) or Decimal(0)
    if low is None and high is None:
        return first, last
    if low is None:
        assert high is not None
        return (first if high > first else high - scale.span), high
    if high is not None:
        return low, high
    end = low + scale.span
    return low, min(end, Decimal(_DAY_MS - 1)) if scale.goes_round else end
