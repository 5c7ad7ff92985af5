"""Simulated time: one line after another, never back, and real time is found again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hms_esr.clock import SimClock

CHANGES = st.lists(
    st.tuples(st.floats(0.01, 100), st.sampled_from([0.0, 0.5, 1.0, 60.0, 3600.0])), min_size=0, max_size=6
)


@given(st.sampled_from([1.0, 60.0]), CHANGES, st.floats(0, 700), st.floats(0, 700))
def test_time_never_goes_back(warp: float, changes: list[tuple[float, float]], one_s: float, other_s: float) -> None:
    """Over any pauses and changes of pace."""
    clock, at_s = SimClock(warp), 0.0
    for wait_s, pace in changes:
        at_s += wait_s
        clock.change(at_s, pace)
    early, late = sorted((one_s, other_s))
    assert clock.sim_s(early) <= clock.sim_s(late) + 1e-6


@given(st.sampled_from([1.0, 60.0]), CHANGES, st.floats(0.1, 700))
def test_real_time_is_found_again(warp: float, changes: list[tuple[float, float]], real_s: float) -> None:
    """The first real second at which a simulated one is reached is not after it was seen."""
    clock, at_s = SimClock(warp), 0.0
    for wait_s, pace in changes:
        at_s += wait_s
        clock.change(at_s, pace)
    sim_s = clock.sim_s(real_s)
    found_s = clock.real_s(sim_s)
    assert found_s <= real_s + 1e-6
    assert abs(clock.sim_s(found_s) - sim_s) < 1e-3


def test_a_paused_clock_reaches_nothing() -> None:
    """Until it goes on."""
    clock = SimClock(60)
    clock.change(10, 0)
    assert clock.real_s(601) == float("inf")
    clock.change(15, 60)
    assert clock.real_s(660) == 16


@given(st.floats(0, 1000))
def test_warp_one_changes_nothing(real_s: float) -> None:
    """Simulated is real."""
    assert SimClock(1).sim_s(real_s) == real_s
