"""Owns the names of a run's files, and how a file is replaced whole.

Knows nothing of what is in the files.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from hms_esr.errors import EnvironmentProblem

MANIFEST = "manifest.json"
DATABASE = "record.db"
SUMMARY = "summary.json"
REPORT = "report.html"
LATEST = "latest"


def write_whole(path: Path, text: str) -> None:
    """Replace ``path`` by ``text`` (UTF-8): whoever reads sees the old file or the new one, never a part.

    Raises EnvironmentProblem when the place cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise EnvironmentProblem(f"{path}  cannot be written: {error.strerror or error}") from None
