"""Who has not the run's secret cannot disturb it, whatever is sent to its port."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.engine.cluster.strangers import send_raw, speak_locust
from tests.rehearsals.clusters import Rehearsal, twice

pytestmark = pytest.mark.long

FRAMES = 2_500
"""By each of two ways in each of two runs: 10 000 in all."""


@pytest.fixture
def run(tmp_path: Path, logging_target: Callable[..., Any]) -> Iterator[Rehearsal]:
    """A run over two workers, under way."""
    rehearsal = Rehearsal(tmp_path, logging_target(), 2, "--max-late", "100%", rate=40, duration_s=6)
    rehearsal.wait_for_requests(40)
    yield rehearsal
    rehearsal.close()


def port_of(rehearsal: Rehearsal) -> int:
    """Where the master listens: on this machine alone."""
    listening = [
        one.laddr for one in psutil.Process(rehearsal.process.pid).net_connections() if one.status == psutil.CONN_LISTEN
    ]
    assert [place.ip for place in listening] == ["127.0.0.1"]
    return int(listening[0].port)


@pytest.mark.parametrize("keys", [False, True], ids=["in the clear", "with keys of its own"])
def test_a_stranger_changes_nothing(keys: bool, run: Rehearsal) -> None:
    """Malformed frames and forged messages never reach the listener: the run is right, nobody is lost."""
    port, chance = port_of(run), random.Random(4)
    send_raw(port, FRAMES, chance)
    speak_locust(port, FRAMES, chance, keys=keys)
    ran = run.end()
    assert ran.code == 0, ran.output + ran.errors
    log, summary = run.target.log(), ran.summary
    assert not twice(log)
    assert summary["people"]["completed"] == 240
    assert summary["requests"] == len(log)
    assert summary["delivery"]["workers_lost"] == 0
