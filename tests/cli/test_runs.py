"""What hms-esr runs prints."""

from __future__ import annotations

import json
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
