"""Owns the canonical form seen as a dialect: nothing is translated.

Knows nothing of its rules; the model has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.dialects.translation import Translation

_HALF = {
    "scenario": "a flight plan has scenario and steps; the canonical form has a name",
    "users": "a fire drill has users and script; the canonical form has a load",
    "script": "a fire drill has users and script; the canonical form has journeys with steps",
    "personas": "a flight plan has scenario, steps and personas; the canonical form has a load",
    "steps": "a flight plan has scenario and steps; in the canonical form a journey has steps",
}


class Canonical:
    """``name``, ``load``, ``journeys``, ``checks`` …: the form every other dialect becomes."""

    @staticmethod
    def recognizes(data: Mapping[str, Any]) -> bool:
        """Whatever has a name."""
        return "name" in data

    @staticmethod
    def translate(data: Mapping[str, Any]) -> Translation:
        """The same; a key that makes a dialect only together with another is answered with the other."""
        result = Translation({key: value for key, value in data.items() if key not in _HALF})
        for key in data:
            if key in _HALF:
                result.wrong((key,), f"'{key}' alone is no dialect: {_HALF[key]}", key=True)
        return result
