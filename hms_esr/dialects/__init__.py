"""Owns the dialects scenario files are written in: one file each, one line each in this table.

Knows nothing of the model's rules: a dialect only translates. Entry point group: ``hms_esr.dialects``.
"""

from __future__ import annotations

from hms_esr.dialects.dialect import Dialect
from hms_esr.dialects.translation import Translation
from hms_esr.registry import Registry

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

__all__ = ["DIALECTS", "Dialect", "Translation"]
