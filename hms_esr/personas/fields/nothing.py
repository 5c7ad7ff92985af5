"""Owns the check that a field which takes no settings was given none.

Knows nothing of the fields.
"""

from __future__ import annotations

from typing import Any


def no_settings(kind: str, spec: Any) -> None:
    """ValueError when something stands under a kind that takes nothing."""
    if spec not in (None, {}, True):
        raise ValueError(f"{kind} takes no settings, found {spec!r}; write just '{kind}'")
