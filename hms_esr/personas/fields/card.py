"""Owns the field kind ``card``: payment card numbers published for tests.

Knows nothing of payments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.personas.fields.nothing import no_settings
from hms_esr.personas.safe import Draw, make_card


class CardField:
    """``card_number: card``."""

    uses: tuple[str, ...] = ()

    def __init__(self, spec: Any, locale: str) -> None:
        no_settings("card", spec)

    def make(self, draw: Draw, person: Mapping[str, str]) -> str:
        """Digits without spaces."""
        return make_card(draw(0))
