"""What hms-esr pause and hms-esr resume do."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import hms_esr.cli.pause
import hms_esr.cli.resume
from hms_esr.errors import BadInput, EnvironmentProblem
from tests.cli.conftest import Start
from tests.records import Day
from tests.store.kept import write_run

COMMANDS = {"pause": hms_esr.cli.pause.command, "resume": hms_esr.cli.resume.command}
CHILD = """
import sys, time
from pathlib import Path
from hms_esr.events import ClockChanged
from hms_esr.store import RunWriter
from tests.records import Day, made_up_manifest, made_up_scenario
day = Day(people=20, length_s=10, fault=None)
folder = Path(sys.argv[1])
writer = RunWriter(folder, made_up_manifest(day, made_up_scenario(day)))
writer.facts(state="RUNNING")
writer.event(ClockChanged(0.0, 0.0, 1.0))
print("ready", flush=True)
while True:
    time.sleep(0.02)
    wish = folder / "wish"
    if wish.exists() and sys.argv[2] == "obedient":
        asked = wish.read_text()
        wish.unlink()
        writer.event(ClockChanged(1.0, 1.0, 0.0 if asked == "pause" else 1.0))
"""


def ask(what: str, out: Path, *arguments: str) -> Result:
    return CliRunner().invoke(COMMANDS[what], [*arguments, "--out", str(out)])


def test_the_running_run_is_paused_and_goes_on(tmp_path: Path, start: Start) -> None:
    """Without a name the one that runs is meant, finished ones are not; the command returns when it is so."""
    start("run-1")
    write_run(tmp_path, Day(people=20, length_s=10, fault=None), "run-2")
    paused, again = ask("pause", tmp_path), ask("pause", tmp_path, "run-1")
    resumed, once_more = ask("resume", tmp_path, "run-1"), ask("resume", tmp_path)
    assert paused.stdout == "run-1 is paused; go on with: hms-esr resume run-1\n"
    assert "is paused already" in str(again.exception)
    assert resumed.stdout == "run-1 goes on\n"
    assert "is not paused" in str(once_more.exception)
    assert isinstance(again.exception, BadInput) and isinstance(once_more.exception, BadInput)


def test_of_two_running_runs_one_is_to_be_named(tmp_path: Path, start: Start) -> None:
    """Neither is paused by guessing; both are named."""
    start("run-1")
    start("run-2")
    refused = ask("pause", tmp_path)
    assert isinstance(refused.exception, BadInput)
    assert "2 runs are running, name one: " in str(refused.exception)
    assert "run-1" in str(refused.exception) and "run-2" in str(refused.exception)


def test_a_run_that_does_not_pause_is_told(tmp_path: Path, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while that is an error, and the wish is taken back."""
    monkeypatch.setattr(hms_esr.cli.pause, "WITHIN_S", 0.1)
    folder = start("run-1", "deaf")
    refused = ask("pause", tmp_path, "run-1")
    assert isinstance(refused.exception, EnvironmentProblem)
    assert "run-1 did not pause within 0.1 s" in str(refused.exception)
    assert (folder / "wish").read_text() == "resume"


@pytest.mark.parametrize("what", ["pause", "resume"])
def test_a_run_that_is_not_running_is_refused(what: str, tmp_path: Path) -> None:
    """No such run, none running, or one that is over: exit code 2 and what is there."""
    none = ask(what, tmp_path)
    write_run(tmp_path, Day(people=20, length_s=10, fault=None), "run-1")
    unknown, over, none_left = ask(what, tmp_path, "run-9"), ask(what, tmp_path, "run-1"), ask(what, tmp_path)
    for refused, said in (
        (none, "no run is running"),
        (unknown, "run 'run-9'"),
        (over, "run-1 is not running"),
        (none_left, "no run is running"),
    ):
        assert isinstance(refused.exception, BadInput)
        assert said in str(refused.exception)
