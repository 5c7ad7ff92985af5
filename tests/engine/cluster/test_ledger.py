"""The master's books close on everybody of a lost worker, once."""

from __future__ import annotations

from hms_esr.clock import SimClock
from hms_esr.engine.cluster.ledger import PersonLedger
from hms_esr.record import PersonEnd, Tick
from tests.engine.cluster.schedules import CLOSED, schedule_of


def tick_of(due: list[int], started: list[int], ended: list[int], seq: int = 0) -> Tick:
    """A tick that tells of these people."""
    ends = [PersonEnd(k, "j", "citizen", "completed", "/", "", 0.0, 0.0, 1.0) for k in ended]
    return Tick("worker 1", seq, seq, due_ks=due, started_ks=started, ends=ends)


def test_lost_people_are_counted_once_each() -> None:
    """Who was told of as due or started is not counted again; who was not is; each has one end, lost."""
    accounts = PersonLedger(schedule_of())
    accounts.fold(tick_of(due=[1, 2, 3], started=[1, 2], ended=[1]))
    ks = accounts.not_ended([1, 2, 3, 4])
    assert ks == [2, 3, 4]
    tick = accounts.lost_tick("worker 1", 7, ks, 5.0, SimClock(1.0))
    assert (tick.worker, tick.seq) == ("worker 1", 7)
    assert (tick.due_ks, tick.started_ks) == ([4], [3, 4])
    assert [(end.person_no, end.state) for end in tick.ends] == [(2, "lost"), (3, "lost"), (4, "lost")]
    assert sum(tick.planned.values()) == 1
    assert sum(tick.delivered.values()) == 2
    accounts.fold(tick)
    assert not accounts.twice
    assert accounts.not_ended([1, 2, 3, 4]) == []


def test_people_reported_by_two_are_noticed() -> None:
    """A second start or end of a person is kept in mind: the run cannot be trusted then."""
    accounts = PersonLedger(schedule_of())
    accounts.fold(tick_of(due=[1], started=[1], ended=[1]))
    accounts.fold(tick_of(due=[2], started=[1], ended=[], seq=1))
    assert accounts.twice == {1}


def test_a_place_is_followed_back_to_the_last_end() -> None:
    """Of a place of a closed load, those after the last whose end is known are open."""
    accounts = PersonLedger(schedule_of(CLOSED))
    accounts.fold(tick_of(due=[2, 8], started=[2, 8], ended=[2, 8]))
    assert accounts.place_not_ended(2, 20) == [20, 14]
    assert accounts.place_not_ended(2, 8) == []


def test_who_was_due_while_nobody_was_there_is_dropped_once() -> None:
    """Due by then and never told of: each is planned, ends dropped, and did not start; who comes later is left out."""
    accounts = PersonLedger(schedule_of())
    at_s = accounts.schedule.arrival(4).at_s
    accounts.fold(tick_of(due=[1, 2], started=[1, 2], ended=[1]))
    ks = accounts.never_came(at_s)
    assert ks == [0, 3, 4]
    tick = accounts.dropped_tick("worker 1", 7, at_s, SimClock(1.0))
    assert (tick.due_ks, tick.started_ks, sum(tick.planned.values())) == ([0, 3, 4], [], 3)
    assert [(end.person_no, end.state, end.started_s) for end in tick.ends] == [(k, "dropped", -1.0) for k in (0, 3, 4)]
    accounts.fold(tick)
    assert accounts.never_came(at_s) == []
    assert not accounts.twice
