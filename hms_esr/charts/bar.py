"""Owns the bar beside a count in a table.

Knows nothing of what is counted.
"""

from __future__ import annotations

from hms_esr.charts.markup import Markup, tag
from hms_esr.charts.svg import pct


def bar(share: float, class_: str) -> Markup:
    """A bar over ``share`` of the cell; empty for nothing, and never too thin to see."""
    if share <= 0:
        return Markup("")
    rect = tag("rect", class_=class_, width=pct(min(max(share, 0.001), 1.0)), height=11)
    return tag("svg", rect, class_="hbar", width="100%", height=11, aria_hidden="true", focusable="false")
