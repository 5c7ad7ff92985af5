"""Owns the short ways to the last run: ``results/latest`` and the copy of its report.

Knows nothing of what is in a report.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from hms_esr.errors import EnvironmentProblem
from hms_esr.store.layout import LATEST, MANIFEST, REPORT, write_whole


def point_latest(out: Path, run_id: str) -> None:
    """Make ``out/latest`` point at the run; where links do not exist, a text file that names it.

    Raises EnvironmentProblem when something else called ``latest`` is in the way.
    """
    latest = out / LATEST
    if latest.is_dir() and not latest.is_symlink():
        raise EnvironmentProblem(f"{latest}  is a folder; it should be a link to the last run. Move it away")
    draft = out / f".{LATEST}.{os.getpid()}"
    try:
        draft.unlink(missing_ok=True)
        draft.symlink_to(run_id, target_is_directory=True)
        draft.replace(latest)
    except OSError:
        write_whole(latest, run_id + "\n")


def latest_id(out: Path) -> str:
    """The run ``out/latest`` points at; empty when it points at none that is there."""
    latest = out / LATEST
    try:
        name = latest.readlink().name if latest.is_symlink() else latest.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return name if name and name == Path(name).name and (out / name / MANIFEST).is_file() else ""


def copy_report(out: Path, stem: str, folder: Path) -> Path:
    """Copy the run's report to ``out/<stem>_report.html``; the copy's path. EnvironmentProblem when it cannot be."""
    copy = out / f"{Path(stem).name}_report.html"
    draft = out / f".{copy.name}.{os.getpid()}"
    try:
        shutil.copyfile(folder / REPORT, draft)
        draft.replace(copy)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise EnvironmentProblem(f"{copy}  cannot be written: {error.strerror or error}") from None
    return copy
