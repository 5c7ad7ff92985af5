"""Owns the field kind ``uuid``: ids whose first group is ``5e5e5e5e``, so that they can be told from real ones.

Knows nothing of what the id stands for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.personas.fields.nothing import no_settings
from hms_esr.personas.safe import Draw, make_uuid


class UuidField:
    """``case: uuid``."""

    uses: tuple[str, ...] = ()
    of_run = True

    def __init__(self, spec: Any, locale: str) -> None:
        no_settings("uuid", spec)

    def make(self, draw: Draw, person: Mapping[str, str]) -> str:
        """A version 4 UUID."""
        return make_uuid(draw(0), draw(1))
