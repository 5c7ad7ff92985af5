"""A run over workers delivers the plan, and loses nobody it need not lose, seen from the target's own log."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from tests.rehearsals.clusters import LATE, twice

pytestmark = pytest.mark.long


def test_workers_deliver_the_plan(rehearsal: Any) -> None:
    """Three workers: everybody comes once, the record says so second by second, and each worker did its share."""
    run = rehearsal(3, *LATE, rate=100, duration_s=4)
    ran = run.end()
    assert ran.code == 0, ran.output + ran.errors
    log, summary = run.target.log(), ran.summary
    assert sorted(person for person, path, *_ in log if path == "/page") == list(range(400))
    assert not twice(log)
    assert summary["requests"] == len(log)
    delivery = summary["delivery"]
    assert (delivery["planned"], delivery["delivered"]) == (400, 400)
    assert sum(planned for _, planned, _ in delivery["per_second"]) == 400
    assert sum(delivered for _, _, delivered in delivery["per_second"]) == 400
    assert (delivery["workers_lost"], delivery["taken_over"]) == (0, 0)
    assert summary["generator"]["loop_lag_p99_ms"] is not None
    workers = json.loads((ran.folder / "manifest.json").read_text())["workers"]
    assert [worker["index"] for worker in workers] == [0, 1, 2]
    assert len({worker["pid"] for worker in workers}) == 3


def test_workers_stop_when_their_master_is_killed(rehearsal: Any) -> None:
    """The master killed: no request comes 6 s later, and the workers are gone, saying why."""
    run = rehearsal(2, *LATE, rate=60, duration_s=60)
    run.wait_for_requests(60)
    workers = run.workers()
    killed_at = run.kill_master()
    run.wait_until(lambda: not any(worker.is_running() for worker in workers), "the workers were gone", within_s=12)
    log = run.target.log()
    assert max(came_s for _, _, came_s, _ in log) < killed_at + 6
    assert run.end().errors.count("the master is gone") == 2


def test_pausing_holds_for_every_worker(rehearsal: Any, esr: Any) -> None:
    """While a run is paused nobody comes to any worker; after it everybody does, and none is late for it."""
    run = rehearsal(2, *LATE, rate=40, duration_s=6)
    run.wait_for_requests(80)
    paused = esr("pause", "--out", str(run.folder / "results"))
    assert paused.code == 0, paused.errors
    run.wait_until_quiet(1.5)
    resumed = esr("resume", "open", "--out", str(run.folder / "results"))
    assert resumed.code == 0, resumed.errors
    ran = run.end()
    assert ran.code == 0, ran.output + ran.errors
    log = run.target.log()
    assert sorted(person for person, path, *_ in log if path == "/page") == list(range(240))
    came = sorted(came_s for _, path, came_s, _ in log if path == "/page")
    assert max(after - before for before, after in pairwise(came)) > 1.0
    assert [segment["warp"] for segment in ran.summary["clock"]] == [1.0, 0.0, 1.0]


def test_stopping_ends_every_worker(rehearsal: Any) -> None:
    """The time limit ends the load of all workers; everybody who was due is accounted for."""
    run = rehearsal(2, *LATE, "--time-limit", "2s", rate=40, duration_s=30)
    ran = run.end()
    assert ran.code == 3
    assert "the time limit" in ran.summary["reason"]
    people = ran.summary["people"]
    assert people["planned"] == sum(people[state] for state in ("completed", "unfinished"))
    assert 40 < people["planned"] < 160


def test_places_of_a_closed_load_are_kept_filled(rehearsal: Any) -> None:
    """A worker killed in a closed load: its places are filled again by the other, nobody comes twice."""
    run = rehearsal(2, *LATE, "--max-dropped", "100%", load="{concurrent: 20}", duration_s=6)
    run.wait_for_requests(200)
    log = run.target.log()
    run.workers()[0].kill()
    killed = len(log)
    ran = run.end()
    log, summary = run.target.log(), ran.summary
    assert not twice(log)
    people = summary["people"]
    assert people["planned"] == sum(people[state] for state in ("completed", "failed", "lost", "unfinished"))
    assert len({person for person, *_ in log}) <= summary["delivery"]["delivered"]
    last = max(came_s for _, _, came_s, _ in log)
    lately = [person for person, path, came_s, _ in log if path == "/page" and came_s > last - 2.0]
    assert {person % 20 for person in lately} == set(range(20)), "every place is filled to the end"
    assert len(log) > killed
