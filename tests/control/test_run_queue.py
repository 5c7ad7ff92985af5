"""The queue over the death of servers: what a new one makes of each thing the old one may have left."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hms_esr.control import children, run_queue
from hms_esr.control.children import RunProcess
from hms_esr.control.queued_run import QueuedRun, is_run_id, keep
from hms_esr.control.run_queue import KEEP_WAITING_S, Full, RunQueue
from hms_esr.control.run_status import RunStatus
from hms_esr.errors import EnvironmentProblem
from tests.each import each


class Puppet(RunProcess):
    """A run's process that ends when it is told to."""

    def __init__(self) -> None:
        super().__init__({})
        self.alive, self.asked, self.exit_code = True, 0, 0

    def lives(self) -> bool:
        return self.alive

    def code(self) -> int | None:
        return None if self.alive else self.exit_code

    def end(self) -> None:
        self.asked += 1


@pytest.fixture
def puppets(monkeypatch: pytest.MonkeyPatch) -> dict[str, Puppet]:
    """Processes by run id; nothing is started."""
    found: dict[str, Puppet] = {}
    monkeypatch.setattr(children, "running_by_id", lambda: {key: one for key, one in found.items() if one.alive})

    def start(ticket: QueuedRun, out: Path, always: tuple[str, ...]) -> Puppet:
        found[ticket.run_id] = Puppet()
        return found[ticket.run_id]

    monkeypatch.setattr(children, "start", start)
    return found


@pytest.fixture
def opened(tmp_path: Path, puppets: dict[str, Puppet]) -> Iterator[Callable[..., RunQueue]]:
    """``opened(max_runs=2)``: a desk; the one before is closed."""
    desks: list[RunQueue] = []

    def open_desk(max_runs: int = 1, **more: Any) -> RunQueue:
        if desks:
            desks.pop().close()
        desks.append(RunQueue(tmp_path, max_runs, **more))
        return desks[-1]

    yield open_desk
    for one in desks:
        one.close()


def ticket(name: str, ago_s: float = 0.0, **more: Any) -> QueuedRun:
    """A run asked for so long ago."""
    at = (datetime.now(UTC) - timedelta(seconds=ago_s)).isoformat(timespec="milliseconds")
    return QueuedRun(name, "scenario", "", "", {}, "somebody", at, **more)


def leave(out: Path, one: QueuedRun, **files: str) -> None:
    """What a server left of a run."""
    (out / one.run_id).mkdir()
    keep(out, one)
    for name, text in files.items():
        (out / one.run_id / name.replace("_", ".")).write_text(text)


def test_as_many_at_once_as_allowed_in_their_order(opened: Callable[..., RunQueue], puppets: dict[str, Puppet]) -> None:
    """The next begins when one is over."""
    found = opened(max_runs=2)
    for name in "abcd":
        found.accept(ticket(name), b"")
    assert list(puppets) == ["a", "b"] and [found.place(name) for name in "abcd"] == [0, 0, 1, 2]
    puppets["b"].alive = False
    found.look()
    assert list(puppets) == ["a", "b", "c"] and found.place("d") == 1


