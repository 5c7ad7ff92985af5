"""Tests of hms_esr.verdicts.measures.latency."""

from __future__ import annotations

import pytest

from hms_esr.expressions.expression import parse
from hms_esr.histogram import Histogram
from hms_esr.record import Cell, SeriesKey
from hms_esr.verdicts.measures.latency import figure_ms
from hms_esr.verdicts.metrics import measure
from tests.each import each
from tests.records import made_up_record


def value_of(text: str) -> float:
    record = made_up_record(people=1, fault=None)
    record.series.clear()
    for step, wait_ms in (("login", 0.0), ("submit", 5000.0)):
        cell = Cell(requests=100)
        for n in range(1, 101):
            cell.actual.add(float(n))
            cell.intended.add(n + wait_ms)
        record.series[SeriesKey("apply", step, "farmer", 200, "")] = cell
    ref = parse(text).root.ref
    assert ref is not None
    return measure(record, ref).value


@each(
    ("text", "value_ms"),
    [
        ("service_latency_p50_ms", 50.0),
        ("service_latency_p95_ms{step='login'}", 95.0),
        ("latency_p95_ms{step='login'}", 95.0),
        ("latency_p95_ms{step='submit'}", 5095.0),
        ("latency_p99_ms", 5098.0),
        ("latency_mean_ms", 2550.5),
        ("latency_max_ms", 5100.0),
        ("service_latency_max_ms", 100.0),
    ],
)
def test_percentiles_come_from_merged_histograms(text: str, value_ms: float) -> None:
    """Answer times from the intended start hold the wait before it, those from the actual start do not."""
    assert value_of(text) == pytest.approx(value_ms, rel=0.005)


def test_no_times_have_no_figures() -> None:
    """An empty histogram has no figure at all, not even a mean of 0."""
    assert [figure_ms(Histogram(), figure) for figure in ("mean", "p50", "max")] == [None, None, None]
