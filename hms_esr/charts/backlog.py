"""Owns the chart of people planned but not started, one spike per second in which there were any.

Knows nothing of where the counts come from.
"""

from __future__ import annotations

from collections.abc import Sequence

from hms_esr.charts.frame import TimeFrame
from hms_esr.charts.markup import Markup, tag
from hms_esr.charts.scales import Linear
from hms_esr.charts.svg import Bin, area_path, inner, outer, spikes_path, values_axis

HEIGHT = 48


def backlog(ident: str, frame: TimeFrame, waiting: Sequence[Bin], desc: str) -> Markup:
    """Most people at a time who were due and had not started, by bin."""
    scale = Linear.over(max((one.value or 0.0 for one in waiting), default=0.0), parts=2, least_top=10.0)
    tops = [(b, scale.y(b.value or 0.0)) for b in waiting if b.value]
    bars = area_path([(frame.x(b.from_s), frame.x(b.to_s), top) for b, top in tops])
    spikes = spikes_path((frame.x((b.from_s + b.to_s) / 2), top) for b, top in tops)
    return outer(
        ident,
        "People planned but not started, each second",
        desc,
        HEIGHT,
        frame.grid(HEIGHT),
        values_axis(scale.ticks(HEIGHT)),
        frame.backdrop(),
        inner(HEIGHT, tag("path", class_="fill2", d=bars), tag("path", class_="bh", d=spikes)) if tops else "",
        frame.axis(HEIGHT),
    )
