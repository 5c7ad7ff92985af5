"""What the tests' own rules do: a test left out is seen in CI, a process left running is ended and named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import long_first
from tests.house.sources import ROOT, python_files

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
        env=without_ci | {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | environment,
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


class Named:
    """A collected test, as far as its place in the order goes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = Path(name[:2])

    def get_closest_marker(self, name: str) -> bool:
        return self.name.startswith("l")


@pytest.mark.parametrize("processes", [1, 2, 3, 4])
def test_long_tests_come_first_at_each_process(processes: int) -> None:
    """None is lost or doubled; a file's long tests stay together; the last of several processes begins with others."""
    names = ["a1", "lb1", "a2", "lb2", "lc1", "a3", "ld1", "a4", "le1", "a5", "a6", "a7"]
    ordered = [one.name for one in long_first([Named(name) for name in names], processes)]  # type: ignore[misc]
    assert sorted(ordered) == sorted(names)
    assert ordered.index("lb2") == ordered.index("lb1") + 1
    size = len(names) // processes
    first = [ordered[number * size][0] for number in range(processes)]
    assert first == (["l"] * (processes - 1) + ["a"] if processes > 1 else ["l"])
    assert [name for name in ordered if name[0] == "a"] == sorted(name for name in names if name[0] == "a")


def test_tests_that_run_alone_are_where_make_test_looks_for_them() -> None:
    """Every file that marks a test as alone is in a folder named by the Makefile, or a soak."""
    line = next(one for one in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "'alone and" in one)
    folder = f"{line.split()[-1]}/"
    marked = [name for name in python_files("tests") if "pytest.mark.alone" in (ROOT / name).read_text("utf-8")]
    assert [name for name in marked if not name.startswith((folder, "tests/soak/", "tests/house/"))] == []
    assert len([name for name in marked if name.startswith(folder)]) > 0
