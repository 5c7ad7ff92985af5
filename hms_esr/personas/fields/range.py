"""Owns the field kind ``range``: whole numbers, decimals or dates between two ends, both included.

Knows nothing of what is counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from hms_esr.personas.safe import Draw, below
from hms_esr.schema.types import as_text

_EXAMPLE = "range takes min and max (and step), such as {min: 1, max: 500} or {min: 1990-01-01, max: 2005-12-31}"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class RangeField:
    """``{range: {min: 40, max: 4000, step: 10}}``; a step counts in units for numbers, in days for dates."""

    uses: tuple[str, ...] = ()

    def __init__(self, spec: Any, locale: str) -> None:
        if not isinstance(spec, Mapping) or not {"min", "max"} <= set(spec) <= {"min", "max", "step"}:
            raise ValueError(f"{_EXAMPLE}, found {spec!r}")
        low, high = _end(spec["min"]), _end(spec["max"])
        self._dates = isinstance(low, date)
        if isinstance(low, date) != isinstance(high, date):
            raise ValueError(f"min and max are two numbers or two dates, found {spec['min']} and {spec['max']}")
        self._low = Decimal(low.toordinal()) if isinstance(low, date) else low
        high_number = Decimal(high.toordinal()) if isinstance(high, date) else high
        step = _end(spec["step"]) if "step" in spec else _smallest(self._low, high_number)
        if isinstance(step, date) or step <= 0 or (self._dates and step != int(step)):
            raise ValueError(f"step is a number over 0 (of whole days for dates), found {spec['step']}")
        if high_number < self._low:
            raise ValueError(f"max {spec['max']} is below min {spec['min']}")
        self._step = step
        self._count = int((high_number - self._low) / step) + 1
        whole = self._low == int(self._low) and step == int(step)
        self._whole = (int(self._low), int(step)) if whole else None

    def make(self, draw: Draw, person: Mapping[str, str]) -> str:
        """A number as it would be written, or an ISO date."""
        index = below(draw(0), self._count)
        if self._whole is None:
            return str(self._low + index * self._step)
        value = self._whole[0] + index * self._whole[1]
        return date.fromordinal(value).isoformat() if self._dates else str(value)

    def typed(self, text: str) -> int | float | str:
        """A number of :meth:`make` as a number; a date stays text."""
        if self._dates:
            return text
        return float(text) if self._whole is None else int(text)


def _end(value: Any) -> Decimal | date:
    text = value.isoformat() if isinstance(value, date) else as_text(value)
    if not isinstance(text, str) or len(text) > 20 or isinstance(value, bool):
        raise ValueError(f"{_EXAMPLE}, found {value!r}")
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        number = Decimal(text)
    except (ValueError, InvalidOperation):
        raise ValueError(f"'{text}' is neither a number nor a date; {_EXAMPLE}") from None
    if not number.is_finite() or abs(number) >= 10**15 or Decimal(str(number.as_tuple().exponent)) < -9:
        raise ValueError(f"'{text}' is not a number below 10^15 with at most 9 decimals")
    return number


def _smallest(low: Decimal, high: Decimal) -> Decimal:
    """1 for whole ends, else one unit of the last decimal written."""
    decimals = max(-int(low.as_tuple().exponent), -int(high.as_tuple().exponent), 0)
    return Decimal(1).scaleb(-decimals)
