"""Owns a way to test the engine as Python reads it, compiled or not: ``pytest -p tests.interpreted tests/engine``.

Knows nothing of what is tested.
"""

from __future__ import annotations

import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path

ENGINE = Path(__file__).parents[1] / "hms_esr" / "engine"


def _only_python_files(folder: str) -> FileFinder:
    """For the engine's own folder a finder that passes over compiled modules."""
    if Path(folder) != ENGINE:
        raise ImportError(folder)
    return FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES))


sys.path_hooks.insert(0, _only_python_files)
