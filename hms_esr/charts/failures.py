"""Owns the chart of requests that failed per second.

Knows nothing of why they failed.
"""

from __future__ import annotations

from collections.abc import Sequence

from hms_esr.charts.frame import TimeFrame
from hms_esr.charts.markup import Markup, tag
from hms_esr.charts.scales import Linear
from hms_esr.charts.svg import Bin, area_path, inner, outer, spikes_path, values_axis

HEIGHT = 46


def failures(ident: str, frame: TimeFrame, failed: Sequence[Bin], desc: str) -> Markup:
    """Failed requests per real second, by bin; a bin too narrow to see still shows as a stroke."""
    scale = Linear.over(max((one.value or 0.0 for one in failed), default=0.0), parts=2, least_top=2.0)
    tops = [(b, scale.y(b.value or 0.0)) for b in failed if b.value]
    bars = area_path([(frame.x(b.from_s), frame.x(b.to_s), top) for b, top in tops])
    spikes = spikes_path((frame.x((b.from_s + b.to_s) / 2), min(top, 0.97)) for b, top in tops)
    return outer(
        ident,
        "Requests that failed per second",
        desc,
        HEIGHT,
        frame.grid(HEIGHT),
        values_axis(scale.ticks(HEIGHT)),
        frame.backdrop(),
        inner(HEIGHT, tag("path", class_="bar2", d=bars), tag("path", class_="thin2", d=spikes)) if tops else "",
        frame.axis(HEIGHT),
    )
