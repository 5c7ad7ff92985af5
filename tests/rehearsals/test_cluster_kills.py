"""Workers killed, stopped, sent away, joining late; the master killed or stopped: the target's own log agrees."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsals.books import STATES, Books, kill_one
from tests.rehearsals.clusters import LATE, Gathering, Rehearsal

pytestmark = pytest.mark.long

LEASE_S = 5.0
SECONDS = 6


@pytest.fixture
def started(tmp_path: Path, logging_target: Any) -> Iterator[Callable[..., Any]]:
    """``started(Rehearsal, 3, *LATE, rate=60)``: a run against a target whose log is the truth; ended at last."""
    ours: list[Any] = []

    def start(kind: Callable[..., Any], workers: int, *options: str, **plan: Any) -> Any:
        ours.append(kind(tmp_path, logging_target(), workers, *options, **plan))
        return ours[-1]

    yield start
    for one in ours:
        one.close()


def end(run: Rehearsal) -> Books:
    """The books of a run that is over, closed."""
    books = Books(run, run.end())
    books.close()
    return books


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_worker_killed_at_any_moment_is_made_up_for(seed: int, tmp_path: Path, logging_target: Any) -> None:
    """SIGKILL: books close person by person, nobody comes twice, the rate is back in a second, a PASS is deserved."""
    kill_one(tmp_path, logging_target(), seed, rate=200, duration_s=SECONDS)


def test_a_worker_stopped_and_continued_is_made_up_for(started: Any) -> None:
    """SIGSTOP, SIGCONT: taken over a second after its lease; its late people do not come; it comes back as another."""
    run = started(Rehearsal, 3, *LATE, rate=60, duration_s=14)
    stopped_s = run.first_came_s() + 1.0
    run.wait_until_s(stopped_s)
    victim = run.workers()[1]
    victim.suspend()
    run.wait_until_s(stopped_s + LEASE_S + 2.0)
    victim.resume()
    run.wait_until(lambda: len(run.manifest()["workers"]) == 4, "it was there again")
    books = end(run)
    assert books.late_s(stopped_s) < LEASE_S + 1.0
    workers = run.manifest()["workers"]
    assert [worker["index"] for worker in workers] == [0, 1, 2, 3]
    assert [worker["pid"] for worker in workers].count(victim.pid) == 2
    assert "worker 2 delivered its records" in books.ran.output
    assert "worker 4 joined" in books.ran.output
    assert books.started["worker 4"] > 0
    assert books.summary["delivery"]["workers_lost"] == 1
    assert books.summary["delivery"]["taken_over"] > 0
    books.judged_rightly()


def test_a_worker_of_another_machine_stopped_and_continued_is_made_up_for(started: Any) -> None:
    """Without shared memory too: its late people do not come, it delivers what it has and comes back as a new one."""
    cluster = started(Gathering, 2, *LATE, rate=40, duration_s=14)
    victim, _ = cluster.join(), cluster.join()
    stopped_s = cluster.run.first_came_s() + 1.0
    cluster.run.wait_until_s(stopped_s)
    victim.send_signal(signal.SIGSTOP)
    cluster.run.wait_until_s(stopped_s + LEASE_S + 2.0)
    victim.send_signal(signal.SIGCONT)
    books = end(cluster.run)
    assert books.late_s(stopped_s) < LEASE_S + 1.0
    assert books.started["worker 3"] > 0
    assert [worker["pid"] for worker in cluster.run.manifest()["workers"]].count(victim.pid) == 2
    assert [worker.wait(timeout=40) for worker in cluster.workers] == [0, 0]
    books.judged_rightly()


def test_a_worker_asked_to_leave_loses_nobody(started: Any) -> None:
    """SIGTERM at a worker's busiest: everybody completes, within a second of the plan; the verdict is PASS."""
    run = started(Rehearsal, 3, *LATE, rate=100, duration_s=6)
    told_s = run.first_came_s() + 2.0
    run.wait_until_s(told_s)
    leaver = run.workers()[0]
    leaver.terminate()
    run.wait_until(lambda: not leaver.is_running(), "the worker had left")
    books = end(run)
    assert books.ran.code == 0, books.ran.output + books.ran.errors
    assert books.in_state("completed") == set(books.planned_s)
    assert books.late_s(told_s) < 1.0
    assert books.summary["requests"] == len(books.log)
    assert books.summary["delivery"]["workers_lost"] == 0
    assert books.summary["delivery"]["taken_over"] > 0


