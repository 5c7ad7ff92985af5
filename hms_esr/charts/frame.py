"""Owns what all time charts of a page share: the time axis in real seconds, its two rows of clocks, lettered events.

Knows nothing of values: charts draw them between ``backdrop`` and ``axis``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from hms_esr.charts.markup import Markup, join, short, tag
from hms_esr.charts.svg import num, pct, placed, upright
from hms_esr.clock import SimClock

NBSP = "\u00a0"
_STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400)
_DAY_S = 86_400
_NARROW_PX, _WIDE_PX = 230.0, 590.0
"""Width of a plot on the smallest screen, and on the smallest that shows names beside letters."""
_LETTER_PX = 6.6
"""Width of a letter of 12 px text in a wide system font."""
ROWS_MOST = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """An event: a fault or a pause from ``from_s`` to ``to_s``, or a moment. Real seconds since the start."""

    letter: str
    kind: Literal["fault", "pause", "moment"]
    from_s: float
    to_s: float
    name: str


@dataclass(frozen=True, slots=True)
class AxisTick:
    """A place on the time axis: share of the width, label, whether narrow screens leave it out."""

    x: float
    label: str
    minor: bool


@dataclass(frozen=True)
class TimeFrame:
    """The time axis: ``length_s`` real seconds, its marks, ticks of simulated (none at warp 1) and real time."""

    length_s: float
    marks: tuple[Mark, ...] = ()
    sim_ticks: tuple[AxisTick, ...] = ()
    real_ticks: tuple[AxisTick, ...] = ()

    def x(self, at_s: float) -> float:
        """Share of the width, 0 to 1."""
        return min(max(at_s / self.length_s, 0.0), 1.0)

    @property
    def rows(self) -> int:
        """Rows of letters above a chart."""
        return max((row for row, _ in _flag_rows(self)), default=0) + 1

    @property
    def names_fit(self) -> bool:
        """Whether every event's name stands beside its letter on wide screens."""
        return all(side for _, side in _flag_rows(self))

    def grid(self, height: float) -> Markup:
        """Vertical lines at the ticks."""
        return join(upright(tick.x, 0, height, "grid") for tick in self.sim_ticks or self.real_ticks)

    def backdrop(self, *, moments: bool = True) -> Markup:
        """What lies behind the data: a reference to :meth:`shared`, which must stand once in the page."""
        return tag("use", href="#behind-all" if moments else "#behind-spans") if self.marks else Markup("")

    def shared(self) -> Markup:
        """Faults hatched with a bar on top, pauses dotted, moments as lines: drawn once, used by every chart."""
        spans, bars, lines = [], [], []
        for mark in self.marks:
            x = pct(self.x(mark.from_s))
            if mark.kind == "moment":
                lines.append(tag("line", class_="evtick", x1=x, x2=x, y1=0, y2="100%", stroke_dasharray="1 3"))
                continue
            width = pct(self.x(mark.to_s) - self.x(mark.from_s))
            spans.append(tag("rect", x=x, width=width, height="100%", fill=f"url(#p-{mark.kind})"))
            if mark.kind == "fault":
                bars.append(tag("rect", x=x, width=width, height=3, class_="flag"))
        return tag("g", *spans, id="behind-spans") + tag("g", *spans, *bars, *lines, id="behind-all")

    def flags(self) -> Markup:
        """Letters above the chart, names beside them where they fit."""
        return join(
            _flag(self.x(mark.from_s), mark, row, side)
            for mark, (row, side) in zip(self.marks, _flag_rows(self), strict=True)
        )

    def axis(self, y: float) -> Markup:
        """The ground line and one or two rows of clock times below ``y`` pixels."""
        parts = [tag("line", class_="base", x1=0, x2="100%", y1=num(y), y2=num(y))]
        rows = [("sim.", self.sim_ticks), ("real", self.real_ticks)] if self.sim_ticks else [("", self.real_ticks)]
        for index, (name, ticks) in enumerate(rows):
            text_y = y + 17 + 18 * index
            if name:
                parts.append(tag("text", name, x=-7, y=num(text_y), text_anchor="end"))
            for tick in ticks:
                if index == 0:
                    parts.append(upright(tick.x, y, y + 5, "base"))
                parts.append(_tick_text(tick, text_y))
        return join(parts)

    def short_axis(self, y: float) -> Markup:
        """The ground line and at most two times, for small panels."""
        ticks = [tick for tick in self.sim_ticks or self.real_ticks if tick.x < 0.9]
        chosen = [ticks[len(ticks) // 8], ticks[len(ticks) * 5 // 8]] if len(ticks) > 3 else ticks[:1]
        parts = [tag("line", class_="base", x1=0, x2="100%", y1=num(y), y2=num(y))]
        for tick in chosen:
            parts += [upright(tick.x, y, y + 4, "base"), _tick_text(AxisTick(tick.x, tick.label, False), y + 16)]
        return join(parts)


def _tick_text(tick: AxisTick, y: float) -> Markup:
    anchor = "start" if tick.x < 0.02 else "end" if tick.x > 0.97 else "middle"
    return tag("text", tick.label, class_="w" if tick.minor else None, x=pct(tick.x), y=num(y), text_anchor=anchor)


def _flag(x: float, mark: Mark, row: int, side: str) -> Markup:
    left = -16 if x > 0.97 else 0
    parts = [
        tag("rect", class_="flag", x=left or None, width=16, height=16),
        tag("text", mark.letter, class_="flagt", x=left + 8, y=12.3),
    ]
    if side == "right":
        parts.append(tag("text", _name(mark), class_="w", x=left + 22, y=12.3))
    elif side == "left":
        parts.append(tag("text", _name(mark), class_="w", x=left - 6, y=12.3, text_anchor="end"))
    return placed(x, -20 - 18 * row, *parts)


def _name(mark: Mark) -> str:
    return short(mark.name, 40)


def _flag_rows(frame: TimeFrame) -> list[tuple[int, str]]:
    """For each mark its row above the chart and the side its name stands on, "" where it does not fit."""
    rows: list[int] = []
    ends = [-1.0] * ROWS_MOST
    for mark in frame.marks:
        x = frame.x(mark.from_s)
        free = [row for row in range(ROWS_MOST) if x - ends[row] >= 18 / _NARROW_PX]
        row = free[0] if free else min(range(ROWS_MOST), key=lambda row: ends[row])
        ends[row] = x
        rows.append(row)
    sides = []
    taken = [-30.0] * ROWS_MOST
    for index, (mark, row) in enumerate(zip(frame.marks, rows, strict=True)):
        at = frame.x(mark.from_s) * _WIDE_PX
        after = [
            frame.x(other.from_s)
            for other, r in zip(frame.marks[index + 1 :], rows[index + 1 :], strict=True)
            if r == row
        ]
        room = (after[0] * _WIDE_PX if after else _WIDE_PX + 10) - at
        width = len(_name(mark)) * _LETTER_PX
        side = "right" if room >= width + 26 else "left" if at - taken[row] >= width + 12 else ""
        taken[row] = at + (width + 22 if side == "right" else 16)
        sides.append((row, side))
    return sides


def time_frame(
    length_s: float, clock: SimClock, start: datetime, warp: float | None, marks: Sequence[Mark] = ()
) -> TimeFrame:
    """The axis of ``length_s`` real seconds; ``start`` is simulated second 0, ``warp`` None: simulated time is real."""
    length_s = max(length_s, 1.0)
    sim = () if warp is None else _sim_ticks(length_s, clock, start, warp)
    return TimeFrame(length_s, tuple(marks), sim, _real_ticks(length_s))


def _step(span_s: float, most: int = 8) -> float:
    for step in _STEPS_S:
        if span_s / step <= most:
            return step
    return _DAY_S * math.ceil(span_s / most / _DAY_S)


def _real_ticks(length_s: float) -> tuple[AxisTick, ...]:
    step = _step(length_s, 9)
    unit, size = ("s", 1) if step < 60 else ("min", 60) if step < 3600 else ("h", 3600)
    count = int(length_s / step)
    return tuple(
        AxisTick(k * step / length_s, f"{k * step / size:g}{NBSP}{unit}", k % 2 == 1)
        for k in range(count + 1)
        if k * step / length_s < 0.985
    )


def _sim_ticks(length_s: float, clock: SimClock, start: datetime, warp: float) -> tuple[AxisTick, ...]:
    span_s = max(min(clock.sim_s(length_s), length_s * warp), 1.0)
    step = _step(span_s)
    of_day_s = start.hour * 3600 + start.minute * 60 + start.second
    first = math.ceil(of_day_s / step) * step - of_day_s
    ticks: list[AxisTick] = []
    for k in range(400):
        at = first + k * step
        x = clock.real_s(at) / length_s
        if x > 0.985 or at > clock.sim_s(length_s):
            break
        if not ticks or x - ticks[-1].x >= 0.075:
            ticks.append(AxisTick(x, clock_label(start + timedelta(seconds=at), step), len(ticks) % 2 == 1))
    return tuple(ticks)


def clock_label(at: datetime, step_s: float) -> str:
    """``08:00``; at midnight and for steps of days ``Mar 3``; with seconds when steps are shorter than a minute."""
    if step_s >= _DAY_S or (at.hour == at.minute == at.second == 0 and step_s >= 3600):
        return f"{at:%b} {at.day}"
    return f"{at:%H:%M}" if step_s >= 60 else f"{at:%H:%M:%S}"
