"""What hms-esr runs prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hms_esr.cli.runs import command, started
from hms_esr.errors import BadInput
from tests.records import Day
from tests.store.kept import GONE, write_manifest, write_run

DAY = Day(people=20, length_s=10, fault=None)
SHORT = Day(people=15, length_s=10, fault=None)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A finished run, one broken off, one of another scenario that started last."""
    for run_id, day, facts in (("one", DAY, {}), ("two", SHORT, {"state": "RUNNING", "process": GONE})):
        folder, _ = write_run(tmp_path, day, run_id, **facts)
        summary = {"verdict": "PASS", "real_s": 12.5, "people": {"planned": 1234}}
        (folder / "summary.json").write_text(json.dumps(summary))
    write_manifest(tmp_path, "three", "claims", "2031-01-01T00:00:00+00:00")
    return tmp_path


def runs(out: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["--out", str(out), *arguments], catch_exceptions=False)


def test_a_line_for_each_run(out: Path) -> None:
    """The last first; verdicts of finished runs, the state of others; of one broken off those due; columns align."""
    lines = runs(out).stdout.replace("\u00a0", " ").splitlines()

    assert lines[0].split() == ["run", "scenario", "verdict", "started", "real", "time", "people"]
    assert [line.split()[0] for line in lines[1:]] == ["three", "two", "one"]
    assert "PASS" in lines[3] and lines[3].endswith("12 s   1,234")
    assert "(broken off)" in lines[2]
    assert lines[2].endswith("   15")
    assert lines[1].endswith("–       –")
    assert len({len(line) for line in lines}) == 1


def test_only_runs_of_one_scenario(out: Path) -> None:
    """--scenario filters by name; a name without runs says how to start one."""
    assert [line.split()[0] for line in runs(out, "--scenario", "claims").stdout.splitlines()] == ["run", "three"]
    assert "No runs of a scenario 'nobody'" in runs(out, "--scenario", "nobody").stdout


def test_a_limit_says_how_many_are_left_out(out: Path) -> None:
    """--limit cuts the list and counts the rest; 0 lists all."""
    lines = runs(out, "--limit", "1").stdout.splitlines()

    assert lines[1].startswith("three")
    assert lines[2:] == ["… and 2 earlier; --limit 0 lists them all"]
    assert len(runs(out, "--limit", "0").stdout.splitlines()) == 4


def test_other_programs_get_json(out: Path) -> None:
    """--format json gives a list of objects with plain values."""
    listed = json.loads(runs(out, "--format", "json").stdout)

    assert [(one["run_id"], one["state"], one["verdict"]) for one in listed] == [
        ("three", "BROKEN_OFF", ""),
        ("two", "BROKEN_OFF", "PASS"),
        ("one", "FINISHED", "PASS"),
    ]
    assert (listed[2]["real_s"], listed[2]["people"]) == (12.5, 1234)


def test_a_folder_without_runs(tmp_path: Path) -> None:
    """An empty list is an answer, not an error; as JSON it is an empty list."""
    empty = runs(tmp_path)

    assert (empty.exit_code, "Start one: hms-esr run FILE" in empty.stdout) == (0, True)
    assert json.loads(runs(tmp_path, "--format", "json").stdout) == []


def test_a_file_is_no_folder_of_runs(tmp_path: Path) -> None:
    """It is refused, not listed as empty."""
    (tmp_path / "results").write_text("")
    with pytest.raises(BadInput, match="is a file; a folder of runs is wanted"):
        runs(tmp_path / "results")


def test_a_start_nobody_can_read_is_shown_as_it_is() -> None:
    """A manifest's odd time is not hidden."""
    assert started("yesterday") == "yesterday"
    assert started("") == "–"


def test_filters_by_verdict_and_time(out: Path) -> None:
    """--verdict and --since filter; a time nobody can read is refused."""
    assert [line.split()[0] for line in runs(out, "--verdict", "pass").stdout.splitlines()] == ["run", "one"]
    assert [line.split()[0] for line in runs(out, "--since", "2030-12-31").stdout.splitlines()] == ["run", "three"]
    with pytest.raises(BadInput, match="neither a duration nor a date"):
        runs(out, "--since", "soon")


