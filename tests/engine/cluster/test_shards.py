"""Duties share people out and out again, so that everybody has exactly one worker."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hms_esr.engine.cluster.shards import Round, Shard, places_of, unstarted
from hms_esr.engine.cluster.start_log import StartLog
from tests.engine.cluster.schedules import CLOSED, schedule_of

CROWD = schedule_of()


def people(*shards: Shard) -> list[int]:
    """Everybody of these duties, in the order they come."""
    round_ = Round(CROWD, StartLog(CROWD))
    for shard in shards:
        round_.take(shard)
    return [arrival.person_no for arrival in round_.due(1e9)]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_shared_out_people_are_the_same_people(parts: list[int]) -> None:
    """However often a duty is shared out among others, together they have everybody of it once."""
    shards = [Shard(0, 1)]
    for n in parts:
        shards = [part for shard in shards for part in shard.among(n)]
    assert Counter(people(*shards)) == Counter(range(100))


@given(st.integers(1, 7), st.floats(0, 11))
def test_a_moment_divides_a_duty(workers: int, at_s: float) -> None:
    """Who is due before a moment and who is due from it on are everybody, once."""
    before = [Shard(index, workers, until_s=at_s) for index in range(workers)]
    after = [Shard(index, workers, from_s=at_s) for index in range(workers)]
    assert Counter(people(*before, *after)) == Counter(range(100))


def test_people_come_in_order_of_time() -> None:
    """Several duties together give people in the order of their intended times."""
    ks = people(Shard(1, 3), Shard(0, 3), Shard(2, 3))
    assert [CROWD.arrival(k).at_s for k in ks] == sorted(CROWD.arrival(k).at_s for k in range(100))


def test_a_duty_travels_whole() -> None:
    """What a message carries is the duty again, with and without an end."""
    for shard in (Shard(3, 9), Shard(0, 2, 1.5, 7.25)):
        assert Shard.unpacked(shard.packed()) == shard


def test_who_has_started_is_not_taken_over() -> None:
    """The unstarted of a duty are counted, and the duty from the first of them on leaves out who started."""
    log = StartLog(CROWD)
    started = [k for k in range(0, 60, 2) if k != 8]
    for k in started:
        log.claim(0, CROWD.arrival(k))
    count, rest = unstarted(Shard(0, 2), CROWD, log, 6.0)
    assert count == 50 - len(started)
    assert rest.from_s == CROWD.arrival(8).at_s
    round_ = Round(CROWD, log)
    round_.take(rest)
    assert [arrival.person_no for arrival in round_.due(1e9)] == [8, *range(60, 100, 2)]


def test_a_place_goes_on_with_the_next_number() -> None:
    """A place of a closed load that is taken over gets the person after the last who came there, until the end."""
    schedule = schedule_of(CLOSED)
    log = StartLog(schedule)
    arrival = schedule.retry(schedule.arrival(1), 2.0)
    log.claim(0, arrival)
    round_ = Round(schedule, log)
    round_.take_places(Shard(1, 3), 5.0)
    assert {(one.person_no, one.place) for one in round_.due(5.0)} == {(13, 1), (4, 4)}
    assert list(places_of(Shard(1, 3), schedule)) == [1, 4]
    late = Round(schedule, log)
    late.take_places(Shard(1, 3), 10.0)
    assert {one.person_no for one in late.due(1e9)} == {4}


def test_a_place_filled_by_another_meanwhile_is_filled_after_it() -> None:
    """Who comes there next has a number nobody had, at the moment that was asked for."""
    schedule = schedule_of(CLOSED)
    log = StartLog(schedule)
    round_ = Round(schedule, log)
    round_.take_places(Shard(1, 6), 5.0)
    (first,) = round_.due(5.0)
    log.claim(3, schedule.retry(first, 5.0))
    assert not log.claim(0, first)
    round_.go_on(first, 5.5)
    assert [(one.person_no, one.place, one.at_s) for one in round_.due(5.5)] == [(13, 1, 5.5)]


def test_who_leaves_keeps_those_due_before() -> None:
    """Nobody due at or after the moment is left to start."""
    round_ = Round(CROWD, StartLog(CROWD))
    round_.take(Shard(0, 1))
    round_.keep_until(CROWD.arrival(40).at_s)
    assert [arrival.person_no for arrival in round_.due(1e9)] == list(range(40))
    assert round_.next_s == float("inf")
