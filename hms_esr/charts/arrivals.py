"""Owns the chart of people starting per second: planned as an area, delivered as a line over its edge.

Knows nothing of where the counts come from.
"""

from __future__ import annotations

from collections.abc import Sequence

from hms_esr.charts.frame import TimeFrame
from hms_esr.charts.markup import Markup, tag
from hms_esr.charts.scales import Linear
from hms_esr.charts.svg import Bin, area_path, inner, line_path, outer, values_axis

HEIGHT = 132


def arrivals(ident: str, frame: TimeFrame, planned: Sequence[Bin], delivered: Sequence[Bin], desc: str) -> Markup:
    """People per real second; bins without a value are gaps."""
    scale = Linear.over(max((one.value or 0.0 for one in [*planned, *delivered]), default=0.0))
    area = area_path(
        [None if b.value is None else (frame.x(b.from_s), frame.x(b.to_s), scale.y(b.value)) for b in planned]
    )
    line = line_path(
        None if b.value is None else (frame.x((b.from_s + b.to_s) / 2), scale.y(b.value)) for b in delivered
    )
    return outer(
        ident,
        "People starting per second, planned and delivered",
        desc,
        HEIGHT,
        inner(HEIGHT, tag("path", class_="plan", d=area), tag("path", class_="planline", d=area)),
        frame.grid(HEIGHT),
        values_axis(scale.ticks(HEIGHT)),
        frame.backdrop(),
        frame.flags(),
        inner(HEIGHT, tag("path", class_="l1", d=line)),
        tag("line", class_="base", x1=0, x2="100%", y1=HEIGHT, y2=HEIGHT),
    )
