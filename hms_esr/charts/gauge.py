"""Owns the bullet gauge of one check: value as a bar, limit as a mark, the forbidden side hatched.

Knows nothing of metrics or words.
"""

from __future__ import annotations

from dataclasses import dataclass

from hms_esr.charts.markup import Markup, tag
from hms_esr.charts.svg import pct


@dataclass(frozen=True, slots=True)
class Reach:
    """What a gauge shows from end to end, and on which side of the limit it is forbidden."""

    start: float
    end: float
    limit: float
    forbidden_below: bool

    def x(self, value: float) -> float:
        """Share of the width, 0 to 1."""
        return min(max((value - self.start) / (self.end - self.start), 0.0), 1.0)


def reach(operator: str, limit: float | None, *, share: bool) -> Reach | None:
    """The gauge's scale: limit at two thirds; for ``>`` of a share from 1 - 5 (1 - limit). None: no gauge fits."""
    if limit is None or limit <= 0 or operator not in ("<", "<=", ">", ">="):
        return None
    if operator in ("<", "<="):
        return Reach(0.0, limit * 1.5, limit, False)
    if not share or limit > 1:
        return Reach(0.0, limit * 1.5, limit, True)
    return Reach(max(0.0, 1 - 5 * (1 - limit)) if limit < 1 else 0.9, 1.0, limit, True)


def gauge(value: float | None, reach: Reach, status: str, warn: float | None = None) -> Markup:
    """The gauge; ``status`` is a class (ok, warn, bad, or "" when not judged). Chevrons: off the scale."""
    at = reach.x(reach.limit)
    forbid_x, forbid_width = (0.0, at) if reach.forbidden_below else (at, 1 - at)
    parts = [
        tag("rect", class_="track", x=0, y=4, width="100%", height=12),
        tag("rect", class_="forbid", x=pct(forbid_x), y=4, width=pct(forbid_width), height=12),
        tag("rect", class_="edge", x=0, y=4, width="100%", height=12),
    ]
    if value is not None:
        bar = f"value {status}".strip()
        parts.append(tag("rect", class_=bar, x=0, y=7, width=pct(reach.x(value)), height=6))
    if warn is not None:
        x = pct(reach.x(warn))
        parts.append(tag("line", class_="wlim", x1=x, x2=x, y1=1, y2=19))
    x = pct(at)
    parts.append(tag("line", class_="lim", x1=x, x2=x, y1=0, y2=20))
    if value is not None and value > reach.end:
        off = tag("path", class_="off", d="M-13 5l5 5l-5 5M-7 5l5 5l-5 5")
        parts.append(tag("svg", off, x="100%", y=0, width=1, height=20, overflow="visible"))
    if value is not None and value < reach.start:
        off = tag("path", class_="below", d="M13 5l-5 5l5 5M7 5l-5 5l5 5")
        parts.append(tag("svg", off, x=0, y=0, width=1, height=20, overflow="visible"))
    return tag("svg", *parts, class_="bullet", aria_hidden="true", focusable="false")
