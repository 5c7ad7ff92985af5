"""Owns the field kind ``phone``: numbers from 555-0100 to 555-0199, which are kept for fiction.

Knows nothing of whose number it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.personas.safe import Draw, make_any_phone, make_phone


class PhoneField:
    """``office_phone: phone`` (an area code of any state) or ``{phone: {area_code: 515}}``."""

    uses: tuple[str, ...] = ()

    def __init__(self, spec: Any, locale: str) -> None:
        self._area_code = 0
        if spec in (None, {}, True):
            return
        if not isinstance(spec, Mapping) or set(spec) != {"area_code"}:
            raise ValueError(f"phone takes area_code or nothing, such as {{phone: {{area_code: 515}}}}, found {spec!r}")
        code = str(spec["area_code"])
        if not (len(code) == 3 and code.isascii() and code.isdigit() and code[0] > "1"):
            raise ValueError(f"area_code is three digits, the first 2 to 9, such as 515, found {spec['area_code']!r}")
        self._area_code = int(code)

    def make(self, draw: Draw, person: Mapping[str, str]) -> str:
        """``515-555-0142``."""
        return make_phone(draw(0), self._area_code) if self._area_code else make_any_phone(draw(0))
