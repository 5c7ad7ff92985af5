"""Facts about answer times as fields."""

from __future__ import annotations

import random

import pytest

from hms_esr.histogram import Histogram
from hms_esr.sinks.influx.buckets import COARSE, coarse_fields, fields_by_range, percentile_of_rows


def _histogram(values: list[float]) -> Histogram:
    histogram = Histogram()
    histogram.add_all(values)
    return histogram


def _rows(times: Histogram) -> list[dict[str, object]]:
    return [
        {"over": over} | {f"sum_{name}": n for name, n in fields.items()} for over, fields in _ranges(times).items()
    ]


def _ranges(times: Histogram) -> dict[str, dict[str, float | None]]:
    return fields_by_range(times)


def test_every_bucket_is_under_two_percent_wide() -> None:
    """From a tenth of a millisecond to an hour: each time is read back within 1 %, in seven ranges of 256 names."""
    values = [0.1 * 1.004**n for n in range(4370)]
    assert values[-1] > 3_600_000
    assert all(
        percentile_of_rows(_rows(_histogram([value])), 0.5) == pytest.approx(value, rel=0.01) for value in values
    )
    ranges = _ranges(_histogram(values))
    assert list(ranges) == ["0.0625ms", "1ms", "16ms", "256ms", "4096ms", "65536ms", "1048576ms"]
    assert len({name for fields in ranges.values() for name in fields}) == 256
    assert sum(n or 0 for fields in ranges.values() for n in fields.values()) == len(values)


def test_percentiles_are_within_one_percent_of_the_histogram_s() -> None:
    """Over many shapes and sizes, at every share."""
    chance = random.Random(5)
    for n in (1, 2, 7, 100, 5000):
        for spread in (0.05, 0.5, 2.0):
            times = _histogram([chance.lognormvariate(4, spread) for _ in range(n)])
            for share in (0.01, 0.5, 0.9, 0.95, 0.99):
                assert percentile_of_rows(_rows(times), share) == pytest.approx(times.percentile(share), rel=0.01)


def test_columns_beside_the_sums_are_left_aside() -> None:
    """As SELECT sum(*) answers: the time, and sums without a value."""
    row = {"time": 0, "over": "16ms", "sum_b000": 3, "sum_b200": None, "kind": "planned"}
    assert percentile_of_rows([row], 0.5) == pytest.approx(16.1, rel=0.01)


def test_nothing_has_no_percentiles() -> None:
    """It is never 0; a row that does not say of which times it is, is refused."""
    with pytest.raises(ValueError, match="no counts"):
        percentile_of_rows([], 0.5)
    with pytest.raises(ValueError, match="no range of times"):
        percentile_of_rows([{"sum_b000": 3}], 0.5)


def test_rows_of_a_heatmap_hold_every_time_once() -> None:
    """Each row counts what is over the row below; all rows are there; what is beyond the last is in le_inf."""
    fields = coarse_fields(_histogram([0.5, 1.5, 49.0, 51.0, 900.0, 1100.0, 49_000.0, 80_000.0]))
    assert tuple(fields) == COARSE
    assert {name: n for name, n in fields.items() if n} == {
        **{"le_1ms": 1.0, "le_2ms": 1.0, "le_50ms": 1.0, "le_100ms": 1.0},
        **{"le_1s": 1.0, "le_2s": 1.0, "le_50s": 1.0, "le_inf": 1.0},
    }
