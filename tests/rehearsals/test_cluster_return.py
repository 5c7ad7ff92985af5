"""Who stood still or was started again comes back as a new worker; a master that stood still says so."""

from __future__ import annotations

import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.rehearsals.clusters import NO_LIMITS, Gathering, Rehearsal, twice


@pytest.fixture
def rehearsal(tmp_path: Path, logging_target: Any) -> Iterator[Callable[..., Rehearsal]]:
    """``rehearsal(3, *LATE, rate=200)``: a run over 3 workers against a target whose log is the truth."""
    started: list[Rehearsal] = []

    def start(workers: int, *options: str, **plan: Any) -> Rehearsal:
        started.append(Rehearsal(tmp_path, logging_target(), workers, *options, **plan))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def gathering(tmp_path: Path, logging_target: Any) -> Iterator[Callable[..., Gathering]]:
    """``gathering(2, rate=50)``: a master that waits for two workers."""
    started: list[Gathering] = []

    def start(expect: int, **plan: Any) -> Gathering:
        started.append(Gathering(tmp_path, logging_target(), expect, **plan))
        return started[-1]

    yield start
    for one in started:
        one.close()


def accounted(summary: dict[str, Any]) -> int:
    """People whose end is on record."""
    return sum(summary["people"][state] for state in ("completed", "failed", "lost", "unfinished", "dropped"))


def test_a_child_that_stood_still_comes_back_as_another(rehearsal: Any) -> None:
    """SIGSTOP for longer than its lease: others take over; then it delivers, joins anew and starts people again."""
    run = rehearsal(2, *NO_LIMITS, rate=40, duration_s=16)
    run.wait_for_requests(80)
    stopped = run.workers()[1]
    stopped.suspend()
    before = run.target.count()
    run.wait_for_requests(before + 400)
    stopped.resume()
    run.wait_until(lambda: len(run.manifest()["workers"]) == 3, "it was there again")
    ran = run.end()
    log, summary = run.target.log(), ran.summary
    assert not twice(log)
    assert summary["people"]["planned"] == 640 == accounted(summary)
    assert len({person for person, *_ in log}) >= 640 - summary["people"]["lost"]
    workers = run.manifest()["workers"]
    assert [worker["index"] for worker in workers] == [0, 1, 2]
    assert workers[1]["pid"] == workers[2]["pid"]
    assert summary["delivery"]["workers_lost"] == 1
    assert summary["delivery"]["taken_over"] > 0
    assert "worker 2 delivered its records" in ran.output
    assert "worker 3 joined" in ran.output


def test_places_of_a_lost_worker_of_another_machine_are_filled(gathering: Any) -> None:
    """Its places in a closed load go on with the other; started again at once by its operator it joins as a new one."""
    cluster = gathering(2, load="{concurrent: 12}", duration_s=14)
    victim, _ = cluster.join(), cluster.join()
    cluster.run.wait_for_requests(300)
    victim.kill()
    cluster.join()
    ran = cluster.run.end()
    log, summary = cluster.run.target.log(), ran.summary
    assert not twice(log)
    assert accounted(summary) == summary["people"]["planned"]
    assert summary["delivery"]["workers_lost"] == 1
    assert summary["delivery"]["taken_over"] == 6
    last = max(came_s for _, _, came_s, _ in log)
    lately = Counter(person % 12 for person, path, came_s, _ in log if path == "/page" and came_s > last - 3.0)
    assert set(lately) == set(range(12)), "every place is filled to the end"
    assert {worker["index"] for worker in cluster.run.manifest()["workers"]} == {0, 1, 2}
    assert ran.code == 0, ran.output + ran.errors


def test_a_worker_of_another_machine_comes_back_by_itself(gathering: Any) -> None:
    """After standing still it delivers what it has, joins anew under another number and ends with 0."""
    cluster = gathering(2, rate=40, duration_s=15)
    victim, _ = cluster.join(), cluster.join()
    cluster.run.wait_for_requests(120)
    process = psutil.Process(victim.pid)
    process.suspend()
    cluster.run.wait_for_requests(cluster.run.target.count() + 300)
    process.resume()
    ran = cluster.run.end()
    log, summary = cluster.run.target.log(), ran.summary
    assert not twice(log)
    assert summary["people"]["planned"] == 600 == accounted(summary)
    workers = cluster.run.manifest()["workers"]
    assert [worker["pid"] for worker in workers].count(victim.pid) == 2
    assert victim.wait(timeout=20) == 0, victim.communicate()[1]
    assert summary["delivery"]["workers_lost"] == 1


def test_a_master_that_stood_still_says_so(rehearsal: Any) -> None:
    """Stopped for 10 s and continued: INVALID by its own doing; its workers had stopped everybody long before."""
    run = rehearsal(2, *NO_LIMITS, rate=40, duration_s=60)
    run.wait_for_requests(80)
    run.suspend_master()
    stopped_s = time.perf_counter()
    run.wait_until_s(stopped_s + 10.0)
    run.resume_master()
    ran = run.end()
    assert ran.code == 3, ran.output + ran.errors
    assert re.search(r"the master itself stood still for (9|1\d) s", ran.summary["reason"])
    log = run.target.log()
    assert max(came_s for _, _, came_s, _ in log) < stopped_s + 6.0
    assert not twice(log)
    assert len(log) == ran.summary["requests"]
    assert accounted(ran.summary) == ran.summary["people"]["planned"]


def test_a_signal_to_the_master_drains_every_worker(rehearsal: Any) -> None:
    """SIGTERM: INTERRUPTED, everybody who came is accounted for, and the record agrees with the target."""
    run = rehearsal(2, *NO_LIMITS, rate=40, duration_s=60)
    run.wait_for_requests(120)
    run.process.send_signal(signal.SIGTERM)
    ran = run.end()
    assert ran.code == 130, ran.output + ran.errors
    log, summary = run.target.log(), ran.summary
    assert not twice(log)
    assert summary["requests"] == len(log)
    assert summary["people"]["lost"] == 0
    assert accounted(summary) == summary["people"]["planned"] == summary["delivery"]["delivered"]
