"""Owns finding the figure a scenario names: every kind of probe is asked.

Knows nothing of how sensors are read.
"""

from __future__ import annotations

from hms_esr.probes import PROBES
from hms_esr.probes.probe import Seen


def figure(name: str, seen: Seen) -> float | None:
    """The figure called ``name``, from the first kind that finds it; None when none does."""
    for kind in PROBES.names():
        value = PROBES.get(kind)().find(name, seen)
        if value is not None:
            return value
    return None
