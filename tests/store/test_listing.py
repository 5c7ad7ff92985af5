"""Facts about the list of runs."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from hms_esr.store import ListedRun, RunList, RunWriter, list_runs, listing, run_line
from tests.records import Day, made_up_manifest, made_up_scenario
from tests.store.kept import GONE, write_manifest, write_run

DAY = Day(people=20, length_s=10, fault=None)


def test_runs_are_listed_the_last_first(tmp_path: Path) -> None:
    """Order is that of their starts, not of their names; links and other folders are no runs."""
    write_manifest(tmp_path, "z", "old", "2026-11-01T08:00:00+00:00")
    write_manifest(tmp_path, "a", "new", "2026-11-20T08:00:00+00:00")
    (tmp_path / "latest").symlink_to("a")
    (tmp_path / "notes").mkdir()

    assert [line.run_id for line in list_runs(tmp_path)] == ["a", "z"]
    assert list(list_runs(tmp_path / "nowhere")) == []


def test_a_finished_run_shows_its_summary(tmp_path: Path) -> None:
    """Verdict, duration and people come from the summary."""
    folder, record = write_run(tmp_path, DAY)
    summary = {"verdict": "PASS", "real_s": 12.5, "people": {"planned": 20}}
    (folder / "summary.json").write_text(json.dumps(summary))

    manifest = record.manifest
    line = ListedRun(folder.name, "made-up-subsidy", "FINISHED", "PASS", manifest.started_at, 12.5, 20)
    assert run_line(folder) == line


def test_a_run_without_a_summary_shows_its_facts(tmp_path: Path) -> None:
    """Before the report there is no verdict; people and time come from the record."""
    folder, record = write_run(tmp_path, DAY)

    line = run_line(folder)

    assert (line.verdict, line.people, line.real_s) == ("", 20, record.real_s)


def test_states_follow_the_process(tmp_path: Path) -> None:
    """A run is QUEUED or RUNNING while its process lives, BROKEN_OFF when it died, UNREADABLE when damaged."""
    manifest = made_up_manifest(DAY, made_up_scenario(DAY))
    writer = RunWriter(tmp_path / "run", manifest)
    states = [run_line(tmp_path / "run").state]
    writer.facts(state="RUNNING")
    states.append(run_line(tmp_path / "run").state)
    writer.facts(process=GONE)
    states.append(run_line(tmp_path / "run").state)
    writer.close()
    (tmp_path / "run" / "record.db").write_bytes(b"torn" * 1000)
    states.append(run_line(tmp_path / "run").state)

    assert states == ["QUEUED", "RUNNING", "BROKEN_OFF", "UNREADABLE"]


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """Two finished runs, one broken off, one that goes on, one damaged."""
    for number, facts in enumerate(({}, {}, {"state": "RUNNING", "process": GONE}, {"state": "RUNNING"})):
        folder, _ = write_run(tmp_path, DAY, f"run{number}", **facts)
        (folder / "summary.json").write_text('{"verdict": "PASS", "real_s": 12.5, "people": {"planned": 20}}')
    (write_manifest(tmp_path, "torn", "", "never") / "record.db").write_bytes(b"torn" * 1000)
    return tmp_path


def _reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of runs whose record is read from now on."""
    found: list[str] = []

    def noted(folder: Path) -> ListedRun:
        found.append(folder.name)
        return run_line(folder)

    monkeypatch.setattr(listing, "run_line", noted)
    return found


def test_runs_that_are_over_are_read_once(several: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at again, the list is the same; only what may change, or cannot be read, is read again."""
    runs = RunList(several)
    assert runs.lines() == list(list_runs(several))
    read = _reads(monkeypatch)
    assert runs.lines() == list(list_runs(several))
    assert sorted(read[: len(read) - 5]) == ["run3", "torn"]


@pytest.mark.parametrize("file", ["summary.json", "manifest.json", "record.db"])
def test_a_run_whose_files_changed_is_read_again(several: Path, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report made again, an edited manifest or a record that grew is seen at the next look."""
    runs = RunList(several)
    runs.lines()
    os.utime(several / "run0" / file, (1.7e9, 1.7e9))
    read = _reads(monkeypatch)
    runs.lines()
    assert sorted(read) == ["run0", "run3", "torn"]


def test_what_is_removed_or_new_is_seen(several: Path) -> None:
    """A run that went is gone from the list; one that came is in it; a verdict written later is told."""
    runs = RunList(several)
    runs.lines()
    shutil.rmtree(several / "run1")
    write_run(several, DAY, "run9")
    (several / "run0" / "summary.json").write_text('{"verdict": "FAIL"}')
    lines = {line.run_id: line.verdict for line in runs.lines()}
    assert lines == {"run0": "FAIL", "run2": "PASS", "run3": "PASS", "run9": "", "torn": ""}


def test_what_is_kept_is_bounded(several: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound runs are read at each look, and the list is still whole."""
    monkeypatch.setattr(listing, "MOST_KEPT", 1)
    runs = RunList(several)
    runs.lines()
    read = _reads(monkeypatch)
    assert len(runs.lines()) == 5
    assert len(read) == 4
