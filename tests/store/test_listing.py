"""Facts about the list of runs."""

from __future__ import annotations

import json
from pathlib import Path

from hms_esr.store import RunLine, RunWriter, list_runs, run_line
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
    line = RunLine(folder.name, "made-up-subsidy", "FINISHED", "PASS", manifest.started_at, 12.5, 20)
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
