"""What becomes of the people of a worker that goes, when its word comes late, and when it comes back."""

from __future__ import annotations

from hms_esr.engine.cluster.ledger import GENERATION, LOST
from hms_esr.engine.cluster.reassignment import Reassignment
from hms_esr.engine.cluster.shards import Round, Shard
from hms_esr.engine.cluster.start_log import StartLog
from hms_esr.engine.cluster.worker_state import WorkerState
from hms_esr.engine.loop.run_clock import RunClock
from hms_esr.events import ClockChanged, Happened
from hms_esr.record import PersonEnd, Tick
from hms_esr.schedule.arrivals import ArrivalSchedule
from tests.engine.cluster.schedules import CLOSED, schedule_of

Told = list[Happened | ClockChanged]


class Team:
    """Remote workers of a run ``at_s`` seconds after its start, without any wire."""

    def __init__(self, schedule: ArrivalSchedule, workers: int, at_s: float) -> None:
        self.schedule = schedule
        self.told: Told = []
        clock = RunClock(1.0)
        clock.origin -= at_s
        self.reassignment = Reassignment(schedule, StartLog(schedule), clock, self.told.append)
        self.members = [WorkerState(index, f"id{index}", "host", 1, 0.0) for index in range(workers)]
        for member in self.members:
            member.state, member.granted_until_s = "working", at_s
            share = [Shard(member.index, workers)]
            self.reassignment.give(member, share, share)

    def lose(self, member: WorkerState) -> None:
        """It fell silent."""
        member.state, member.books_open = "lost", True
        self.reassignment.doubt(member)
        self.reassignment.lost(member, "was silent", self.members, 0, again=False)

    def tick(self, member: WorkerState, *ks: int, state: str = "completed") -> Tick:
        """``member`` tells that these people came and ended."""
        tick = Tick(member.name, member.next_seq, 1, due_ks=list(ks), started_ks=list(ks))
        tick.ends = [PersonEnd(k, "j", "r", state, "", "", 1.0, 1.0, 1.2) for k in ks]
        assert member.is_new(tick)
        return self.reassignment.told(member, tick)


def orders(member: WorkerState, kind: str) -> list[dict[str, object]]:
    """What it was told."""
    return [order for order in member.to_send(0.0) if order["kind"] == kind]


def test_late_records_of_its_own_people_are_accepted() -> None:
    """Who started with a lost worker may have ended well; who was stopped with it is lost; the rest of them too."""
    worker_pool = Team(schedule_of(), 2, at_s=3.0)
    gone = worker_pool.members[0]
    worker_pool.lose(gone)
    assert [end.state for end in worker_pool.tick(gone, 0, 2).ends] == ["completed", "completed"]
    stopped = worker_pool.tick(gone, 4, state="unfinished").ends[0]
    assert (stopped.state, stopped.reason) == ("lost", LOST)
    books = worker_pool.reassignment.books_of(gone)
    assert books is not None
    assert {0, 2, 4}.isdisjoint(end.person_no for end in books.ends)
    early = [worker_pool.schedule.arrival(end.person_no).at_s <= 3.01 for end in books.ends]
    assert all(early) and all(end.person_no % 2 == 0 for end in books.ends)
    assert not worker_pool.reassignment.accounts.twice


def test_who_comes_back_with_a_person_taken_over_is_found_out() -> None:
    """A lost worker that started somebody beyond its grants: that person is on two workers' books."""
    worker_pool = Team(schedule_of(), 2, at_s=3.0)
    gone, heir = worker_pool.members
    worker_pool.lose(gone)
    late = 80
    assert worker_pool.reassignment.log.is_free(late)
    worker_pool.tick(heir, late)
    worker_pool.tick(gone, late)
    assert worker_pool.reassignment.accounts.twice == {late}


def test_records_that_come_after_the_books_were_closed_do_not_count() -> None:
    """Then everybody of that worker is accounted for already."""
    worker_pool = Team(schedule_of(), 2, at_s=3.0)
    gone = worker_pool.members[0]
    worker_pool.lose(gone)
    gone.books_closed = True
    assert not gone.is_new(Tick(gone.name, gone.next_seq, 1))


def test_places_of_a_lost_remote_worker_go_on_with_numbers_nobody_had() -> None:
    """The others fill them, with people whom the lost worker cannot have started, however late its word comes."""
    worker_pool = Team(schedule_of(CLOSED), 2, at_s=3.0)
    gone, heir = worker_pool.members
    worker_pool.tick(gone, 0, 2, 4, 6)
    worker_pool.lose(gone)
    (event,) = [one for one in worker_pool.told if isinstance(one, Happened) and one.kind == "worker_lost"]
    assert (event.details["people"], event.details["taken_over"]) == (3, 3)
    first, order = orders(heir, "take")
    assert first["places"] == [Shard(1, 2).packed()]
    log = StartLog(worker_pool.schedule)
    for k, worker in order["taken"]:  # type: ignore[attr-defined]
        log.note(worker, worker_pool.schedule.arrival(k))
    round_ = Round(worker_pool.schedule, log)
    for one in order["places"]:  # type: ignore[attr-defined]
        round_.take_places(Shard.unpacked(one), 3.0)
    came = round_.due(1e9)
    assert [arrival.place for arrival in came] == [0, 2, 4]
    assert all(arrival.person_no == arrival.place + 6 * GENERATION for arrival in came)
    worker_pool.tick(gone, 8, 10, 12)
    worker_pool.tick(heir, *(arrival.person_no for arrival in came))
    assert not worker_pool.reassignment.accounts.twice
    assert worker_pool.reassignment.books_of(gone) is None
