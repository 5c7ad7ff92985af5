"""Facts about following a record while it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from hms_esr.errors import BadInput
from hms_esr.events import Sensed
from hms_esr.store import RecordTail, RunWriter, open_record
from tests.records import Day, made_up_manifest, made_up_scenario, made_up_ticks
from tests.store.kept import GONE, plain, write_run

DAY = Day(people=60, length_s=20, fault=(5, 8))


def test_looks_add_up_to_the_record(tmp_path: Path) -> None:
    """Look after look, each tick comes once, and at the end the record is the one read whole."""
    folder, _ = write_run(tmp_path / "done", DAY)
    ticks = made_up_ticks(DAY)
    writer = RunWriter(tmp_path / "live", made_up_manifest(DAY, made_up_scenario(DAY)))
    tail = RecordTail(tmp_path / "live")
    seen = []
    for at in range(0, len(ticks), 3):
        writer.ticks(ticks[at : at + 3])
        seen += [tick.seq for tick in tail.advance().ticks]
    assert seen == [tick.seq for tick in ticks]
    assert not tail.advance()
    assert tail.state == "QUEUED"
    writer.facts(state="FINISHED")
    writer.close()
    tail.advance()
    assert tail.state == "FINISHED"
    whole = RecordTail(folder)
    assert whole.advance().events
    assert plain(whole.record) == plain(open_record(folder))


def test_a_run_that_was_killed_is_told_apart(tmp_path: Path) -> None:
    """A record whose process is gone before its end is BROKEN_OFF, with the reason among its problems once."""
    folder, _ = write_run(tmp_path, DAY, state="RUNNING", process=GONE)
    tail = RecordTail(folder)
    tail.advance()
    tail.advance()
    assert tail.state == "BROKEN_OFF"
    assert tail.record.problems == open_record(folder).problems


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    """There is nothing to follow where no manifest is."""
    with pytest.raises(BadInput):
        RecordTail(tmp_path)


def test_what_sensors_said_is_kept(tmp_path: Path) -> None:
    """What the target's sensors said is read back in order, the last of each service beside."""
    writer = RunWriter(tmp_path, made_up_manifest(DAY, made_up_scenario(DAY)))
    said = [Sensed("eligibility", {"db.waits": value}, at, at * 60) for at, value in ((1.0, 3.0), (2.0, 5.0))]
    for event in said:
        writer.event(event)
    writer.close()
    record = open_record(tmp_path)
    assert record.sensed == said
    assert record.sensors == {"eligibility": {"db.waits": 5.0}}
