"""Laws of loads: curves of people over simulated time, their inverse, and who comes when."""

from __future__ import annotations

from itertools import pairwise
from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.profiles import PROFILES, Curve, Profile
from hms_esr.profiles.arrival_times import BLOCK, Arrivals
from hms_esr.profiles.profile import Piece
from hms_esr.scenario.model import Scenario

RATES = st.floats(0, 500, allow_nan=False).map(lambda rate: 0.0 if rate < 0.01 else rate)
LENGTHS = st.floats(0.1, 100_000, allow_nan=False)


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """Up to five pieces that touch, at least one of which brings people."""
    pieces, at_s = [], 0.0
    for _ in range(draw(st.integers(1, 5))):
        length_s = draw(LENGTHS)
        pieces.append(Piece(at_s, length_s, draw(RATES), draw(RATES)))
        at_s += length_s
    if all(piece.start == piece.end == 0 for piece in pieces):
        pieces[0] = Piece(0.0, pieces[0].length_s, 1.0, 1.0)
    return Curve(tuple(pieces))


@st.composite
def loads(draw: st.DrawFn) -> tuple[Profile, float, float]:
    """A load of any kind with a duration and a warp."""
    duration_s, warp = draw(st.floats(1, 10_000)), draw(st.sampled_from([0.5, 1.0, 60.0, 1440.0]))
    times = sorted(draw(st.sets(st.integers(0, 10_000), min_size=1, max_size=5)))
    points = [[f"{at}s", round(draw(RATES), 3)] for at in times]
    points[0][1] = points[0][1] or 1
    kind = draw(st.sampled_from(PROFILES.names()))
    data = {
        "rate": {"rate": points, "between": draw(st.sampled_from(["hold", "line"]))},
        "people": {"people": draw(st.integers(1, 10_000)), "over": f"{draw(st.integers(0, 20_000))}s"},
        "concurrent": {"concurrent": draw(st.integers(1, 1000)), "ramp_up": f"{draw(st.integers(0, 20_000))}s"},
    }[kind]
    return PROFILES.get(kind).model_validate(data), duration_s, warp


def end_s(curve: Curve) -> float:
    """Simulated second at which the last piece ends."""
    return max((piece.at_s + piece.length_s for piece in curve.pieces), default=0.0)


@given(curves(), st.floats(0, 1, exclude_max=True))
@settings(max_examples=300, deadline=None)
def test_inverse_of_expected_is_the_time_itself(curve: Curve, part: float) -> None:
    """At the time found for a number of people, that many are expected; times are in order."""
    people = curve.total * part
    at_s = curve.inverse(people)
    assert 0 <= at_s <= end_s(curve) * (1 + 1e-9)
    assert isclose(curve.expected(at_s), people, rel_tol=1e-6, abs_tol=1e-6 * max(1.0, curve.total))
    assert curve.inverse(curve.total * part / 2) <= at_s + 1e-9


@given(curves(), st.lists(st.floats(0, 1), min_size=2, max_size=6))
@settings(max_examples=200, deadline=None)
def test_expected_never_falls_and_ends_at_the_total(curve: Curve, parts: list[float]) -> None:
    """The integral of a rate that is never negative is monotone, from 0 to the total."""
    ends = end_s(curve)
    expected = [curve.expected(ends * part) for part in sorted(parts)]
    assert all(before <= after + 1e-9 * max(1.0, curve.total) for before, after in pairwise(expected))
    assert curve.expected(0.0) == 0.0
    assert isclose(curve.expected(ends * 2), curve.total, rel_tol=1e-9)


@given(curves())
@settings(max_examples=100, deadline=None)
def test_expected_is_the_integral_of_rate(curve: Curve) -> None:
    """A sum over small steps agrees with the closed form; the peak is never exceeded."""
    for piece in curve.pieces:
        steps = 200
        width = piece.length_s / steps
        rates = [curve.rate(piece.at_s + (i + 0.5) * width) for i in range(steps)]
        assert all(0 <= rate <= curve.peak * (1 + 1e-9) for rate in rates)
        whole = curve.expected(piece.at_s + piece.length_s) - curve.expected(piece.at_s)
        assert isclose(sum(rates) * width, whole, rel_tol=1e-3, abs_tol=1e-6 * max(1.0, curve.total))


