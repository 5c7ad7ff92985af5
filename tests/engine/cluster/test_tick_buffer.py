"""Ticks are handed on second by second, when every worker at work has told of it."""

from __future__ import annotations

from hms_esr.engine.cluster.tick_buffer import TickBuffer
from hms_esr.engine.cluster.worker_state import WorkerState
from hms_esr.record import Tick


def team_of(*indices: int) -> dict[int, WorkerState]:
    """Workers at work."""
    members = {index: WorkerState(index, f"id{index}", "host", 1, 0.0) for index in indices}
    for member in members.values():
        member.state = "working"
    return members


def bring(gathering: TickBuffer, member: WorkerState, seq: int, second: int) -> bool:
    """A tick comes; whether it was new."""
    tick = Tick(member.name, seq, second)
    new = member.is_new(tick)
    if new:
        gathering.add(tick)
    return new


def test_a_second_waits_for_every_worker() -> None:
    """It is handed on when the last of them has told of it, and only then acknowledged."""
    gathering, worker_pool = TickBuffer(), team_of(0, 1)
    assert bring(gathering, worker_pool[0], 0, 0)
    assert gathering.ready(worker_pool.values(), 1.2) == []
    assert gathering.below(worker_pool[0]) == 0
    assert bring(gathering, worker_pool[1], 0, 0)
    assert [tick.worker for tick in gathering.ready(worker_pool.values(), 1.3)] == ["worker 1", "worker 2"]
    assert gathering.below(worker_pool[0]) == 1


def test_a_second_does_not_wait_for_ever() -> None:
    """A worker that is silent or lost holds nobody up for long."""
    gathering, worker_pool = TickBuffer(), team_of(0, 1)
    bring(gathering, worker_pool[0], 0, 0)
    assert len(gathering.ready(worker_pool.values(), 4.1)) == 1
    bring(gathering, worker_pool[0], 1, 1)
    worker_pool[1].state = "lost"
    assert len(gathering.ready(worker_pool.values(), 2.2)) == 1


def test_a_tick_sent_again_is_left_out() -> None:
    """The same number twice counts once; one that came before its turn waits to be sent again."""
    gathering, worker_pool = TickBuffer(), team_of(0)
    assert bring(gathering, worker_pool[0], 0, 0)
    assert not bring(gathering, worker_pool[0], 0, 0)
    assert not bring(gathering, worker_pool[0], 2, 2)
    assert bring(gathering, worker_pool[0], 1, 1)
    assert bring(gathering, worker_pool[0], 2, 2)


def test_orders_are_sent_until_they_are_seen() -> None:
    """An order that was not seen is sent again after a second, one that was seen is not."""
    member = team_of(0)[0]
    member.order("begin")
    member.order("settle")
    assert [order["number"] for order in member.to_send(0.0)] == [1, 2]
    assert member.to_send(0.5) == []
    member.says({"seen": 1, "bound_s": 0.0}, 0.6)
    assert not member.up_to_date
    assert [order["number"] for order in member.to_send(1.1)] == [2]
    member.says({"seen": 2, "bound_s": 0.0}, 1.2)
    assert member.up_to_date
    assert member.to_send(9.0) == []
