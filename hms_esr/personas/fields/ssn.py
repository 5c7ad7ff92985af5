"""Owns the field kind ``ssn``: Social Security numbers from areas that were never issued.

Knows nothing of whose number it is. Source: SSA, "Social Security Number Randomization" (000, 666, 900–999 unassigned).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.personas.fields.nothing import no_settings
from hms_esr.personas.safe import Draw, make_ssn


class SsnField:
    """``spouse_ssn: ssn``."""

    uses: tuple[str, ...] = ()

    def __init__(self, spec: Any, locale: str) -> None:
        no_settings("ssn", spec)

    def make(self, draw: Draw, person: Mapping[str, str]) -> str:
        """``9xx-01-0001`` to ``9xx-49-9999``."""
        return make_ssn(draw(0))