@given(loads(), st.sampled_from([0.5, 2.0, 3.0, 10.0]))
@settings(max_examples=200, deadline=None)
def test_scale_multiplies_people_and_changes_no_time(load: tuple[Profile, float, float], factor: float) -> None:
    """Three times the scale is three times the people, to one person for whole numbers."""
    profile, duration_s, warp = load
    curve, scaled = profile.curve(duration_s, warp), profile.scaled(factor).curve(duration_s, warp)
    share = curve.total / profile.curve(1e9, warp).total if profile.curve(1e9, warp).total else 1.0
    assert isclose(scaled.total, curve.total * factor, rel_tol=1e-9, abs_tol=1.0 * max(1.0, share))
    assert end_s(scaled) == end_s(curve)
    assert profile.scaled(1.0) == profile


@given(loads())
@settings(max_examples=200, deadline=None)
def test_rates_are_per_real_second_and_numbers_of_people_are_numbers(load: tuple[Profile, float, float]) -> None:
    """A rate brings warp times fewer people over the same simulated time; people and places do not depend on warp."""
    profile, duration_s, warp = load
    real, warped = profile.curve(duration_s, 1.0), profile.curve(duration_s, warp)
    expected = real.total / warp if hasattr(profile, "points") else real.total
    assert isclose(warped.total, expected, rel_tol=1e-9, abs_tol=1e-9)
    assert end_s(warped) <= duration_s * (1 + 1e-9)


@given(st.integers(1, 10_000), st.integers(0, 7200), st.sampled_from(["poisson", "even"]), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_exactly_so_many_people_come_in_order_and_in_time(people: int, over_s: int, spacing: str, seed: int) -> None:
    """``people: N`` is N arrivals, none after the end, each the same whenever it is asked for."""
    curve = PROFILES.get("people").model_validate({"people": people, "over": f"{over_s}s"}).curve(9000.0, 1.0)
    arrivals = Arrivals(curve, spacing, seed)
    times = [arrivals.at_s(k) for k in range(0, people, max(1, people // 300))]
    assert arrivals.total == people
    assert times == sorted(times)
    assert all(0 <= at_s <= over_s for at_s in times)
    assert Arrivals(curve, spacing, seed).at_s(people - 1) == arrivals.at_s(people - 1)


def test_each_block_of_people_comes_within_its_part_of_the_curve() -> None:
    """By chance or evenly, after n blocks exactly n × 256 people have come when the curve expects them."""
    curve = (
        PROFILES.get("rate").model_validate({"rate": [["0s", 5], ["10m", 50]], "between": "line"}).curve(1200.0, 1.0)
    )
    for spacing in ("poisson", "even"):
        arrivals = Arrivals(curve, spacing, 3)
        for block in range(1, arrivals.total // BLOCK):
            border_s = curve.inverse(block * BLOCK * curve.total / arrivals.total)
            assert arrivals.at_s(block * BLOCK - 1) <= border_s + 1e-6 <= arrivals.at_s(block * BLOCK) + 2e-6


def test_another_seed_brings_other_times() -> None:
    """The same number of people, at other moments."""
    curve = PROFILES.get("people").model_validate({"people": 500, "over": "10m"}).curve(600.0, 1.0)
    one, two = Arrivals(curve, "poisson", 1), Arrivals(curve, "poisson", 2)
    assert [one.at_s(k) for k in range(500)] != [two.at_s(k) for k in range(500)]


@pytest.mark.parametrize(
    ("load", "total", "length_s", "peak"),
    [
        ({"people": 500, "over": "10m"}, 500.0, 600.0, 500 / 600),
        ({"people": 500, "over": "0s"}, 500.0, 1.0, 500.0),
        ({"rate": [["0h", 5], ["8h", 30], ["18h", 40]]}, (8 * 5 + 10 * 30 + 6 * 40) * 3600 / 60, None, 40 / 60),
        ({"rate": [["0s", 10], ["1h", 0]], "between": "line"}, 10 * 3600 / 2 / 60, None, 10 / 60),
        ({"rate": 7}, 7 * 86400 / 60, None, 7 / 60),
        ({"concurrent": 100, "ramp_up": "1m"}, 100.0, None, 100 / 60),
    ],
)
def test_known_loads_over_a_day_at_warp_60(
    load: dict[str, object], total: float, length_s: float | None, peak: float
) -> None:
    """Totals, own lengths and peaks (per simulated second) of the loads the documents use."""
    scenario = Scenario.model_validate({"name": "x", "duration": "24h", "load": load})
    assert scenario.load is not None
    curve = scenario.load.curve(86400.0, 60.0)
    assert isclose(curve.total, total)
    assert scenario.load.length_s == length_s
    assert isclose(curve.peak, peak)
