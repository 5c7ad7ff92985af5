"""Owns the grammar of a chart: outer drawing in per cent and pixels, inner stretched drawing for data, paths.

Knows nothing of what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hms_esr.charts.markup import Markup, join, tag

SIDE = 1000
"""Width and height of the inner drawing's own units."""


class Bin(NamedTuple):
    """A value for the real seconds from ``from_s`` to ``to_s``; None where there is no data."""

    from_s: float
    to_s: float
    value: float | None


def num(value: float, digits: int = 1) -> str:
    """A coordinate, without needless zeros."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def pct(share: float) -> str:
    """``0.1271`` as ``12.71%``."""
    return num(share * 100, 2) + "%"


def outer(ident: str, title: str, desc: str, height: float, *content: object) -> Markup:
    """A chart: role img, title and description, as wide as its place and ``height`` pixels high."""
    return tag(
        "svg",
        tag("title", title, id=f"{ident}-t"),
        tag("desc", desc, id=f"{ident}-d"),
        *content,
        role="img",
        width="100%",
        height=num(height),
        aria_labelledby=f"{ident}-t",
        aria_describedby=f"{ident}-d",
    )


def inner(height: float, *content: object) -> Markup:
    """The stretched part for data, 1000 by 1000 of its own units."""
    box = f"0 0 {SIDE} {SIDE}"
    return tag("svg", *content, class_="d", width="100%", height=num(height), viewBox=box, preserveAspectRatio="none")


def placed(x: float, y: float, *content: object, class_: str | None = None) -> Markup:
    """Content in pixels around a point whose ``x`` is a share of the width."""
    return tag("svg", *content, class_=class_, x=pct(x), y=num(y), width=1, height=1, overflow="visible")


def across(y: float, class_: str) -> Markup:
    """A line over the whole width at ``y`` pixels."""
    return tag("line", class_=class_, x1=0, x2="100%", y1=num(y), y2=num(y))


def upright(x: float, top: float, bottom: float, class_: str) -> Markup:
    """A vertical line at the share ``x`` of the width."""
    return tag("line", class_=class_, x1=pct(x), x2=pct(x), y1=num(top), y2=num(bottom))


def line_path(points: Iterable[tuple[float, float] | None]) -> str:
    """Path through points (shares of width and height, 0 0 top left); None is a gap, a point alone becomes a dot."""
    parts: list[str] = []
    begun, alone = False, False
    for point in points:
        if point is None:
            if alone:
                parts.append("h0")
            begun = alone = False
            continue
        parts.append(f"{'L' if begun else 'M'}{num(point[0] * SIDE)} {num(point[1] * SIDE, 0)}")
        begun, alone = True, not begun
    if alone:
        parts.append("h0")
    return "".join(parts)


def dots_path(points: Iterable[tuple[float, float] | None]) -> str:
    """Path of the points that have no neighbor, each of length 0: a wide round stroke makes it a dot."""
    every = [None, *points, None]
    alone = [p for before, p, after in zip(every, every[1:], every[2:], strict=False) if p and not before and not after]
    return "".join(f"M{num(x * SIDE)} {num(y * SIDE, 0)}h0" for x, y in alone)


def area_path(bars: Sequence[tuple[float, float, float] | None]) -> str:
    """Closed steps from the ground: (left, right, top) as shares; None is a gap. Equal neighbors are joined."""
    parts: list[str] = []
    open_to: tuple[float, float] | None = None
    for bar in [*bars, None]:
        if bar is not None and open_to is not None and abs(bar[0] - open_to[0]) < 1e-9:
            if abs(bar[2] - open_to[1]) > 1e-9:
                parts.append(f"H{num(bar[0] * SIDE)}V{num(bar[2] * SIDE, 0)}")
        else:
            if open_to is not None:
                parts.append(f"H{num(open_to[0] * SIDE)}V{SIDE}Z")
            if bar is not None:
                parts.append(f"M{num(bar[0] * SIDE)} {SIDE}V{num(bar[2] * SIDE, 0)}")
        open_to = None if bar is None else (bar[1], bar[2])
    return "".join(parts)


def spikes_path(points: Iterable[tuple[float, float]]) -> str:
    """Vertical strokes from the ground up, at (share of width, share of height from the top)."""
    return "".join(f"M{num(x * SIDE)} {SIDE}V{num(y * SIDE, 0)}" for x, y in points if y < 1)


def values_axis(ticks: Iterable[tuple[float, str, bool]]) -> Markup:
    """Grid lines with labels at the left: (y in pixels, label, whether narrow screens leave the label out)."""
    return join(
        join(
            (
                across(y, "grid"),
                tag("text", label, class_="w" if minor else None, x=-7, y=num(y + 4), text_anchor="end"),
            )
        )
        for y, label, minor in ticks
    )
