"""Owns the canonical form seen as a dialect: nothing is translated.

Knows nothing of its rules; the model has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.dialects.translation import Translation


class Canonical:
    """``name``, ``load``, ``journeys``, ``checks`` …: the form every other accent becomes."""

    @staticmethod
    def recognizes(data: Mapping[str, Any]) -> bool:
        """Whatever has a name."""
        return "name" in data

    @staticmethod
    def translate(data: Mapping[str, Any]) -> Translation:
        """The same."""
        return Translation(dict(data))
