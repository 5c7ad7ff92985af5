"""What the tests' own rules do: a test left out is seen in CI, a process left running is ended and named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.house.sources import ROOT

LEFT_OUT = """
def test_it(needs):
    '''Needs what is not there.'''
    needs('a-program-that-is-not-there')
"""
LEFT_RUNNING = """
import subprocess, sys
def test_it():
    '''Leaves a process.'''
    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
"""


def _pytest(folder: Path, test: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_one.py").write_text(test, encoding="utf-8")
    without_ci = {name: value for name, value in os.environ.items() if name != "HMS_ESR_CI"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-c", os.devnull, "."],
        cwd=folder,
        env=without_ci | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_missing_program_leaves_a_test_out_on_a_person_s_machine(tmp_path: Path) -> None:
    """Without the program the test is left out, and the run passes."""
    done = _pytest(tmp_path, LEFT_OUT)
    assert done.returncode == 0 and "1 skipped" in done.stdout


def test_a_missing_program_fails_in_ci(tmp_path: Path) -> None:
    """In CI the same is a failure that names the program."""
    done = _pytest(tmp_path, LEFT_OUT, HMS_ESR_CI="1")
    assert done.returncode == 1 and "1 failed" in done.stdout
    assert "needs the program a-program-that-is-not-there" in done.stdout


def test_a_process_left_running_fails_the_run(tmp_path: Path) -> None:
    """A process that outlives the tests is ended, named, and an error."""
    done = _pytest(tmp_path, LEFT_RUNNING)
    assert done.returncode == 1
    assert "still running after the tests" in done.stdout and "time.sleep(600)" in done.stdout
