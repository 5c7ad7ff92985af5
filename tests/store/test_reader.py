"""Facts about reading a run's record."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from hms_esr.errors import BadInput
from hms_esr.store import RunWriter, open_record, read_facts, reader
from hms_esr.store.database import VERSION
from hms_esr.store.packing import packed
from hms_esr.store.reader import BROKEN_OFF, GOING_ON
from hms_esr.verdicts.judge import judge
from tests.records import Day, made_up_manifest, made_up_scenario, made_up_ticks
from tests.store.kept import GONE, write_run

DAY = Day(people=60, length_s=20, fault=(5, 8))


def test_a_run_that_goes_on_can_be_read(tmp_path: Path) -> None:
    """While its writer lives, the record opens with what was committed and says the run is going on."""
    writer = RunWriter(tmp_path, made_up_manifest(DAY, made_up_scenario(DAY)))
    writer.facts(state="RUNNING", planned_total=60)
    writer.ticks(made_up_ticks(DAY)[:5])

    record = open_record(tmp_path)

    writer.close()
    assert record.problems == [GOING_ON]
    assert record.real_s == 5.0


def test_a_run_without_an_end_is_invalid(tmp_path: Path) -> None:
    """A run whose process is gone before its closing facts is INVALID, and the reason says so."""
    folder, _ = write_run(tmp_path, DAY, state="RUNNING", process=GONE)

    record = open_record(folder)

    assert record.problems == [BROKEN_OFF]
    judgement = judge(record)
    assert judgement.verdict == "INVALID"
    assert "ended before its report" in judgement.sentence


def test_a_run_stopped_by_a_person_and_then_killed_is_interrupted(tmp_path: Path) -> None:
    """Who asked for the end is kept although the process died before its closing facts."""
    folder, _ = write_run(tmp_path, DAY, state="RUNNING", process=GONE, interrupted="by the operator")

    assert judge(open_record(folder)).verdict == "INTERRUPTED"


def test_the_verdict_made_again_is_the_verdict(tmp_path: Path) -> None:
    """Judging the record read from disk gives the same judgement, word for word."""
    folder, record = write_run(tmp_path, DAY)

    assert judge(open_record(folder)) == judge(record)


def test_a_run_that_never_wrote_a_tick_is_empty(tmp_path: Path) -> None:
    """Killed between manifest and database, a run opens, empty and broken off."""
    folder, _ = write_run(tmp_path, DAY)
    (folder / "record.db").unlink()
    assert open_record(folder).problems == [BROKEN_OFF]

    (folder / "record.db").write_bytes(b"")
    assert open_record(folder).problems == [BROKEN_OFF]
    assert read_facts(folder) == {}


def _foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()


def _later(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()


def _body(text: str | bytes) -> Any:
    def damage(path: Path) -> None:
        connection = sqlite3.connect(path)
        connection.execute("UPDATE ticks SET body = ?", (text,))
        connection.commit()
        connection.close()

    return damage


def _torn(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.write_bytes(b"not a database, but long enough to be looked at" * 99), "cannot be read"),
        (_foreign, "not a record of a run"),
        (_later, f"version {VERSION + 1}; this program reads version 1 to {VERSION}"),
        (_body("{}"), "cannot be read"),
        (_body("no json"), "cannot be read"),
        (_body("[]"), "cannot be read"),
        (_body(b"not deflated"), "a second is damaged"),
        (_body(packed(['{"worker":"w","seq":0,"second":0}'])[:-5]), "a second is cut off"),
        (_body(packed(["{}"])), "cannot be read"),
        (_torn, "cannot be read"),
    ],
)
def test_a_damaged_database_is_named(tmp_path: Path, damage: Any, said: str) -> None:
    """What is not a record, or no longer, is refused with the file's path and no traceback."""
    folder, _ = write_run(tmp_path, DAY)
    damage(folder / "record.db")

    with pytest.raises(BadInput, match=said) as refused:
        open_record(folder)
    assert str(folder / "record.db") in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "is not a run: it has no manifest.json"),
        ("{", "is no JSON"),
        ("[]", "a JSON object is needed"),
        ('{"run_id": "x"}', "scenario is missing"),
    ],
)
def test_a_damaged_manifest_is_named(tmp_path: Path, text: str | None, said: str) -> None:
    """A folder without a readable manifest is refused with its place."""
    folder, _ = write_run(tmp_path, DAY)
    path = folder / "manifest.json"
    path.unlink() if text is None else path.write_text(text)

    with pytest.raises(BadInput, match=said) as refused:
        open_record(folder)
    assert str(folder) in str(refused.value)


def test_a_scenario_nobody_can_read_is_named(tmp_path: Path) -> None:
    """A manifest whose scenario is not possible is refused with a reason."""
    folder, _ = write_run(tmp_path, DAY)
    path = folder / "manifest.json"
    whole = json.loads(path.read_text())
    whole["scenario"]["journeys"][0]["steps"] = ["fly"]
    path.write_text(json.dumps(whole))

    with pytest.raises(BadInput, match=r"its scenario cannot be read: .*fly"):
        open_record(folder)


def test_who_waits_for_a_long_record_is_told_how_much_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Growing shares up to the whole; nothing where it is read in no time."""
    folder, _ = write_run(tmp_path, DAY)
    said: list[str] = []
    open_record(folder, said.append)
    assert said == []
    monkeypatch.setattr(reader, "TOLD_EVERY_S", 0.0)
    open_record(folder, said.append)
    shares = [int(text.removeprefix("Reading the record: ").removesuffix("%")) for text in said]
    assert len(shares) > 10
    assert shares == sorted(shares)
    assert shares[-1] == 100
