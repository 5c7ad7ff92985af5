"""Facts about answer times as fields."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from hms_esr.sinks.influx.buckets import (
    COARSE,
    bound_ms,
    coarse_fields,
    field_name,
    fields_of,
    percentile,
    percentile_of_row,
)
from hms_esr.stats import Histogram


def _histogram(values: list[float]) -> Histogram:
    histogram = Histogram()
    histogram.add_all(values)
    return histogram


def test_names_sort_as_times_do_and_are_under_two_percent_apart() -> None:
    """From a tenth of a millisecond to an hour."""
    values = [0.11 * 1.004**n for n in range(4360)]
    names = list(dict.fromkeys(map(field_name, values)))
    assert values[-1] > 3_600_000
    assert names == sorted(names)
    bounds = [bound_ms(name) for name in names]
    assert all(1 < after / before < 1.02 for before, after in pairwise(bounds))
    assert all(bound_ms(field_name(value)) > value * 0.999 for value in values)


def test_percentiles_are_within_one_percent_of_the_histogram_s() -> None:
    """Over many shapes and sizes, at every share."""
    chance = random.Random(5)
    for n in (1, 2, 7, 100, 5000):
        for spread in (0.05, 0.5, 2.0):
            times = _histogram([chance.lognormvariate(4, spread) for _ in range(n)])
            counts = {name: count for name, count in fields_of(times).items() if count is not None}
            assert sum(counts.values()) == n
            for share in (0.01, 0.5, 0.9, 0.95, 0.99):
                assert percentile(counts, share) == pytest.approx(times.percentile(share), rel=0.01)


def test_a_row_of_sums_gives_percentiles() -> None:
    """As SELECT sum(*) answers: columns beside the sums and empty ones are left aside."""
    name = field_name(100.0)
    row = {"time": 0, f"sum_{name}": 3, f"sum_{field_name(900.0)}": None, "kind": "planned"}
    assert percentile_of_row(row, 0.5) == pytest.approx(100, rel=0.01)


def test_nothing_has_no_percentiles() -> None:
    """It is never 0."""
    with pytest.raises(ValueError, match="no counts"):
        percentile({}, 0.5)
    with pytest.raises(ValueError, match="no bucket"):
        percentile({"count": 3.0}, 0.5)


def test_rows_of_a_heatmap_hold_every_time_once() -> None:
    """Each row counts what is over the row below; all rows are there; what is beyond the last is in le_inf."""
    fields = coarse_fields(_histogram([0.5, 1.5, 49.0, 51.0, 900.0, 1100.0, 49_000.0, 80_000.0]))
    assert tuple(fields) == COARSE
    assert {name: n for name, n in fields.items() if n} == {
        **{"le_1ms": 1.0, "le_2ms": 1.0, "le_50ms": 1.0, "le_100ms": 1.0},
        **{"le_1s": 1.0, "le_2s": 1.0, "le_50s": 1.0, "le_inf": 1.0},
    }
