"""What hms-esr stop does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hms_esr.cli.stop import command
from hms_esr.errors import BadInput, EnvironmentProblem
from tests.cli.conftest import Start
from tests.records import Day
from tests.store.kept import GONE, write_run

CHILD = """
import json, signal, sys
from pathlib import Path
from hms_esr.store import RunWriter
from tests.records import Day, made_up_manifest, made_up_scenario
day = Day(people=20, length_s=10, fault=None)
folder = Path(sys.argv[1])
writer = RunWriter(folder, made_up_manifest(day, made_up_scenario(day)))
writer.facts(state="RUNNING")
def end(*_):
    writer.facts(state="FINISHED", interrupted="by a signal to end")
    writer.close()
    (folder / "summary.json").write_text(json.dumps({"verdict": "INTERRUPTED"}))
    (folder / "report.html").write_text("x")
    sys.exit(130)
signal.signal(signal.SIGTERM, end if sys.argv[2] == "obedient" else signal.SIG_IGN)
print("ready", flush=True)
while True:
    signal.pause()
"""


def stop(out: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--out", str(out)])


def test_a_running_run_ends_and_says_how(tmp_path: Path, start: Start) -> None:
    """Asked to stop, a run ends by itself; verdict and report are named."""
    folder = start("run-1")

    done = stop(tmp_path, "run-1")

    assert done.exit_code == 0
    assert done.stdout == f"run-1 stopped: INTERRUPTED, report: {folder / 'report.html'}\n"


def test_all_runs_end(tmp_path: Path, start: Start) -> None:
    """--all stops each run that runs and leaves finished ones alone; again, there is nothing to stop."""
    start("run-1")
    start("run-2")
    write_run(tmp_path, Day(people=20, length_s=10, fault=None), "run-3")

    lines = stop(tmp_path, "--all").stdout.splitlines()
    again = stop(tmp_path, "--all")

    assert sorted(line.split()[0] for line in lines) == ["run-1", "run-2"]
    assert (again.exit_code, again.stdout) == (0, f"No run is running in {tmp_path}.\n")


def test_a_run_that_does_not_end_in_time_is_named(tmp_path: Path, start: Start) -> None:
    """After --wait the run still ending is told with its process."""
    start("run-1", "deaf")

    left = stop(tmp_path, "run-1", "--wait", "50ms")

    assert isinstance(left.exception, EnvironmentProblem)
    assert "run-1 was asked to stop and is still ending (process " in str(left.exception)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "run-1 is not running: finished"),
        ({"state": "RUNNING", "process": GONE}, "run-1 is not running: it ended without a report"),
    ],
)
def test_a_run_that_is_over_cannot_be_stopped(tmp_path: Path, facts: dict[str, object], said: str) -> None:
    """Finished or killed, it is not running; no other process with its number is touched."""
    write_run(tmp_path, Day(people=20, length_s=10, fault=None), "run-1", **facts)

    refused = stop(tmp_path, "run-1")

    assert isinstance(refused.exception, BadInput)
    assert said in str(refused.exception)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name one run, or give --all"),
        (["x", "--all"], "name one run, or give --all"),
        (["--all", "--wait", "soon"], "--wait  'soon' is not a duration"),
        (["x"], "run 'x'  there are no runs"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, arguments: list[str], said: str) -> None:
    """Exit code 2 and what is allowed."""
    refused = stop(tmp_path, *arguments)

    assert isinstance(refused.exception, BadInput)
    assert said in str(refused.exception)


def test_a_real_run_is_interrupted(tmp_path: Path) -> None:
    """A rehearsal stopped from another shell ends with verdict and code of an interruption."""
    (tmp_path / "long.yml").write_text(
        "name: long\nload: {people: 50, over: 10m}\njourneys: [{pace: none, steps: [visit: /]}]\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-m", "hms_esr", "run", "long.yml"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    try:
        assert any("Starting long" in line for line in run.stdout)
        done = stop(tmp_path / "results", "long")
        rest = run.stdout.read()
    finally:
        run.kill()
        run.wait()
        run.stdout.close()

    assert "stopped: INTERRUPTED, report: " in done.stdout
    assert "INTERRUPTED  Stopped by" in rest
