"""Facts about the sink ``influx`` in the run's own process: what it starts, what it says, how long it waits."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from hms_esr.events import Progress, RunEnded, RunStarted
from hms_esr.sinks import SINKS
from hms_esr.sinks.influx import sink as sinks
from hms_esr.sinks.influx.connection import InfluxConnection
from hms_esr.sinks.influx.sink import InfluxSink
from hms_esr.sinks.influx.state import FOLDER, SenderState, read_state

CHILD = """
import json, pathlib, sys, time
told = sys.stdin.readline()
folder = pathlib.Path(sys.argv[1])
with (folder / "told").open("a") as file:
    file.write(told)
if sys.argv[2] == "dies":
    sys.exit(1)
sys.stdin.read()
if sys.argv[2] == "stays":
    time.sleep(60)
(folder / "over").touch()
"""
CONNECTION = InfluxConnection("http://influx.test:8086", "agency", "esr", "the-token", wait_s=0.2)
STARTED = RunStarted("run", "s", "http://t", 5, 10.0, 1.0)
ENDED = RunEnded("run", "PASS", "Fine.", 0, 10.0, 10.0)
PROGRESS = Progress(1.0, 1.0, 1.0, "running", 5, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1.0, 1.0, None, {}, ())


class Watched:
    """A sink over a child that does as it is told, and what it said."""

    def __init__(self, folder: Path, manner: str = "obeys") -> None:
        self.folder = folder
        (folder / FOLDER).mkdir(parents=True)
        self.said: list[str] = []
        command = [sys.executable, "-c", CHILD, str(folder), manner]
        self.sink = InfluxSink(folder, CONNECTION, command, self._tell, "hms-esr influx resend run")
        self.sink.handle(STARTED)

    def _tell(self, text: str) -> None:
        self.said.append(text.replace("\u00a0", " "))

    def look(self, **state: Any) -> None:
        """A second later, with this state on disk."""
        replace(read_state(self.folder), **state).write(self.folder)
        self.sink._looked_s = float("-inf")
        self.sink.handle(PROGRESS)

    def end(self) -> list[str]:
        self.said.clear()
        self.sink.handle(ENDED)
        self.sink.close()
        self.sink.close()
        return self.said


def until(seen: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 20
    while not seen():
        assert time.monotonic() < end_s, "waited in vain"
        time.sleep(0.01)


def test_it_is_in_the_table() -> None:
    """Under its name."""
    assert SINKS.get("influx") is InfluxSink


def test_the_token_goes_through_a_pipe(tmp_path: Path) -> None:
    """The child gets folder and connection; its command line holds neither token nor address."""
    watched = Watched(tmp_path)
    until(lambda: (tmp_path / "told").exists() and (tmp_path / "told").read_text().endswith("\n"))
    line = psutil.Process(watched.sink._process.pid).cmdline()
    watched.end()
    assert json.loads((tmp_path / "told").read_text()) == {"folder": str(tmp_path), "connection": asdict(CONNECTION)}
    assert not any("the-token" in part for part in line)
    assert (tmp_path / "over").exists()


def test_it_says_when_points_wait_and_when_they_no_longer_do(tmp_path: Path) -> None:
    """Once each, with the reason; nothing while all is well. The last only when nothing of what waited is left."""
    watched = Watched(tmp_path)
    watched.look(written_points=3)
    assert watched.said == []
    for seconds in (1.0, 2.0, 61.0):
        watched.look(trouble="later", reason="connection refused", trouble_s=seconds)
    watched.look(trouble="", reason="", behind_s=61.0)
    watched.look(trouble="later", reason="connection refused", trouble_s=1.0)
    watched.look(trouble="", reason="", behind_s=30.0)
    assert len(watched.said) == 1
    watched.look(behind_s=0.5)
    watched.look(behind_s=0.0)
    assert watched.said == [
        "InfluxDB takes no points (connection refused); they are kept on disk and sent when it does",
        "InfluxDB takes points again after 61 s; what waited is sent",
    ]
    said = watched.end()
    assert said == [
        "InfluxDB: 3 points written, some perhaps not. Send the run again: hms-esr influx resend run",
    ]


def test_what_a_person_must_change_is_told_with_what_finds_it(tmp_path: Path) -> None:
    """And points lost to a full spool are told with what brings them back."""
    watched = Watched(tmp_path)
    watched.look(trouble="refused", reason="401 unauthorized access")
    watched.look(trouble="refused", reason="401 unauthorized access", lost_points=5)
    watched.look(lost_points=9)
    assert watched.said == [
        "InfluxDB refuses points (401 unauthorized access); they are kept on disk. Look: hms-esr influx check",
        "InfluxDB: no more may wait on disk; from here on points are lost. Send them later: hms-esr influx resend run",
    ]
    watched.end()


def test_the_last_line_says_how_many_were_written(tmp_path: Path) -> None:
    """And where; lines the server never took are told with their file."""
    watched = Watched(tmp_path)
    watched.look(written_points=12345, over=True, dead_points=2)
    assert watched.end() == [
        "InfluxDB: 12,345 points written to http://influx.test:8086 bucket esr",
        f"InfluxDB never took 2 points: see {tmp_path / FOLDER / 'dead_letters.jsonl'}",
    ]


def test_a_server_that_is_back_only_when_the_run_is_over_is_told_too(tmp_path: Path) -> None:
    """A run's last word is not that points wait when all are written."""
    watched = Watched(tmp_path)
    watched.look(trouble="later", reason="connection refused", trouble_s=4.0, waiting_points=7)
    replace(SenderState(), written_points=12, over=True).write(tmp_path)
    assert watched.end() == [
        "InfluxDB takes points again after 4 s; what waited is sent",
        "InfluxDB: 12 points written to http://influx.test:8086 bucket esr",
    ]


