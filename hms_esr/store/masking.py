"""Owns what is put in the place of secrets before anything is written.

Knows nothing of where secrets come from or of files.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

MASKED = "***"
SHORTEST = 4
"""Characters a secret needs to be told from ordinary text; shorter ones are not looked for."""


class Mask:
    """Replaces every occurrence of every secret; longer ones first, so that no rest of one is left."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        self._secrets = sorted({one for one in secrets if len(one) >= SHORTEST}, key=lambda one: (-len(one), one))

    def text(self, text: str) -> str:
        """``text`` without secrets."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, MASKED)
        return text

    def whole(self, value: Any, key: str = "") -> Any:
        """The same for every text in mappings and lists; keys, and names under ``name``, stay as they are."""
        if isinstance(value, str):
            return value if key == "name" else self.text(value)
        if isinstance(value, Mapping):
            return {inner: self.whole(one, str(inner)) for inner, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.whole(one) for one in value]
        return value
