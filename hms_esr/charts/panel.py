"""Owns the small panel of one step: both latencies over the run, on the scales all panels share.

Knows nothing of which step it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from hms_esr.charts.frame import TimeFrame
from hms_esr.charts.latency import LatencyLines, LimitLine, drawn, limit_lines
from hms_esr.charts.markup import Markup
from hms_esr.charts.scales import Log
from hms_esr.charts.svg import inner, outer, values_axis

HEIGHT = 84


def panel(
    ident: str, frame: TimeFrame, scale: Log, lines: LatencyLines, limits: Sequence[LimitLine], title: str, desc: str
) -> Markup:
    """95th percentiles of one step by bin."""
    return outer(
        ident,
        title,
        desc,
        HEIGHT,
        values_axis(scale.ticks(HEIGHT, decades=True)),
        frame.backdrop(),
        limit_lines(limits, scale, HEIGHT, labels=False),
        inner(
            HEIGHT,
            drawn(frame, lines.actual, scale, "l2"),
            drawn(frame, lines.intended, scale, "l1"),
        ),
        frame.short_axis(HEIGHT),
    )
