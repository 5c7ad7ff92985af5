"""Owns the journal of faults: what was intended, where, and that its end was seen; on disk before the deed.

Knows nothing of how faults are carried out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class OpenFault:
    """A fault whose end nobody has seen. ``fault_id`` is empty when only the intent was written."""

    ref: str
    url: str
    fault_id: str
    service: str


class Journal:
    """Append-only lines of JSON in ``path``, each forced to disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, state: str, ref: str, **details: Any) -> None:
        """One line: ``intended``, ``on`` or ``closed``. OSError when it cannot be written."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"state": state, "ref": ref} | details) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def open_faults(self) -> list[OpenFault]:
        """Faults that were begun and not closed; a torn last line is passed over. OSError when it cannot be read."""
        left: dict[str, OpenFault] = {}
        for line in self._lines():
            ref = str(line.get("ref", ""))
            if line.get("state") == "closed":
                left.pop(ref, None)
                continue
            before = left.get(ref, OpenFault(ref, "", "", ""))
            left[ref] = OpenFault(
                ref,
                str(line.get("url", before.url)),
                str(line.get("fault_id", before.fault_id)),
                str(line.get("service", before.service)),
            )
        return list(left.values())

    def _lines(self) -> Iterator[dict[str, Any]]:
        if not self.path.exists():
            return
        for text in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                line = json.loads(text)
            except (ValueError, RecursionError):
                continue
            if isinstance(line, dict):
                yield line
