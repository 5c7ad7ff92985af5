"""Owns the strip in a table row: a figure over the run as strokes, faults hatched behind them.

Knows nothing of what is shown; the row's text says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hms_esr.charts.frame import TimeFrame
from hms_esr.charts.markup import Markup, tag
from hms_esr.charts.svg import inner, spikes_path

HEIGHT = 22
_STROKES = 140


def counts(by_second: Mapping[int, int], frame: TimeFrame) -> list[tuple[float, float]]:
    """(x, share of the highest) of counts by real second, in at most 140 strokes over the run."""
    width_s = max(1.0, frame.length_s / _STROKES)
    sums: dict[int, int] = {}
    for second, n in by_second.items():
        slot = int(second / width_s)
        sums[slot] = sums.get(slot, 0) + n
    most = max(sums.values(), default=0)
    return [(frame.x((slot + 0.5) * width_s), max(0.06, n / most)) for slot, n in sorted(sums.items()) if n > 0]


def levels(by_second: Mapping[int, float], frame: TimeFrame) -> list[tuple[float, float]]:
    """(x, highest share) of shares 0 to 1 by real second, in at most 140 strokes over the run."""
    width_s = max(1.0, frame.length_s / _STROKES)
    tops: dict[int, float] = {}
    for second, share in by_second.items():
        slot = int(second / width_s)
        tops[slot] = max(tops.get(slot, 0.0), share)
    return [(frame.x((slot + 0.5) * width_s), min(max(top, 0.06), 1.0)) for slot, top in sorted(tops.items())]


def strip(frame: TimeFrame, strokes: Iterable[tuple[float, float]]) -> Markup:
    """Strokes at (share of the width, share of the height)."""
    path = spikes_path((x, 1 - high) for x, high in strokes)
    return tag(
        "svg",
        frame.backdrop(moments=False),
        inner(HEIGHT, tag("path", class_="sl", d=path)),
        tag("line", class_="base", x1=0, x2="100%", y1=HEIGHT, y2=HEIGHT),
        class_="strip",
        aria_hidden="true",
        focusable="false",
        width="100%",
        height=HEIGHT + 1,
    )
