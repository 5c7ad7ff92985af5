"""Locust's own statistics, written from ticks, say what the record says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.house.sources import ROOT

pytestmark = pytest.mark.own_process

BEGAN_AT = 1_700_000_000
SCRIPT = """
import hms_esr.engine.locust_core.stats
import json
from locust.stats import RequestStats
from hms_esr.engine.recording.recorder import Recorder
from hms_esr.engine.locust_core.stats import add_to_stats
from hms_esr.record import Cell, ErrorKey, SeriesKey, Tick

BEGAN_AT = 1_700_000_000
DONE = SeriesKey("apply", "submit", "farmer", 200, "")
BROKEN = SeriesKey("apply", "submit", "clerk", 500, "")
LOOK = SeriesKey("look", "visit", "farmer", 200, "")
ERROR = ErrorKey("apply", "submit", "status", "Internal Server Error", 500)

def ticks_of(worker, times_ms, second):
    recorder = Recorder(worker)
    for ms in times_ms:
        recorder.record_request(second + 0.5, DONE, False, 10, ms, ms / 2)
    recorder.record_request(second + 0.6, BROKEN, True, 1, 40.0, 20.0)
    recorder.error(second + 0.6, ERROR, 7, "trace", stopped=False)
    recorder.record_request(second + 0.7, LOOK, False, 5, 8.0, 4.0)
    return recorder.take(second + 1, 0.1)

two, stall, retried, idle, many = (RequestStats() for _ in range(5))
two.total.start_time = BEGAN_AT - 2  # workers were waited for
add_to_stats(two, ticks_of("worker 1", [10.0] * 99, 3), began_at=BEGAN_AT)
add_to_stats(two, ticks_of("worker 2", [20.0] * 99, 4), began_at=BEGAN_AT)
add_to_stats(stall, ticks_of("worker 1", [5.0] * 50 + [1900.0] * 50, 3))
ticks = ticks_of("worker 1", [30.0], 3)
ticks[-1].cells[LOOK].requests += 3
ticks[-1].cells[SeriesKey("idle", "wait", "", 0, "")] = Cell()
add_to_stats(retried, ticks)
add_to_stats(idle, [Tick("worker 1", 0, 0)])
for second in range(200):
    add_to_stats(many, ticks_of("worker 1", [10 + second / 1000 + part / 10 for part in range(8)], second))
entry, look, error = two.get("submit", "apply"), retried.get("visit", "look"), next(iter(two.errors.values()))
print(json.dumps({
    "entry": [entry.num_requests, entry.num_failures, entry.total_content_length],
    "times": [entry.min_response_time, entry.max_response_time, entry.avg_response_time],
    "seconds": dict(entry.num_reqs_per_sec),
    "quarters": [entry.get_response_time_percentile(0.25), entry.get_response_time_percentile(0.75)],
    "total": [two.total.num_requests, two.total.num_failures, two.total.start_time, two.total.total_rps],
    "entries": sorted(two.entries),
    "sent": len(two.serialize_stats()) + len(two.serialize_errors()),
    "error": [len(two.errors), error.name, error.method, error.error, error.occurrences],
    "seen": [error.first_seen, error.last_seen],
    "stall": stall.get("submit", "apply").get_response_time_percentile(0.95),
    "retried": [look.num_requests, look.num_none_requests, look.get_response_time_percentile(0.99)],
    "many": len(many.get("submit", "apply").response_times),
    "idle": [idle.num_requests, len(idle.entries), idle.total.total_rps],
}))
"""


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    """What Locust shows of some ticks; asked in a process of its own, as Locust patches the one it is loaded in."""
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    asked = subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, timeout=60)
    assert asked.returncode == 0, asked.stderr
    found: dict[str, Any] = json.loads(asked.stdout)
    return found


def test_workers_add_up_to_one_table(table: dict[str, Any]) -> None:
    """Count, failures, bytes, rates and times of two workers are in the step's entry and in the total, once."""
    assert table["entry"] == [200, 2, 1982]
    assert table["times"] == [10.0, 40.0, pytest.approx((99 * 10 + 99 * 20 + 2 * 40) / 200)]
    assert table["seconds"] == {str(BEGAN_AT + 3): 100, str(BEGAN_AT + 4): 100}
    assert table["quarters"] == [pytest.approx(10.0, rel=0.004), pytest.approx(20.0, rel=0.004)]
    assert table["total"] == [202, 2, BEGAN_AT, pytest.approx(202 / 5)]
    assert table["entries"] == [["submit", "apply"], ["visit", "look"]]
    assert table["sent"] == 3


def test_percentiles_of_a_stall_are_those_from_the_intended_start(table: dict[str, Any]) -> None:
    """Who waited for a target that stood still is seen in Locust's table as in the verdict."""
    assert table["stall"] == pytest.approx(1900.0, rel=0.004)


def test_errors_are_counted_by_their_words(table: dict[str, Any]) -> None:
    """The same failure of two seconds is one line with two occurrences and the moments of both."""
    assert table["error"] == [1, "submit", "apply", "Internal Server Error", 2]
    assert table["seen"] == [BEGAN_AT + 3, BEGAN_AT + 4]


def test_a_request_without_a_time_moves_no_percentile(table: dict[str, Any]) -> None:
    """Retries count as requests, as Locust's own do that have no time."""
    assert table["retried"] == [4, 3, pytest.approx(8.0, rel=0.004)]


def test_nothing_in_a_second_changes_nothing(table: dict[str, Any]) -> None:
    """An idle tick leaves the table as it was, and Locust can still show it."""
    assert table["idle"] == [0, 0, 0.0]


def test_a_long_run_has_no_more_kinds_of_times_than_a_short_one(table: dict[str, Any]) -> None:
    """1600 different times of 200 seconds, from 10 to 10.9 ms, and the 40 ms: a bucket is 0.8 % wide."""
    assert table["many"] <= 17
