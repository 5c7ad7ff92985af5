"""Places of a closed load go on when a worker of another machine is lost; a signal to the master drains everybody."""

from __future__ import annotations

import signal
from collections import Counter
from typing import Any

import pytest

from tests.rehearsals.clusters import NO_LIMITS, twice

pytestmark = pytest.mark.long


def accounted(summary: dict[str, Any]) -> int:
    """People whose end is on record."""
    return sum(summary["people"][state] for state in ("completed", "failed", "lost", "unfinished", "dropped"))


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