def test_two_workers_that_come_late_take_their_part(started: Any) -> None:
    """Both start people, the record names all three, everybody completes."""
    cluster = started(Gathering, 1, *LATE, rate=40, duration_s=14)
    cluster.join()
    cluster.run.wait_for_requests(20)
    late = [cluster.join(), cluster.join()]
    books = end(cluster.run)
    assert books.ran.code == 0, books.ran.output + books.ran.errors
    assert [worker.wait(timeout=20) for worker in late] == [0, 0]
    assert books.in_state("completed") == set(books.planned_s)
    assert all(books.started[f"worker {number}"] > 0 for number in (1, 2, 3)), books.started
    assert {one["index"] for one in cluster.run.manifest()["workers"]} == {0, 1, 2}


def test_a_worker_killed_and_started_again_is_a_new_one(started: Any) -> None:
    """Of another machine: the old one is missed after its lease and made up for, the new one takes its part."""
    cluster = started(Gathering, 2, *LATE, rate=40, duration_s=14)
    victim, _ = cluster.join(), cluster.join()
    killed_s = cluster.run.first_came_s() + 1.0
    cluster.run.wait_until_s(killed_s)
    victim.kill()
    again = cluster.join()
    books = end(cluster.run)
    assert again.wait(timeout=20) == 0, again.communicate()[1]
    assert books.late_s(killed_s) < LEASE_S + 1.0
    assert books.lost_until_s() < killed_s + 3.5, "only those it may have started on its last grants are lost"
    assert books.started["worker 3"] > 0
    assert books.summary["delivery"]["workers_lost"] == 1
    assert books.summary["delivery"]["taken_over"] > 0
    books.judged_rightly()


def test_workers_of_a_killed_master_stop_and_say_why(started: Any) -> None:
    """The master killed: no request comes 6 s later; workers of other machines end with 4, saying why."""
    cluster = started(Gathering, 2, *LATE, rate=60, duration_s=60)
    workers = [cluster.join(), cluster.join()]
    cluster.run.wait_for_requests(120)
    killed_s = cluster.run.kill_master()
    told = [worker.communicate(timeout=60)[1] for worker in workers]
    assert [worker.returncode for worker in workers] == [4, 4], told
    assert all("no word from the master for 5 s: everybody was stopped" in text for text in told), told
    assert max(came_s for _, _, came_s, _ in cluster.run.target.log()) < killed_s + 6.0


def test_a_master_that_stood_still_invalidates_the_run(started: Any) -> None:
    """Stopped for 10 s and continued: INVALID by its own doing; its workers stopped everybody; who was due is told."""
    run = started(Rehearsal, 2, *LATE, "--max-dropped", "100%", rate=40, duration_s=6)
    stopped_s = run.first_came_s() + 1.0
    run.wait_until_s(stopped_s)
    run.suspend_master()
    run.wait_until_s(stopped_s + 10.0)
    run.resume_master()
    books = Books(run, run.end())
    assert books.ran.code == 3, books.ran.output + books.ran.errors
    assert re.search(r"the master itself stood still for (9|1\d) s", books.summary["reason"])
    assert max(came_s for _, _, came_s, _ in books.log) < stopped_s + 6.0
    assert len(books.log) == books.summary["requests"]
    books.nobody_twice()
    people = books.summary["people"]
    assert people["planned"] == sum(people[state] for state in STATES) == len(books.ends) == 40 * 6
    assert people["dropped"] >= 40, "those due while nobody was there"
