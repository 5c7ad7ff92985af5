"""No writer of a record, killed at whatever moment, loses what it acknowledged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT


def _rounds(n: int, folder: Path) -> None:
    command = [sys.executable, "-m", "tests.store.killed_writers", str(n), "4", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_fifty_killed_writers_lose_nothing(tmp_path: Path) -> None:
    """Every tick that was acknowledged is there, the record opens, reports are made, the verdict is no PASS."""
    _rounds(50, tmp_path)


@pytest.mark.soak
def test_a_thousand_killed_writers_lose_nothing(tmp_path: Path) -> None:
    """The same, a thousand times."""
    _rounds(1000, tmp_path)
