"""Owns what a probe is: a name that finds one figure among those the target's sensors reported.

Knows nothing of how sensors are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

Seen = Mapping[str, Mapping[str, float]]
"""Sensor → gauge → last value reported."""


class Probe(Protocol):
    """One kind of probe. Classes are made without arguments."""

    def find(self, name: str, seen: Seen) -> float | None:
        """The figure called ``name``; None when it is not among those seen."""
        ...