def test_so_many_may_wait(opened: Callable[..., RunQueue], monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is refused, and leaves nothing."""
    monkeypatch.setattr(run_queue, "MOST_WAITING", 1)
    found = opened()
    found.accept(ticket("a"), b"")
    found.accept(ticket("b"), b"")
    with pytest.raises(Full):
        found.accept(ticket("c"), b"")
    assert not (found.out / "c").exists()


def test_a_stop_is_asked_for_once(opened: Callable[..., RunQueue], puppets: dict[str, Puppet]) -> None:
    """A run that is asked twice would leave out what it does afterwards."""
    found = opened()
    found.accept(ticket("a"), b"")
    assert found.stop("a", "x") and found.stop("a", "y") and puppets["a"].asked == 1
    puppets["a"].alive = False
    found.look()
    assert not found.stop("a", "z")
    seen = RunStatus(found).see("a")
    assert (seen.state, seen.verdict) == ("FINISHED", "INTERRUPTED") and "x" in seen.summary["reason"]


@pytest.mark.parametrize(
    ("left", "verdict", "words"),
    [
        ({"console_txt": "cannot reach http://x: connection refused\n"}, "INVALID", "connection refused"),
        ({"manifest_json": "{}"}, "INVALID", "hms-esr report"),
        ({"summary_json": '{"verdict": "FAIL", "reason": "slow"}'}, "FAIL", "slow"),
        ({"summary_json": "{", "manifest_json": "{}"}, "INVALID", "without a report"),
    ],
    ids=["never took place", "broken off", "over", "damaged"],
)
def test_runs_that_ended_while_no_server_was_there(
    tmp_path: Path, opened: Callable[..., RunQueue], left: dict[str, str], verdict: str, words: str
) -> None:
    """Each is FINISHED with a verdict and a reason, and its end is told once, by the first server that comes."""
    leave(tmp_path, ticket("a", started_at="2026-03-02T00:00:00+00:00"), **left)
    told: list[tuple[str, str]] = []
    for _ in range(2):
        seen = RunStatus(opened(told=lambda one, what: told.append((one.run_id, what)))).see("a")
        assert (seen.state, seen.verdict) == ("FINISHED", verdict) and words in seen.summary["reason"]
    assert told == [("a", "ended")]


def test_runs_that_go_on_count(tmp_path: Path, opened: Callable[..., RunQueue], puppets: dict[str, Puppet]) -> None:
    """They are found by their processes, hold their place, and what waited begins after them in its order."""
    puppets["a"] = Puppet()
    for number, name in enumerate("abc"):
        leave(tmp_path, ticket(name, ago_s=30 - number), console_txt="")
    found = opened()
    found.look()
    assert found.running() == ["a"] and [found.place(name) for name in "abc"] == [0, 1, 2]
    puppets["a"].alive = False
    found.look()
    assert found.running() == ["b"]


def test_who_waited_too_long_is_told(
    tmp_path: Path, opened: Callable[..., RunQueue], puppets: dict[str, Puppet]
) -> None:
    """A run is not begun long after it was asked for, when nobody expects it any more."""
    leave(tmp_path, ticket("old", ago_s=KEEP_WAITING_S + 60))
    leave(tmp_path, ticket("new", ago_s=KEEP_WAITING_S - 60))
    found = opened()
    found.look()
    assert list(puppets) == ["new"]
    seen = RunStatus(found).see("old")
    assert (seen.state, seen.verdict) == ("FINISHED", "INTERRUPTED") and "too long" in seen.summary["reason"]


def test_keys_outlive_the_server(tmp_path: Path, opened: Callable[..., RunQueue]) -> None:
    """A repeated request after a restart is the same run."""
    opened().accept(ticket("a", key="k", body="b"), b"")
    known = opened().known("k")
    assert known is not None and known.run_id == "a"


def test_damaged_tickets_are_passed_over(tmp_path: Path, opened: Callable[..., RunQueue]) -> None:
    """Nothing on disk keeps a server from starting."""
    for name, text in {"a": "{", "b": "[]", "c": '{"run_id": "../x"}', "d": json.dumps({"run_id": 5})}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "ticket.json").write_text(text)
    (tmp_path / "ticket.json").write_text("{}")
    assert opened().tickets() == []


def test_one_server_for_a_folder(tmp_path: Path, opened: Callable[..., RunQueue]) -> None:
    """Another is refused while the first is there."""
    opened()
    with pytest.raises(EnvironmentProblem, match="served already"):
        RunQueue(tmp_path, 1)


@each("text", ["", ".", "..", "a/b", "../a", ".hidden", "a\0", "a\n", "ä", "x" * 201])
def test_ids_that_are_no_part_of_a_path(text: str) -> None:
    """Only such as this program makes."""
    assert not is_run_id(text)
