"""The law of the claims queue."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hms_esr.city.clerks import HOUR_US, ClerkQueue, interval_us, to_iso, to_us

DAY_H = 24
STEPS = [(0, 5.0), (8, 30.0), (18, 40.0)]


def share_within_48h(rates: list[tuple[int, float]], warp: float, clerks: float = 1.0) -> float:
    """Share of a day's claims decided within 48 simulated hours when they come evenly at ``rates`` per real second."""
    queue, each_us = ClerkQueue(), interval_us(warp, clerks)
    within = total = 0
    for (from_h, per_s), until_h in zip(rates, [*(hour for hour, _ in rates[1:]), DAY_H], strict=True):
        gap_us = warp * 1_000_000 / per_s
        for n in range(round((until_h - from_h) * HOUR_US / gap_us)):
            submitted_us = from_h * HOUR_US + round(n * gap_us)
            within += queue.file(submitted_us, each_us) - submitted_us <= 48 * HOUR_US
            total += 1
    return within / total


@pytest.mark.parametrize("warp", [60, 1440])
@pytest.mark.parametrize(
    ("rates", "clerks", "share"),
    [(STEPS, 1.0, 1.0), (STEPS, 0.5, 0.68), ([(0, 80.0)], 1.0, 0.35)],
    ids=["plan", "half the clerks", "rps=80"],
)
def test_the_48_hour_figures(rates: list[tuple[int, float]], clerks: float, share: float, warp: float) -> None:
    """5/30/40 per second meets 48 hours; half the clerks meet 68 %, 80 per second 35 %, at any warp."""
    assert share_within_48h(rates, warp, clerks) == pytest.approx(share, abs=0.01)


@given(
    st.lists(st.integers(0, 10**15), min_size=1, max_size=50),
    st.floats(0.01, 100_000),
    st.sampled_from([0.25, 0.5, 1.0, 2.0]),
)
def test_decisions_keep_the_order_and_the_rate(submitted: list[int], warp: float, clerks: float) -> None:
    """Decisions come in order of filing, never faster than the clerks, never before the claim, without idle clerks."""
    queue, each_us = ClerkQueue(), interval_us(warp, clerks)
    before_us = 0
    for at_us in submitted:
        decided_us = queue.file(at_us, each_us)
        assert decided_us == max(before_us, at_us) + each_us
        before_us = decided_us


@pytest.mark.parametrize("warp", [1, 60, 1440, 8640])
def test_clerks_decide_12_claims_per_real_second(warp: float) -> None:
    """At the plan's warp the clerks decide 12 x 3600 / W claims per simulated hour."""
    assert HOUR_US / interval_us(warp) == pytest.approx(12 * 3600 / warp, rel=1e-5)


def test_a_queue_never_runs_out_of_dates() -> None:
    """However long the queue, the decision stays a date that can be written."""
    queue = ClerkQueue()
    for _ in range(5):
        queue.file(to_us("2199-12-31T00:00:00"), interval_us(1_000_000, 0.001) * 10**6)
    assert to_iso(queue.last_decided_us).startswith("9999-")


@given(st.integers(0, to_us("2199-12-31T23:59:59.999999")))
def test_times_come_back_to_the_microsecond(at_us: int) -> None:
    """A time written and read again is the same microsecond."""
    assert to_us(to_iso(at_us)) == at_us


def test_a_time_zone_is_turned_into_utc() -> None:
    """A time with a zone means the same moment in UTC."""
    assert to_us("2026-03-02T08:00:00+02:00") == to_us("2026-03-02T06:00:00") == to_us("2026-03-02T06:00:00Z")


@pytest.mark.parametrize("text", ["", "now", "2026-13-01T00:00:00", "1969-12-31T23:59:59", "2200-01-01T00:00:00"])
def test_other_times_are_refused(text: str) -> None:
    """What is no time between 1970 and 2200 is a ValueError."""
    with pytest.raises(ValueError, match=r"."):
        to_us(text)
