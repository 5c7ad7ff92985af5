"""Logs of targets are held against plans."""

from __future__ import annotations

import pytest

from benchmarks._delivery import most_apart, most_off_plan, nearest_rank, true_waits_ms, worst_second
from benchmarks.killed import rate_after_percent, seconds_until_back


def test_a_plan_carried_out_is_off_by_nobody_but_the_one_who_comes() -> None:
    """Whenever everybody comes as planned, on another clock, at most one is between plan and arrival."""
    plan = {k: k * 0.125 for k in range(100)}
    assert most_off_plan(plan, {k: 50.0 + at_s for k, at_s in plan.items()}) <= 1


def test_people_too_late_are_counted() -> None:
    """Ten people half a second late, ten a second: five at once are missing."""
    assert most_apart([k / 10 for k in range(10)], [k / 10 + 0.45 for k in range(10)]) == 5


def test_the_worst_second_is_found() -> None:
    """Ten a second, but in the second second only five: off by half."""
    moments = [k / 10 for k in range(10)] + [1 + k / 5 for k in range(5)] + [2 + k / 10 for k in range(11)]
    assert worst_second(moments, 10) == pytest.approx(0.5)


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (0.07, 7), (0.0, 1), (1.0, 100)])
def test_nearest_rank_is_exact(share: float, value: int) -> None:
    """The value at rank ceil(share x count), also where floats lie a little above it."""
    assert nearest_rank(range(1, 101), share) == value


def test_true_waits_begin_when_people_were_planned() -> None:
    """Somebody who came a second late and was answered at once has waited a second."""
    log = [[0, "/", 10.0, 10.1], [1, "/", 12.0, 12.0]]
    assert true_waits_ms({0: 0.0, 1: 1.0}, log) == pytest.approx([100.0, 1000.0])


def test_the_rate_is_back_when_a_whole_second_is() -> None:
    """A gap of 0.6 s after a kill, then the whole rate: back after the gap; a rate that stays low is never back."""
    before = [k / 100 for k in range(200)]
    back = before + [2.6 + k / 100 for k in range(400)]
    assert seconds_until_back(back, 2.0, 100, 4.0) == pytest.approx(0.55, abs=0.06)
    low = before + [2.0 + k / 66 for k in range(264)]
    assert seconds_until_back(low, 2.0, 100, 4.0) == 4.0
    assert rate_after_percent(low, 2.0, 100, 4.0) == pytest.approx(66, abs=1)
