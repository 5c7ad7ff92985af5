"""Owns the accents scenario files are written in: one file each, one line each in this table.

Knows nothing of the model's rules: a dialect only translates. Entry point group: ``hms_esr.dialects``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from hms_esr.dialects.translation import Translation
from hms_esr.registry import Registry


class Dialect(Protocol):
    """One accent."""

    @staticmethod
    def recognizes(data: Mapping[str, Any]) -> bool:
        """Whether a file with these keys is written in it."""
        ...

    @staticmethod
    def translate(data: Mapping[str, Any]) -> Translation:
        """The same in canonical form, with the way back to each place and the accent's own mistakes."""
        ...


DIALECTS: Registry[type[Dialect]] = Registry(
    "dialect",
    {
        "flight_plan": "hms_esr.dialects.flight_plan:FlightPlan",
        "fire_drill": "hms_esr.dialects.fire_drill:FireDrill",
        "load_table": "hms_esr.dialects.load_table:LoadTable",
        "what_if": "hms_esr.dialects.what_if:WhatIf",
        "canonical": "hms_esr.dialects.canonical:Canonical",
    },
)


def dialect_of(data: Mapping[str, Any]) -> str:
    """Name of the dialect ``data`` is written in: the first that recognizes it, ``canonical`` when none does."""
    for name in DIALECTS.names():
        if name != "canonical" and DIALECTS.get(name).recognizes(data):
            return name
    return "canonical"


__all__ = ["DIALECTS", "Dialect", "Translation", "dialect_of"]
