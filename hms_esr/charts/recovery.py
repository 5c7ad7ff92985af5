"""Owns the chart of a recovery: answer times around a fault, the usual range, the limit and the moment it was well.

Knows nothing of how recovery is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hms_esr.charts.markup import Markup, join, tag
from hms_esr.charts.scales import Log
from hms_esr.charts.svg import Bin, across, dots_path, inner, line_path, num, outer, pct, placed, upright, values_axis

HEIGHT = 150


@dataclass(frozen=True, slots=True)
class RecoveryWindow:
    """A fault from ``on_s`` to 0 (its end) in a window of real seconds around its end. None: unknown, or none."""

    from_s: float
    to_s: float
    on_s: float
    usual_ms: float | None = None
    recovered_s: float | None = None
    recovered_label: str = ""
    limit_s: float | None = None
    limit_label: str = ""

    def x(self, at_s: float) -> float:
        """Share of the width, 0 to 1."""
        return min(max((at_s - self.from_s) / (self.to_s - self.from_s), 0.0), 1.0)


def _flagged(at: float, top: float, class_: str, label: str) -> Markup:
    anchor = "start" if at < 0.3 else "end" if at > 0.7 else "middle"
    text = tag("text", label, class_="strong", x=0, y=-3, text_anchor=anchor)
    return upright(at, top, HEIGHT, class_) + placed(at, top - 2, text)


def _usual(level_ms: float, scale: Log) -> Markup:
    y = scale.y(level_ms) * HEIGHT
    box = tag("rect", x=0, width="100%", y=num(y), height=num(HEIGHT - y), class_="usual")
    return box + across(y, "usualline")


def _seconds_axis(shown: RecoveryWindow) -> Markup:
    span = shown.to_s - shown.from_s
    step = next((s for s in (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800) if span / s <= 6), 3600)
    first = int(-(-shown.from_s // step))
    marks = [k * step for k in range(first, int(shown.to_s // step) + 1)]
    parts = [across(HEIGHT, "base")]
    for at in marks:
        x = shown.x(at)
        text = f"{at:g}".replace("-", "−") + (" s" if at == marks[-1] else "")
        parts.append(upright(x, HEIGHT, HEIGHT + 5, "base"))
        parts.append(tag("text", text, x=pct(x), y=HEIGHT + 17, text_anchor="end" if x > 0.97 else "middle"))
    return join(parts)


def recovery(ident: str, shown: RecoveryWindow, times: Sequence[Bin], scale: Log, title: str, desc: str) -> Markup:
    """95th percentile in ms of each second, counted from the fault's end."""
    x, width = pct(shown.x(shown.on_s)), pct(shown.x(0) - shown.x(shown.on_s))
    points = [None if b.value is None else (shown.x((b.from_s + b.to_s) / 2), scale.y(b.value)) for b in times]
    parts = [
        values_axis(scale.ticks(HEIGHT, decades=True)),
        tag("rect", x=x, width=width, y=0, height=HEIGHT, fill="url(#p-fault)"),
        tag("rect", class_="flag", x=x, width=width, y=0, height=3),
    ]
    if shown.usual_ms is not None:
        parts.append(_usual(shown.usual_ms, scale))
    dots = tag("path", class_="l1 alone", d=dots_path(points))
    parts.append(inner(HEIGHT, tag("path", class_="l1", d=line_path(points)), dots))
    if shown.limit_s is not None:
        parts.append(_flagged(shown.x(shown.limit_s), -6, "limit", shown.limit_label))
    if shown.recovered_s is not None:
        parts.append(_flagged(shown.x(shown.recovered_s), -24, "mark", shown.recovered_label))
    return outer(ident, title, desc, HEIGHT, *parts, _seconds_axis(shown))
