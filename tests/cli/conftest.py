"""Owns what tests of commands that steer runs share: processes that keep a run's record, ended with the test.

Knows nothing of what is asked of them.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Start = Callable[..., Path]


@pytest.fixture
def start(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Start]:
    """``start("run-1", "obedient")``: a process of the module's CHILD that keeps this run's record; its folder."""
    children = []

    def start(run_id: str, manners: str = "obedient") -> Path:
        folder = tmp_path / run_id
        command = [sys.executable, "-c", request.module.CHILD, str(folder), manners]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        children.append(child)
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        return folder

    yield start
    for child in children:
        child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()
