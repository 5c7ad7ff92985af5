"""Records wait for their master in order: in memory, then in a file; what fits nowhere is missed, and said so."""

from __future__ import annotations

import tempfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hms_esr.engine.cluster.backlog import AT_ONCE, RESEND_S, Backlog
from hms_esr.engine.cluster.wire import unpacked_tick
from hms_esr.record import Tick


def tick_of(seq: int) -> Tick:
    """A record like any other."""
    tick = Tick("worker 1", seq, seq)
    tick.started_ks = [seq]
    tick.reached = {("journey", f"step {seq}"): 1}
    return tick


def delivered(backlog: Backlog) -> list[dict[str, Any]]:
    """Everything that is sent to a master who acknowledges each record."""
    found: list[dict[str, Any]] = []
    now = 0.0
    while backlog:
        now += 0.1
        sent = backlog.due(now)
        assert sent, "what waits is sent"
        found += sent
        backlog.acknowledged(sent[-1]["seq"] + 1)
    return found


@given(st.integers(0, 40), st.integers(0, 4000), st.integers(0, 4000))
def test_every_record_comes_once_and_in_order(count: int, in_memory: int, on_disk: int) -> None:
    """Whatever the room: each number comes, in order, whole or as lost."""
    backlog = Backlog(in_memory, on_disk)
    for seq in range(count):
        backlog.add(tick_of(seq))
    sent = delivered(backlog)
    assert [packed["seq"] for packed in sent] == list(range(count))
    for packed in sent:
        tick = unpacked_tick(packed)
        assert tick.started_ks == ([] if packed.get("lost") else [packed["seq"]])
        assert tick.second == packed["seq"]


def test_memory_comes_first_then_the_file_then_loss() -> None:
    """Within the limits nothing is lost; beyond them the newest are."""
    backlog = Backlog(in_memory=300, on_disk=900)
    for seq in range(30):
        backlog.add(tick_of(seq))
    lost = [packed["seq"] for packed in delivered(backlog) if packed.get("lost")]
    assert lost == list(range(lost[0], 30))
    assert 5 < lost[0] < 15
    backlog.add(tick_of(30))
    assert [packed.get("lost") for packed in delivered(backlog)] == [None], "there is room again"


def test_a_full_disk_is_counted_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no file can be written, what does not fit in memory is lost and said to be."""

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    backlog = Backlog(in_memory=300)
    for seq in range(20):
        backlog.add(tick_of(seq))
    sent = delivered(backlog)
    assert [packed["seq"] for packed in sent] == list(range(20))
    assert sum(bool(packed.get("lost")) for packed in sent) > 5


def test_a_master_that_comes_back_is_not_flooded() -> None:
    """So many records are under way at most; unanswered ones go again, all and in order, after a while."""
    backlog = Backlog()
    for seq in range(50):
        backlog.add(tick_of(seq))
    first = [packed["seq"] for packed in backlog.due(10.0)]
    assert first == list(range(AT_ONCE))
    assert backlog.due(10.1) == []
    backlog.acknowledged(2)
    assert [packed["seq"] for packed in backlog.due(10.2)] == [AT_ONCE, AT_ONCE + 1]
    assert [packed["seq"] for packed in backlog.due(10.0 + RESEND_S)] == list(range(2, AT_ONCE + 2))
