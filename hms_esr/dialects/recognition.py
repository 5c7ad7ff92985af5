"""Owns telling which dialect a file is written in.

Knows nothing of what a dialect makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.dialects import DIALECTS


def dialect_of(data: Mapping[str, Any]) -> str:
    """Name of the dialect ``data`` is written in: the first that recognizes it, ``canonical`` when none does."""
    for name in DIALECTS.names():
        if name != "canonical" and DIALECTS.get(name).recognizes(data):
            return name
    return "canonical"
