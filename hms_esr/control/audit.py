"""Owns the audit log: one JSON line for every action and every refusal of one, only ever added to.

Knows nothing of what the actions do.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hms_esr.errors import EnvironmentProblem

NAME = "audit.jsonl"


class Audit:
    """``results/audit.jsonl``: ``{at, who, from, what, run, result, …}``."""

    def __init__(self, out: Path) -> None:
        self.path = out / NAME

    def note(self, who: str, what: str, run: str, result: str, **more: Any) -> None:
        """Add a line, whole or not at all. EnvironmentProblem when it cannot be kept: then nothing may be done."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "who": who, "what": what, "run": run, "result": result} | more
        text = json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        try:
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(file, text)
            finally:
                os.close(file)
        except OSError as error:
            raise EnvironmentProblem(f"{self.path}  cannot be written: {error.strerror or error}") from None
