"""Tests of hms_esr.histogram."""

from __future__ import annotations

import tracemalloc
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.histogram import Histogram

TIMES = st.lists(st.floats(0.1, 3_600_000.0), min_size=1, max_size=300)
SHARES = st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.999, 1.0])


def of(values: list[float]) -> Histogram:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    return histogram


@given(TIMES, SHARES)
@settings(deadline=None)
def test_percentiles_are_near_the_exact_ones(values: list[float], share: float) -> None:
    """From 0.1 ms to an hour a percentile is within 0.5 % of the exact value at nearest rank."""
    exact = sorted(values)[max(1, ceil(share * len(values) - 1e-9)) - 1]
    assert of(values).percentile(share) == pytest.approx(exact, rel=0.005)


@given(TIMES, TIMES, SHARES)
@settings(deadline=None)
def test_merging_is_the_same_as_counting_together(first: list[float], second: list[float], share: float) -> None:
    """Merged histograms have the percentiles, counts and extremes of one histogram of all values."""
    merged, together = of(first), of(first + second)
    merged.merge(of(second))
    assert merged.counts == together.counts
    assert merged.percentile(share) == together.percentile(share)
    assert (merged.count, merged.minimum, merged.maximum) == (together.count, together.minimum, together.maximum)
    assert merged.mean == pytest.approx(together.mean)


@given(st.lists(st.floats(0.0, 10_000.0), max_size=100), SHARES)
@settings(deadline=None)
def test_a_histogram_comes_back_from_json(values: list[float], share: float) -> None:
    """Written to JSON and read again a histogram has the same counts and percentiles."""
    histogram = of(values)
    again = Histogram.from_json(histogram.to_json())
    assert (again.counts, again.count) == (histogram.counts, histogram.count)
    if values:
        assert again.percentile(share) == pytest.approx(histogram.percentile(share), abs=1e-4)


@pytest.mark.parametrize(("share", "n", "rank"), [(0.07, 100, 7), (0.95, 20, 19), (0.99, 300, 297), (0.5, 1, 1)])
def test_ranks_are_not_pushed_up_by_floats(share: float, n: int, rank: int) -> None:
    """The rank is the share of the count rounded up, where float noise above a whole number is none."""
    assert of([float(2**k) for k in range(n)]).percentile(share) == pytest.approx(2.0 ** (rank - 1), rel=0.005)


def test_empty_histograms_have_no_percentiles() -> None:
    """Without values there is no percentile, the mean is 0 and no share is under any value."""
    with pytest.raises(ValueError, match="without values"):
        Histogram().percentile(0.5)
    assert (Histogram().mean, Histogram().share_up_to(5.0), Histogram().to_json()) == (0.0, 0.0, [])


def test_shares_up_to_a_value_count_whole_buckets() -> None:
    """A value's own bucket counts as under it; one clearly above does not."""
    histogram = of([50.0, 99.0, 100.0, 150.0])
    assert histogram.share_up_to(100.0) == 0.75
    assert [n for _, n in histogram.buckets()] == [1, 1, 1, 1]


def test_weights_count_as_repeats() -> None:
    """Adding a value n times at once is adding it n times."""
    histogram = Histogram()
    histogram.add(7.0, 3)
    histogram.add(0.0)
    assert (histogram.count, histogram.total, histogram.minimum) == (4, 21.0, 0.0)
    assert histogram.percentile(0.01) <= 0.001


@given(st.lists(st.floats(0.0, 3.6e6), max_size=60))
def test_many_at_once_are_counted_as_one_by_one(values: list[float]) -> None:
    """Count, least and greatest are the same, sums and percentiles as near as floats and buckets are."""
    many, single = Histogram(), Histogram()
    many.add_all(values)
    for value in values:
        single.add(value)
    assert (many.count, many.minimum, many.maximum) == (single.count, single.minimum, single.maximum)
    assert many.total == pytest.approx(single.total)
    for share in (0.1, 0.5, 0.9, 0.99) if values else ():
        assert many.percentile(share) == pytest.approx(single.percentile(share), rel=0.008)
        exact = sorted(values)[max(1, ceil(share * len(values) * (1 - 1e-12))) - 1]
        assert many.percentile(share) == pytest.approx(exact, rel=0.00391, abs=0.001)


def told(histogram: Histogram) -> list[object]:
    """All that a histogram says."""
    shares = [histogram.percentile(share) for share in (0.5, 0.95, 1.0)] if histogram.count else []
    return [*shares, histogram.share_up_to(50.0), list(histogram.buckets()), histogram.to_json(), histogram.mean]


@given(st.lists(st.floats(0.0, 10_000.0), max_size=100), TIMES)
@settings(deadline=None)
def test_a_shrunk_histogram_says_the_same_and_can_be_added_to(values: list[float], more: list[float]) -> None:
    """What is added, from either side, counts as in one that never was shrunk."""
    small, usual = of(values), of(values)
    small.shrink()
    small.shrink()
    assert told(small) == told(usual)
    for one in (small, usual):
        one.add(more[0])
        one.add_all(more)
    other = of(more)
    other.shrink()
    for one in (small, usual):
        one.merge(other)
    assert told(small) == told(usual)
    assert not hasattr(small, "count_of_bins")


def test_shrunk_takes_a_fifth_of_the_room() -> None:
    """A thousand answers of a second: no dictionary is left, also not after reading."""
    values = [1.01**k for k in range(1000)]
    told(of(values))  # Python keeps some tuples for later use
    tracemalloc.start()
    try:
        histogram = of(values)
        usual = tracemalloc.get_traced_memory()[0]
        histogram.shrink()
        told(histogram)
        assert tracemalloc.get_traced_memory()[0] < usual / 5
    finally:
        tracemalloc.stop()
