"""An entry of the start log is made once, whoever tries, and survives the death of who made it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hms_esr.engine.cluster.start_log import StartLog
from tests.engine.cluster.schedules import CLOSED, schedule_of
from tests.house.sources import ROOT

DYING = """
import os, sys
from hms_esr.engine.cluster.start_log import StartLog
from tests.engine.cluster.schedules import schedule_of
schedule = schedule_of()
log = StartLog(schedule, int(sys.argv[1]))
made = [log.claim(1, schedule.arrival(k)) for k in (1, 3, 4)]
os.write(1, repr(made).encode())
os.kill(os.getpid(), 9)
"""


def test_a_person_is_claimed_once() -> None:
    """The second who tries is refused, and the log says who came first."""
    schedule = schedule_of()
    log = StartLog.shared(schedule)
    assert log.claim(0, schedule.arrival(4))
    assert not log.claim(1, schedule.arrival(4))
    assert log.started_by(0) == [4]
    assert log.started_by(1) == []
    log.close()


def test_entries_survive_a_kill_and_hold_for_every_process() -> None:
    """A process killed after its claims leaves them; nobody else gets these people."""
    schedule = schedule_of()
    log = StartLog.shared(schedule)
    assert log.claim(0, schedule.arrival(4))
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", DYING, str(log.fd)]
    done = subprocess.run(command, pass_fds=[log.fd], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-9, "[True, True, False]")
    assert log.started_by(1) == [1, 3]
    assert not log.claim(0, schedule.arrival(3))
    log.close()


def test_who_was_shut_out_claims_nobody() -> None:
    """After a worker was shut out it gets nobody any more, others do."""
    schedule = schedule_of()
    log = StartLog.shared(schedule)
    assert log.shut_out(1)
    assert not log.claim(1, schedule.arrival(5))
    assert log.claim(0, schedule.arrival(5))
    log.close()


@pytest.mark.parametrize("k", [2, 8, 14])
def test_a_place_is_taken_by_numbers_that_rise(k: int) -> None:
    """At a place of a closed load nobody comes again whose number was there, and the last who came is known."""
    schedule = schedule_of(CLOSED)
    log = StartLog.shared(schedule)
    arrival = schedule.arrival(2)
    while arrival.person_no < k:
        arrival = schedule.retry(arrival, 1.0)
    assert log.last_of(2) is None
    assert log.claim(0, arrival)
    assert log.last_of(2) == k
    assert not log.claim(1, arrival)
    assert log.claim(1, schedule.retry(arrival, 2.0))
    assert log.last_of(2) == k + 6
    log.close()


def test_free_people_of_a_class_are_counted() -> None:
    """How many of every third person have not started, and who is the first of them."""
    schedule = schedule_of()
    log = StartLog(schedule)
    assert log.free_of(1, 100, 3) == (33, 1)
    for k in (1, 4, 10):
        log.claim(0, schedule.arrival(k))
    assert log.free_of(1, 100, 3) == (30, 7)
