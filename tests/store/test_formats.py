"""Records of each format, kept as they were written: from now on every program reads them.

A small run in the made-up city by two workers: a latency fault, a pause, farmers who forget, sensors.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from hms_esr.cli.report import judged
from hms_esr.export.record_points import Replay
from hms_esr.record import Record
from hms_esr.reports import REPORTS
from hms_esr.store import RecordTail, open_record
from hms_esr.store.database import READ, VERSION
from hms_esr.store.layout import DATABASE, SUMMARY
from hms_esr.store.tables import TABLES, rows
from tests.store.kept import plain

KEPT = {version: Path(__file__).with_name(f"format_{version}") for version in READ}
WORDS = {"reason", "also", "trust", "title", "note", "warnings", "description"}
"""What may be said in other words by a later program."""


@pytest.fixture(params=KEPT)
def version(request: pytest.FixtureRequest) -> int:
    """A format's number."""
    return int(request.param)


@pytest.fixture
def folder(tmp_path: Path, version: int) -> Path:
    """A copy: nothing may write to the one that is kept."""
    return Path(shutil.copytree(KEPT[version], tmp_path / "run"))


@pytest.fixture
def record(folder: Path) -> Record:
    """The record, as this program reads it."""
    return open_record(folder)


def test_it_says_which_version_it_is(folder: Path, version: int) -> None:
    """Its file says its version; this program reads all from the first to the one it writes."""
    connection = sqlite3.connect(folder / DATABASE)
    (told,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    assert told == version
    assert list(READ) == list(range(1, VERSION + 1))


def test_all_versions_tell_the_same(tmp_path: Path, record: Record, folder: Path) -> None:
    """The same run gives the same record, value by value, the same news, and the same points for InfluxDB."""
    first = Path(shutil.copytree(KEPT[1], tmp_path / "first"))
    assert plain(record) == plain(open_record(first))
    news, first_news = (RecordTail(one).advance() for one in (folder, first))
    assert plain(news) == plain(first_news)
    assert _points(folder) == _points(first) != []


def _points(folder: Path) -> list[str]:
    replay = Replay(folder)
    return [line for chunk in (*replay.look(), replay.end()) for line in chunk.lines]


def test_everything_that_was_recorded_is_there(record: Record) -> None:
    """People, workers, the fault and its end, the pause, sensors, phases and samples."""
    assert sum(record.states.values()) == record.planned_total == 40
    assert set(record.workers) == {"worker 1", "worker 2"}
    assert [(fault.service, fault.undone) for fault in record.faults] == [("subsidy-svc", True)]
    assert [segment.warp for segment in record.segments] == [15.0, 0.0, 15.0]
    assert {"city", "subsidy-svc"} <= set(record.sensors)
    assert [key.message for key in record.errors] == ["Schedule F missing"]
    assert set(record.phases) == {("apply", "login"), ("apply", "open_form"), ("apply", "submit")}
    assert len(record.samples.failed("status", "Schedule F missing", 400)) == 6
    assert record.samples.slow(5)
    assert not record.problems


def test_its_summary_is_made_again(record: Record, folder: Path) -> None:
    """Every figure of the summary written then is in the one made now, under the same name and equal."""
    made = json.loads(REPORTS.get("json")().write(record, judged(record)))
    kept = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    assert list(_other(kept, made, "")) == []


def _other(kept: Any, made: Any, where: str) -> list[str]:
    """Places where ``made`` does not say what ``kept`` says."""
    if isinstance(kept, dict) and isinstance(made, dict):
        names = [name for name in kept if name not in WORDS]
        return [one for name in names for one in _other(kept[name], made.get(name, "absent"), f"{where}.{name}")]
    if isinstance(kept, list) and isinstance(made, list) and len(kept) == len(made):
        pairs = enumerate(zip(kept, made, strict=True))
        return [one for at, (a, b) in pairs for one in _other(a, b, f"{where}[{at}]")]
    return [] if kept == made else [f"{where}: {kept!r} is now {made!r}"]


def test_every_report_and_table_is_made_of_it(record: Record, folder: Path) -> None:
    """None is refused, none is empty; no part of the page failed."""
    judgement = judged(record)
    for name in REPORTS.names():
        text = REPORTS.get(name)().write(record, judgement)
        assert "Schedule F" in text or name == "junit"
        assert "could not be drawn" not in text
    for name in TABLES:
        assert list(rows(name, record, folder)), name


def test_it_can_be_followed(folder: Path) -> None:
    """A follower sees every tick once and says that the run is over."""
    tail = RecordTail(folder)
    news = tail.advance()
    assert len({(tick.worker, tick.seq) for tick in news.ticks}) == len(news.ticks) > 20
    assert tail.state == "FINISHED"
