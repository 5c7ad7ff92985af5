"""Owns the chart of answer times over the run: both latencies and the median, logarithmic, with limits.

Knows nothing of histograms: values per bin come in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hms_esr.charts.frame import TimeFrame
from hms_esr.charts.markup import Markup, join, tag
from hms_esr.charts.scales import Log
from hms_esr.charts.svg import Bin, across, dots_path, inner, line_path, num, outer, values_axis

HEIGHT = 206


class LimitLine(NamedTuple):
    """A limit or warning level in the plot: its value in ms and its label (``FAIL from 2 s``)."""

    value_ms: float
    label: str
    warning: bool = False


class LatencyLines(NamedTuple):
    """Milliseconds by bin: 95th percentile from intended and from actual start, median from intended start."""

    intended: Sequence[Bin]
    actual: Sequence[Bin]
    median: Sequence[Bin] = ()


def drawn(frame: TimeFrame, bins: Sequence[Bin], scale: Log, class_: str) -> Markup:
    """A line of times; its points without a neighbor are dots, large enough to be seen."""
    points = [None if b.value is None else (frame.x((b.from_s + b.to_s) / 2), scale.y(b.value)) for b in bins]
    dots = dots_path(points)
    line = tag("path", class_=class_, d=line_path(points))
    return line + tag("path", class_=f"{class_} alone", d=dots) if dots else line


def limit_lines(limits: Sequence[LimitLine], scale: Log, height: float, *, labels: bool = True) -> Markup:
    """Dotted lines with labels at the right end; the label of a lower limit goes below when two are close."""
    parts: list[Markup] = []
    last_y = -100.0
    for limit in sorted(limits, key=lambda one: -one.value_ms):
        y = scale.y(limit.value_ms) * height
        parts.append(across(y, "limit thin" if limit.warning else "limit"))
        if labels:
            text_y = y - 5 if y - last_y >= 18 else y + 14
            parts.append(tag("text", limit.label, class_="strong", x="100%", y=num(text_y), text_anchor="end"))
        last_y = y
    return join(parts)


def latency(
    ident: str, frame: TimeFrame, scale: Log, lines: LatencyLines, limits: Sequence[LimitLine], desc: str
) -> Markup:
    """Answer times of all requests over the run."""
    return outer(
        ident,
        "Answer time over the run, logarithmic scale",
        desc,
        HEIGHT,
        frame.grid(HEIGHT),
        values_axis(scale.ticks(HEIGHT)),
        frame.backdrop(),
        frame.flags(),
        limit_lines(limits, scale, HEIGHT),
        inner(
            HEIGHT,
            drawn(frame, lines.median, scale, "l3"),
            drawn(frame, lines.actual, scale, "l2"),
            drawn(frame, lines.intended, scale, "l1"),
        ),
        across(HEIGHT, "base"),
    )
