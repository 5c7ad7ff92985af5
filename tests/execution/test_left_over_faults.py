"""Faults that killed runs left on are ended at the next start: only what is theirs, only where the guard allows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hms_esr.execution import fault_runner
from hms_esr.execution.fault_runner import finish_left_over
from hms_esr.injectors.journal import Journal
from tests.engine.target import Got, Piece, Target, ok, target
from tests.execution.test_preflight import own_address


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fault_runner, "sleep", lambda _: None)


@contextmanager
def city(on: dict[str, str], *, deaf: bool = False, host: str = "127.0.0.1") -> Iterator[Target]:
    """A target with the city's fault control, where ``on`` are sick."""

    def answer(got: Got) -> Piece:
        if got.method == "DELETE" and not deaf:
            on.pop(got.path.rpartition("/")[2], None)
        faults = [{"id": fault_id, "service": service} for fault_id, service in on.items()]
        return ok(json.dumps({"faults": faults}).encode())

    with target(answer, host=host) as there:
        yield there


def left(folder: Path, url: str, fault_id: str = "", service: str = "db") -> Path:
    """The journal of a run in ``folder`` that was killed with a fault on."""
    folder.mkdir()
    journal = Journal(folder / "faults.jsonl")
    journal.write("intended", "1", url=url, service=service)
    if fault_id:
        journal.write("on", "1", fault_id=fault_id)
    return journal.path


def nobody_runs(folder: Path) -> bool:
    return False


@pytest.mark.parametrize("fault_id", ["f1", ""])
def test_a_fault_left_on_is_ended(tmp_path: Path, fault_id: str) -> None:
    """Also when only the intent was written: then whatever is on of that service."""
    on = {"f1": "db", "f2": "gateway"}
    with city(on) as there:
        path = left(tmp_path / "a", there.url, fault_id)
        assert finish_left_over([path], nobody_runs) == [
            f"run a had left a fault of db at {there.url}: it is ended",
        ]
    assert on == {"f2": "gateway"}
    assert not Journal(path).open_faults()


def test_a_fault_that_stays_on_stays_in_the_journal(tmp_path: Path) -> None:
    """And is said."""
    with city({"f1": "db"}, deaf=True) as there:
        path = left(tmp_path / "a", there.url, "f1")
        (said,) = finish_left_over([path], nobody_runs)
    assert said == f"run a may have left a fault of db at {there.url}: it did not end when asked to"
    assert Journal(path).open_faults()


def test_faults_of_runs_that_go_on_are_left_alone(tmp_path: Path) -> None:
    """Their own journal is not touched, and neither is what they have on of the same service."""
    on = {"f1": "db", "f2": "db"}
    with city(on) as there:
        killed, busy = left(tmp_path / "killed", there.url), left(tmp_path / "busy", there.url, "f2")
        finish_left_over([killed, busy], lambda folder: folder.name == "busy")
    assert on == {"f2": "db"}
    assert Journal(busy).open_faults() and not Journal(killed).open_faults()


def test_another_city_at_the_same_port_keeps_its_faults(tmp_path: Path) -> None:
    """The same id for another service is another fault: ours is over."""
    on = {"f1": "gateway"}
    with city(on) as there:
        path = left(tmp_path / "a", there.url, "f1", "db")
        assert finish_left_over([path], nobody_runs) == []
    assert on == {"f1": "gateway"}
    assert not Journal(path).open_faults()


def test_where_nothing_listens_nothing_is_left(tmp_path: Path) -> None:
    """The city ended with its faults."""
    with city({}) as there:
        url = there.url
    path = left(tmp_path / "a", url, "f1")
    assert finish_left_over([path], nobody_runs) == []
    assert not Journal(path).open_faults()


@pytest.mark.parametrize("answer", ["close", ok(b"", "404 Not Found"), ok(b"[]"), ok(b'{"faults": [7]}')])
def test_silence_and_odd_answers_prove_nothing(tmp_path: Path, answer: Piece) -> None:
    """The fault stays in the journal; the address is tried once."""
    with target(lambda got: answer) as there:
        one, two = left(tmp_path / "a", there.url, "f1"), left(tmp_path / "b", there.url)
        said = finish_left_over([one, two], nobody_runs)
    assert len(said) == 2 and all(there.url in text for text in said)
    assert there.connections == 1
    assert Journal(one).open_faults() and Journal(two).open_faults()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://x:notaport", "is not HOST or HOST:PORT"),
        ("", "is not HOST or HOST:PORT"),
        ("ftp://127.0.0.1/", "only http and https"),
        ("http://169.254.169.254", "nothing allows these"),
        ("http://192.0.2.1:9", "--i-may-load 192.0.2.1:9"),
    ],
)
def test_an_address_that_is_refused_or_unreadable_is_said_and_passed_over(tmp_path: Path, url: str, why: str) -> None:
    """The others are ended all the same, and nothing ends with an error."""
    on = {"f1": "db"}
    with city(on) as there:
        odd, good = left(tmp_path / "a", url, "f1"), left(tmp_path / "b", there.url, "f1")
        said = finish_left_over([odd, good], nobody_runs)
    assert why in said[0] and said[0].startswith("run a may have left a fault of db at ")
    assert not on and Journal(odd).open_faults()


def test_off_loopback_it_takes_the_operators_word(tmp_path: Path) -> None:
    """No connection to an address of this machine that is not loopback, unless ``--i-may-load`` names it."""
    on = {"f1": "db"}
    with city(on, host=own_address()) as there:
        path = left(tmp_path / "a", there.url.replace("127.0.0.1", own_address()), "f1")
        assert "--i-may-load" in finish_left_over([path], nobody_runs)[0]
        assert there.connections == 0 and on
        assert "it is ended" in finish_left_over([path], nobody_runs, [own_address()])[0]
    assert not on


def test_a_journal_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A folder in its place, or bytes that are no journal, end nothing."""
    (tmp_path / "a" / "faults.jsonl").mkdir(parents=True)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "faults.jsonl").write_bytes(b"\xff\x00" + b"[" * 200_000 + b'\n7\n{"state": 1}\n')
    said = finish_left_over([tmp_path / "a" / "faults.jsonl", tmp_path / "b" / "faults.jsonl"], nobody_runs)
    assert said[0].endswith("faults.jsonl cannot be read: Is a directory")
    assert len(said) == 2 and said[1].startswith("run b may have left a fault of ")