def test_what_is_left_is_told_with_the_command_that_sends_it(tmp_path: Path) -> None:
    """The reason beside it."""
    watched = Watched(tmp_path)
    watched.look(written_points=5, waiting_points=7, over=True, reason="no answer in time", trouble="later")
    assert watched.end()[-1] == (
        "InfluxDB: 5 points written, 7 points not (no answer in time). Send the run again: hms-esr influx resend run"
    )


def test_a_child_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time that was asked for and that of one request."""
    monkeypatch.setattr(sinks, "CONNECT_S", 0.0)
    monkeypatch.setattr(sinks, "ANSWER_S", 0.0)
    monkeypatch.setattr(sinks, "GRACE_S", 0.0)
    watched = Watched(tmp_path, "stays")
    watched.end()
    assert watched.sink._process.returncode is not None
    assert not (tmp_path / "over").exists()


def test_a_child_that_dies_is_started_again_a_few_times(tmp_path: Path) -> None:
    """Told each time; not without an end."""
    watched = Watched(tmp_path, "dies")
    for _ in range(10):
        watched.sink._process.wait()
        watched.look()
    watched.sink._process.wait()
    assert len(watched.said) == len((tmp_path / "told").read_text().splitlines()) - 1 == sinks.MOST_STARTS - 1
    watched.end()


def test_a_run_that_never_began_waits_for_nothing(tmp_path: Path) -> None:
    """The child is ended at once, without a word."""
    said: list[str] = []
    command = [sys.executable, "-c", CHILD, str(tmp_path), "stays"]
    sink = InfluxSink(tmp_path, CONNECTION, command, said.append, "resend")
    sink.close()
    assert sink._process.returncode is not None
    assert said == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"unknown": 1}'])
def test_a_state_that_cannot_be_read_is_the_beginning(tmp_path: Path, content: str) -> None:
    """It is only told to people."""
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "state.json").write_text(content)
    assert read_state(tmp_path) == SenderState()
