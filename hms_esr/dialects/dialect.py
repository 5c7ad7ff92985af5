"""Owns what a dialect is: it recognizes a file and translates it.

Knows nothing of which dialects there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from hms_esr.dialects.translation import Translation


class Dialect(Protocol):
    """One dialect."""

    @staticmethod
    def recognizes(data: Mapping[str, Any]) -> bool:
        """Whether a file with these keys is written in it."""
        ...

    @staticmethod
    def translate(data: Mapping[str, Any]) -> Translation:
        """The same in canonical form, with the way back to each place and the dialect's own mistakes."""
        ...
