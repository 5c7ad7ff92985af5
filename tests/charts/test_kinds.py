"""Tests of each kind of chart in hms_esr.charts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from xml.etree import ElementTree

import pytest

from hms_esr.charts.arrivals import arrivals
from hms_esr.charts.backlog import backlog
from hms_esr.charts.bar import bar
from hms_esr.charts.failures import failures
from hms_esr.charts.frame import Mark, time_frame
from hms_esr.charts.gauge import gauge, reach
from hms_esr.charts.latency import LatencyLines, LimitLine, latency
from hms_esr.charts.panel import panel
from hms_esr.charts.percentiles import LimitGate, percentiles
from hms_esr.charts.recovery import RecoveryWindow, recovery
from hms_esr.charts.scales import Log
from hms_esr.charts.strip import counts, levels, strip
from hms_esr.charts.svg import Bin
from hms_esr.clock import SimClock
from hms_esr.histogram import Histogram
from tests.each import each

HOSTILE = "</svg><script>\"'&"
MARKS = (Mark("A", "fault", 20, 30, HOSTILE), Mark("B", "moment", 80, 80, "no new people"))
FRAME = time_frame(100, SimClock(60), datetime(2026, 3, 2), 60.0, MARKS)
NOTHING: list[Bin] = []
BINS = [Bin(at, at + 10, None if at == 40 else 100.0 + at) for at in range(0, 100, 10)]
LINES = LatencyLines(BINS, [Bin(a, b, v and v / 2) for a, b, v in BINS], BINS)
NO_LINES = LatencyLines(NOTHING, NOTHING, NOTHING)
SCALE = Log.over([])
LIMITS = [LimitLine(2000, "FAIL from 2 s"), LimitLine(1000, "WARN from 1 s", True)]


def times(*values_ms: float) -> Histogram:
    """A histogram of some times."""
    histogram = Histogram()
    for value in values_ms:
        histogram.add(value)
    return histogram


def curve(histogram: Histogram) -> str:
    """A percentile chart with a gate."""
    gates = [LimitGate(0.95, 2000, "FAIL from 2 s", 1000)]
    return percentiles("p", histogram, histogram, title=HOSTILE, desc=HOSTILE, dot=(0.95, HOSTILE), gates=gates)


WINDOW = RecoveryWindow(-20, 60, -10, 300.0, 25.0, "recovered, 25 s", 30.0, "limit 30 s")
KINDS: dict[str, Callable[[], str]] = {
    "arrivals": lambda: arrivals("x", FRAME, BINS, BINS, HOSTILE),
    "arrivals of nobody": lambda: arrivals("x", FRAME, NOTHING, NOTHING, HOSTILE),
    "backlog": lambda: backlog("x", FRAME, BINS, HOSTILE),
    "empty backlog": lambda: backlog("x", FRAME, NOTHING, HOSTILE),
    "latency": lambda: latency("x", FRAME, SCALE, LINES, LIMITS, HOSTILE),
    "latency of nothing": lambda: latency("x", FRAME, SCALE, NO_LINES, [], HOSTILE),
    "failures": lambda: failures("x", FRAME, BINS, HOSTILE),
    "no failures": lambda: failures("x", FRAME, NOTHING, HOSTILE),
    "panel": lambda: panel("x", FRAME, SCALE, LINES, LIMITS, HOSTILE, HOSTILE),
    "percentiles": lambda: curve(times(*range(1, 500))),
    "percentiles of one": lambda: curve(times(7)),
    "percentiles of none": lambda: curve(Histogram()),
    "recovery": lambda: recovery("x", WINDOW, BINS, SCALE, HOSTILE, HOSTILE),
    "unknown recovery": lambda: recovery("x", RecoveryWindow(-1, 1, -1), NOTHING, SCALE, HOSTILE, HOSTILE),
}


@each("kind", KINDS)
def test_every_chart_is_an_image_with_a_name_and_its_own_scale_of_nothing_but_data(kind: str) -> None:
    """Well-formed XML, role img, title, desc; the outer drawing has no viewBox, inner ones stretch; no script."""
    made = KINDS[kind]()
    svg = ElementTree.fromstring(made)
    assert svg.get("role") == "img"
    assert [child.tag for child in svg][:2] == ["title", "desc"]
    assert svg.get("viewBox") is None
    assert svg.get("width") == "100%"
    assert {one.get("preserveAspectRatio") for one in svg.iter("svg") if one.get("viewBox")} <= {"none"}
    assert "<script" not in made
    assert not re.search(r"\b(nan|inf)\b", made)


def test_both_latencies_are_always_drawn_intended_on_top() -> None:
    """The dashed actual line comes first, so that it shows only where the two part."""
    classes = re.findall(r'<path class="(l\d)"', latency("x", FRAME, SCALE, LINES, [], "d"))
    assert classes == ["l3", "l2", "l1"]


def test_a_bin_without_data_breaks_the_line() -> None:
    """Nine bins of ten have a value: the line starts twice."""
    path = re.search(r'class="l1" d="([^"]*)"', latency("x", FRAME, SCALE, LINES, [], "d"))
    assert path is not None
    assert path[1].count("M") == 2


def test_a_gauge_has_its_limit_at_two_thirds_and_a_share_its_last_fifth() -> None:
    """``<`` ends at one and a half limits; ``>`` of a share starts five times as far below 1 as the limit."""
    under, over = reach("<", 2000.0, share=False), reach(">", 0.98, share=True)
    assert under is not None and over is not None
    assert under.x(2000.0) == pytest.approx(2 / 3)
    assert (over.start, over.x(0.98)) == (pytest.approx(0.9), pytest.approx(0.8))
    assert reach(">=", 1.0, share=True) is not None
    low = reach(">", 0.5, share=True)
    assert low is not None and low.start == 0


@pytest.mark.parametrize(("operator", "limit"), [("==", 0.0), ("<", 0.0), ("", None), ("!=", 3.0), ("<", -1.0)])
def test_no_gauge_is_drawn_where_none_fits(operator: str, limit: float | None) -> None:
    """Equality and limits at or below 0 have no scale."""
    assert reach(operator, limit, share=False) is None


def test_a_value_off_the_scale_gets_chevrons_and_no_bar_beyond_the_end() -> None:
    """Above the end at the right, below the start at the left."""
    scale = reach("<", 30.0, share=False)
    share = reach(">", 0.98, share=True)
    assert scale is not None and share is not None
    assert 'class="off"' in gauge(53.0, scale, "bad")
    assert 'width="100%" height="6"' in gauge(53.0, scale, "bad")
    assert 'class="off"' not in gauge(10.0, scale, "ok")
    assert 'class="below"' in gauge(0.5, share, "bad")
    assert 'class="value' not in gauge(None, scale, "")


def test_the_forbidden_side_is_where_the_limit_says() -> None:
    """Right of the limit for ``<``, left of it for ``>``."""
    under, over = reach("<", 30.0, share=False), reach(">", 0.98, share=True)
    assert under is not None and over is not None
    assert 'class="forbid" x="66.67%" y="4" width="33.33%"' in gauge(1, under, "ok")
    assert 'class="forbid" x="0%" y="4" width="80%"' in gauge(1, over, "ok")


def test_a_bar_of_nothing_is_empty_and_of_little_still_seen() -> None:
    """Zero has no bar; one of a million has one."""
    assert bar(0, "bar2") == ""
    assert 'width="0.1%"' in bar(1e-6, "bar2")


def test_strips_hold_any_length_in_a_few_strokes() -> None:
    """A day of seconds becomes at most 140 strokes, the highest full, the lowest still seen."""
    frame = time_frame(86_400, SimClock(1), datetime(2026, 3, 2), None)
    strokes = counts({at: 1 + at % 7 for at in range(86_400)}, frame)
    assert len(strokes) <= 141
    assert max(high for _, high in strokes) == 1
    assert counts({}, frame) == []
    assert levels({0: 0.0, 1: 2.0}, frame)[0][1] == 1.0
    assert ElementTree.fromstring(strip(frame, strokes)).get("aria-hidden") == "true"


def test_the_label_of_a_percentile_stands_where_no_curve_is() -> None:
    """Left of its dot and above it, for both curves rise to the right and the dashed one lies below."""

    def label_y(gates: list[LimitGate], *values: int) -> str:
        made = percentiles("p", times(*values), times(*values), title="t", desc="d", dot=(0.95, "here"), gates=gates)
        return made[: made.index(">here<")].rpartition(' y="')[2].partition('"')[0]

    assert label_y([LimitGate(0.95, 1000.0, "FAIL")], 9500) == "20", "under its dot where the gate's label is"
    assert label_y([LimitGate(0.95, 1000.0, "FAIL")], 500) == "-9"
    made = percentiles("p", times(*range(1, 500)), times(*range(1, 400)), title="t", desc="d", dot=(0.95, "95%: here"))
    assert '<text class="strong" x="-9" y="-9" text-anchor="end">95%: here</text>' in made
