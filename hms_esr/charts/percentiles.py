"""Owns the chart of the share answered within a time: each further 9 is ten times rarer, both scales logarithmic.

Knows nothing of what was timed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from hms_esr.charts.markup import Markup, join, tag
from hms_esr.charts.scales import Log, Rarity
from hms_esr.charts.svg import across, inner, line_path, num, outer, pct, placed, upright, values_axis
from hms_esr.histogram import Histogram

HEIGHT = 240
_POINTS = 110
_LINE = 20
"""Pixels that a label over a dot needs. Left of and above it is free: both curves rise to the right."""


class LimitGate(NamedTuple):
    """``share`` of the requests must be answered within ``limit_ms``; ``warn_ms``: the warning level, if any."""

    share: float
    limit_ms: float
    label: str
    warn_ms: float | None = None


def _curve(histogram: Histogram, scale: Log, rarity: Rarity) -> str:
    if not histogram.count:
        return ""
    end = max(math.log10(histogram.count), 1.35)
    nines = [min(end, rarity.nines) * k / _POINTS for k in range(1, _POINTS + 1)]
    return line_path(
        (n / rarity.nines, scale.y(histogram.percentile(min(1.0, 1 - 10**-n + 1e-12)))) for n in nines if n > 0
    )


def _gate(gate: LimitGate, row: int, scale: Log, rarity: Rarity) -> Markup:
    x, y = rarity.x(gate.share), scale.y(gate.limit_ms) * HEIGHT
    left = x > 0.6
    parts = [
        tag("svg", tag("rect", y=0, width=8, height=num(y), fill="url(#p-forbid)"), x=pct(x), overflow="visible"),
        upright(x, 0, y, "mark"),
    ]
    if gate.warn_ms is not None:
        parts.append(upright(x, y, scale.y(gate.warn_ms) * HEIGHT, "limit"))
    label = tag(
        "text", gate.label, class_="strong", x=-6 if left else 14, y=11 + 16 * row, text_anchor="end" if left else None
    )
    return join([*parts, placed(x, 0, label)])


def _dot(histogram: Histogram, share: float, label: str, scale: Log, rarity: Rarity, top: float) -> Markup:
    """``top``: pixels at the top of the chart that labels of gates take."""
    x, y = rarity.x(share), scale.y(histogram.percentile(share)) * HEIGHT
    text = tag("text", label, class_="strong", x=-9, y=-9 if y > top + _LINE else 20, text_anchor="end")
    return placed(x, y, tag("circle", r=5, class_="dot"), text)


def percentiles(
    ident: str,
    intended: Histogram,
    actual: Histogram,
    *,
    title: str,
    desc: str,
    dot: tuple[float, str],
    gates: Sequence[LimitGate] = (),
) -> Markup:
    """Both latencies of one set of requests; ``dot`` is a share and its label, ``gates`` the limits in the way."""
    shown_gates = [gate for gate in gates if gate.share < 1]
    values = [value for one in (intended, actual) if one.count for value in (one.percentile(0.05), one.maximum)]
    values += [gate.limit_ms for gate in gates]
    low = 10.0 ** math.floor(math.log10(max(min([10.0, *values]), 0.01)))
    scale, rarity = Log.over(values, low), Rarity.over(intended.count)
    marks = rarity.ticks()
    return outer(
        ident,
        title,
        desc,
        HEIGHT,
        values_axis(scale.ticks(HEIGHT, decades=True)),
        join(upright(x, 0, HEIGHT, "grid") for x, _ in marks),
        inner(
            HEIGHT,
            tag("path", class_="l2", d=_curve(actual, scale, rarity)),
            tag("path", class_="l1", d=_curve(intended, scale, rarity)),
        ),
        join(_gate(gate, row, scale, rarity) for row, gate in enumerate(shown_gates)),
        _dot(intended, *dot, scale, rarity, 16.0 * len(shown_gates)) if intended.count else "",
        across(HEIGHT, "base"),
        join(
            upright(x, HEIGHT, HEIGHT + 5, "base")
            + tag("text", label, x=pct(x), y=HEIGHT + 18, text_anchor="end" if x > 0.97 else "middle")
            for x, label in marks
        ),
    )
