"""Faults: checked, counted, ended by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hms_esr.city.faults import SERVICES, FaultBoard, problems_of
from hms_esr.errors import BadInput

from .conftest import Clock

SLOW = {"fault": "latency", "service": "eligibility-svc", "for_s": 60, "latency_ms": 800}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (None, "JSON object"),
        ([], "JSON object"),
        ({}, "fault is None; allowed: latency, error, down"),
        (SLOW | {"fault": "slow"}, "allowed: latency, error, down"),
        (SLOW | {"service": "elig"}, f"allowed: {', '.join(SERVICES)}"),
        (SLOW | {"for_s": 0}, "for_s is 0; allowed: seconds, over 0"),
        (SLOW | {"for_s": "60"}, "for_s is '60'"),
        (SLOW | {"for_s": True}, "for_s is True"),
        (SLOW | {"for_s": float("nan")}, "for_s is nan"),
        (SLOW | {"for_s": 1e9}, "up to 86400"),
        ({k: v for k, v in SLOW.items() if k != "latency_ms"}, "latency_ms is None; allowed: milliseconds"),
        (SLOW | {"latency": 3}, "unknown key 'latency'. Did you mean 'latency_ms'?"),
        (SLOW | {"status": 503}, "status belongs to the fault 'error' only"),
        (SLOW | {"share": 1.5}, "share is 1.5; allowed: a number over 0 and up to 1"),
        ({"fault": "down", "service": "db", "for_s": 1, "latency_ms": 5}, "latency_ms belongs to"),
        ({"fault": "error", "service": "db", "for_s": 1, "status": 200}, "a whole number from 400 to 599"),
        ({"fault": "error", "service": "db", "for_s": 1, "status": "503"}, "a whole number from 400 to 599"),
        ({"fault": ["latency"], "service": {}, "for_s": []}, "fault is ['latency']"),
    ],
)
def test_a_wrong_fault_is_refused_with_what_is_allowed(body: Any, says: str, clock: Clock) -> None:
    """Each mistake of a fault's body is named with what is allowed, and nothing is turned on."""
    board = FaultBoard(clock)
    with pytest.raises(BadInput) as error:
        board.start(body)
    assert says in str(error.value)
    assert not board.active()


def test_all_mistakes_are_named_at_once() -> None:
    """A body with four mistakes gets four answers."""
    assert len(problems_of({"fault": "x", "service": "y", "for_s": -1, "share": 2})) == 4


def test_a_fault_ends_by_itself(clock: Clock) -> None:
    """After for_s seconds of the monotonic clock a fault is off, without anybody's doing."""
    board = FaultBoard(clock)
    board.start(SLOW)
    clock.now_s += 59.999
    trouble = board.trouble("eligibility-svc")
    assert trouble is not None and trouble.delay_ms == 800
    clock.now_s += 0.001
    assert board.trouble("eligibility-svc") is None
    assert board.active() == [] and not board


def test_active_says_what_is_left(clock: Clock) -> None:
    """The list of faults names kind, service and remaining seconds."""
    board = FaultBoard(clock)
    fault = board.start(SLOW)
    clock.now_s += 10.5
    (row,) = board.active()
    assert (row["id"], row["fault"], row["service"], row["remaining_s"]) == (
        fault.id,
        "latency",
        "eligibility-svc",
        49.5,
    )


def test_undo_is_idempotent(clock: Clock) -> None:
    """Ending a fault twice, or one that never was, is no mistake."""
    board = FaultBoard(clock)
    fault = board.start(SLOW)
    assert [board.end(fault.id), board.end(fault.id), board.end("f999")] == [True, False, False]
    board.start(SLOW)
    board.start(SLOW)
    assert [board.clear(), board.clear()] == [2, 0]


def test_other_services_are_well(clock: Clock) -> None:
    """A fault reaches its own service only."""
    board = FaultBoard(clock)
    board.start(SLOW)
    assert all(board.trouble(service) is None for service in SERVICES if service != "eligibility-svc")


def test_delays_add_up_and_the_first_error_wins(clock: Clock) -> None:
    """Two delays and two errors of one service: the sum, and the error that came first."""
    board = FaultBoard(clock)
    for body in (SLOW, SLOW, {"status": 504}, {"status": 403}):
        board.start(body if "fault" in body else body | {"fault": "error", "service": "eligibility-svc", "for_s": 9})
    trouble = board.trouble("eligibility-svc")
    assert trouble is not None
    assert (trouble.delay_ms, trouble.message) == (1600, "eligibility-svc: Gateway Timeout")


@given(st.integers(1, 1000), st.integers(1, 400))
def test_a_share_is_exact(per_mille: int, asked: int) -> None:
    """Of n requests, the whole part of share x n meet the fault: no chance in it."""
    board = FaultBoard(lambda: 0.0)
    board.start({"fault": "down", "service": "db", "for_s": 5, "share": per_mille / 1000})
    met = sum(board.trouble("db") is not None for _ in range(asked))
    assert met == per_mille * asked // 1000
