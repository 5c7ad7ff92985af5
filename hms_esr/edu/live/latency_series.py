"""Owns the answer times of a run by bin of real time, grown second by second at a cost that does not grow.

Knows nothing of pages. The same bins as the report's, so that the lines of a finished run are the report's lines.
"""

from __future__ import annotations

from hms_esr.charts.latency import LatencyLines
from hms_esr.charts.svg import Bin
from hms_esr.record import Cell, Record, Tick
from hms_esr.reports.html.bins import LEAST_IN_BIN, Bins

_Point = tuple[float | None, float | None, float | None]
_NO_POINT: _Point = (None, None, None)


class AnswerTimes:
    """95th percentiles from intended and actual start and the median, by bin."""

    def __init__(self) -> None:
        self._width_s = 0
        self._cells: dict[int, Cell] = {}
        self._points: dict[int, _Point] = {}
        self._dirty: set[int] = set()

    def fold(self, tick: Tick) -> None:
        """Add what one worker saw in one second."""
        if not self._width_s:
            return
        slot = tick.second // self._width_s
        whole = self._cells.setdefault(slot, Cell())
        for cell in tick.cells.values():
            whole.merge(cell)
        self._dirty.add(slot)

    def lines(self, record: Record, length_s: float) -> tuple[int, LatencyLines]:
        """The width of the bins in real seconds, and the lines from the start until now."""
        bins = Bins.of(record, length_s)
        if bins.width_s != self._width_s:
            self._again(bins)
        for slot in self._dirty:
            self._points[slot] = _point(self._cells[slot])
        self._dirty.clear()
        found = [self._points.get(int(from_s) // bins.width_s, _NO_POINT) for from_s, _ in bins.edges]
        made = [
            [Bin(a, b, point[index]) for (a, b), point in zip(bins.edges, found, strict=True)] for index in range(3)
        ]
        return bins.width_s, LatencyLines(*made)

    def _again(self, bins: Bins) -> None:
        """Everything anew, in bins of another width."""
        self._width_s = bins.width_s
        self._cells = dict(enumerate(bins.cells()))
        self._points = {}
        self._dirty = set(self._cells)


def _point(cell: Cell) -> _Point:
    if cell.intended.count < LEAST_IN_BIN:
        return _NO_POINT
    actual = cell.actual.percentile(0.95) if cell.actual.count >= LEAST_IN_BIN else None
    return cell.intended.percentile(0.95), actual, cell.intended.percentile(0.5)