def test_pruning_says_first_and_then_does(out: Path) -> None:
    """Without --yes nothing goes; with it all but the last --keep; it wants to be told which."""
    said = runs(out, "--prune", "--keep", "1").stdout
    assert "would remove two" in said and "2 runs would go" in said
    assert (out / "one").exists()
    assert "removed one" in runs(out, "--prune", "--keep", "1", "--yes").stdout
    assert [path.name for path in out.iterdir() if path.is_dir()] == ["three"]
    with pytest.raises(BadInput, match="say which runs go"):
        runs(out, "--prune")


def test_a_run_that_goes_on_is_never_removed(tmp_path: Path) -> None:
    """Its process lives: it stays, and is said to."""
    write_run(tmp_path, DAY, "alive", state="RUNNING")
    assert "kept alive: it is running" in runs(tmp_path, "--prune", "--keep", "0", "--yes").stdout
    assert (tmp_path / "alive").exists()


def _old(folder: Path) -> None:
    """As if nobody had touched it for a day."""
    for path in (*folder.iterdir(), folder):
        os.utime(path, (1.7e9, 1.7e9))


@pytest.fixture
def left(out: Path) -> Path:
    """Beside runs: folders that runs left without a record, and folders that are no run's."""
    for number, files in enumerate(
        ({}, {"console.txt": "refused"}, {"ticket.json": '{"ended": {"verdict": "INVALID"}}'})
    ):
        _folder(out, f"20231114-22132{number}-claims-3fa{number}", files)
    _folder(out, "20231114-221330-claims-3faa", {"ticket.json": '{"scenario": "claims", "ended": null}'})
    _folder(out, "20231114-221331-claims-3fab", {"notes.txt": "mine"})
    _folder(out, "20231114-221332-claims-3fac", {"record.db": ""})
    _folder(out, "drafts", {})
    (out / "20231114-221333-claims-3fad").symlink_to("one", target_is_directory=True)
    (out / "20231114-221334-claims-3fae").mkdir()
    return out


def _folder(out: Path, name: str, files: dict[str, str]) -> None:
    folder = out / name
    folder.mkdir()
    for file, text in files.items():
        (folder / file).write_text(text)
    _old(folder)


def test_runs_without_a_record_are_listed(left: Path) -> None:
    """What a run left that never took place is listed where it belongs in time; what is no run's is not."""
    listed = {one["run_id"]: one["state"] for one in json.loads(runs(left, "--format", "json").stdout)}
    assert {name[-4:]: state for name, state in listed.items() if name.startswith("2023")} == {
        "3fa0": "NO_RECORD",
        "3fa1": "NO_RECORD",
        "3fa2": "NO_RECORD",
        "3faa": "QUEUED",
        "3fae": "QUEUED",
    }
    assert set(listed) >= {"one", "two", "three"}
    lines = runs(left, "--scenario", "claims").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["three", "20231114-221330-claims-3faa"]


def test_runs_without_a_record_are_pruned(left: Path) -> None:
    """They go, whatever --keep says; those that may yet begin, and all that is no run's, stay untouched."""
    said = runs(left, "--prune", "--keep", "3", "--yes").stdout
    assert "removed 20231114-221320-claims-3fa0  (no record)" in said
    assert "kept 20231114-221330-claims-3faa: it may be about to begin" in said
    assert sorted(path.name[-4:] for path in left.iterdir() if path.name.startswith("2023")) == [
        "3faa",
        "3fab",
        "3fac",
        "3fad",
        "3fae",
    ]
    assert {"one", "two", "three", "drafts"} <= {path.name for path in left.iterdir()}


def test_a_run_with_a_process_is_not_without(left: Path) -> None:
    """However old its folder, a run that a process of this machine carries out stays."""
    name = "20231114-221320-claims-3fa0"
    with subprocess.Popen([sys.executable, "-c", "input()", "--run-id", name], stdin=subprocess.PIPE) as process:
        said = runs(left, "--prune", "--older-than", "1d").stdout
        process.communicate(b"\n")
    assert f"kept {name}: it may be about to begin" in said
    assert "would remove 20231114-221321-claims-3fa1" in said


def test_a_manifest_alone_is_pruned_when_it_is_old(tmp_path: Path) -> None:
    """A run killed before its database goes with the others, but not in the moments in which it may be made."""
    folder = write_manifest(tmp_path, "dead", "claims", "2026-11-01T08:00:00+00:00")
    assert "kept dead: it may be about to begin" in runs(tmp_path, "--prune", "--keep", "0", "--yes").stdout
    _old(folder)
    assert "removed dead" in runs(tmp_path, "--prune", "--keep", "0", "--yes").stdout
    assert not folder.exists()
