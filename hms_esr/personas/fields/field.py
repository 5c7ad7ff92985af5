"""Owns what a field of a persona is.

Knows nothing of which kinds there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from hms_esr.personas.safe import Draw


class Field(Protocol):
    """One field of a template.

    Made once from what the file writes under its kind (``spec``) and the template's Faker locale; ValueError, in a
    sentence, for what it cannot take. A class attribute ``of_run = True`` marks identifiers that differ between runs
    under ``identity: per_run``.
    """

    uses: tuple[str, ...]
    """Names of the fields it reads."""

    def __init__(self, spec: Any, locale: str) -> None: ...

    def make(self, draw: Draw, person: Mapping[str, str]) -> str:
        """The value of one person: a pure function of ``draw(0)``, ``draw(1)``, … (64-bit numbers) and other fields."""
        ...
