"""Owns a run's figures by bin of real time: how wide bins are, percentiles and rates in them.

Knows nothing of HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hms_esr.charts.svg import Bin
from hms_esr.record import Cell, Record

LEAST_IN_BIN = 8
"""A bin with fewer requests has no percentile worth drawing."""
_WIDTHS_S = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 60, 90, 120, 180, 300, 600, 900, 1800, 3600, 7200)


class Bins:
    """Bins of ``width_s`` real seconds from the start to the end of the run."""

    def __init__(self, record: Record, width_s: int) -> None:
        end = max(record.real_s, 1.0)
        self.width_s = width_s
        self.edges = [(float(at), min(float(at + width_s), end)) for at in range(0, -int(-end // 1), width_s)]
        self._seconds = record.seconds

    @classmethod
    def of(cls, record: Record, length_s: float, key: tuple[str, str] | None = None) -> Bins:
        """Run/200, at least 1 s; wider, up to run/12, until four fifths of the busy bins can be drawn.

        Of one step: wider still, up to the whole run, so that few requests make a point at least.
        """
        asked = {at: second.requests for at, second in record.seconds.items() if second.requests}
        if key is not None:
            asked = {at: second.steps[key].requests for at, second in record.seconds.items() if key in second.steps}
            asked = {at: n for at, n in asked.items() if n}
        widest = length_s / 12 if key is None else length_s
        widths = [width for width in _WIDTHS_S if width >= 0.9 * length_s / 200] or [_WIDTHS_S[-1]]
        for width in widths:
            bins: dict[int, int] = {}
            for at, n in asked.items():
                bins[at // width] = bins.get(at // width, 0) + n
            drawn = sum(n >= LEAST_IN_BIN for n in bins.values())
            if drawn >= 0.8 * len(bins):
                return cls(record, width)
            if width >= widest:
                break
        return cls(record, widths[0] if not drawn else width)

    def cells(self, key: tuple[str, str] | None = None) -> list[Cell]:
        """Requests of one step, or all, by bin."""
        cells = [Cell() for _ in self.edges]
        for at, second in self._seconds.items():
            slot = at // self.width_s
            if 0 <= slot < len(cells):
                found = second.steps.values() if key is None else [second.steps[key]] if key in second.steps else []
                for cell in found:
                    cells[slot].merge(cell)
        return cells

    def times(self, cells: Iterable[Cell], share: float, *, actual: bool = False) -> list[Bin]:
        """A percentile in ms by bin, None where too few requests came."""
        bins = []
        for (from_s, to_s), cell in zip(self.edges, cells, strict=True):
            times = cell.actual if actual else cell.intended
            bins.append(Bin(from_s, to_s, times.percentile(share) if times.count >= LEAST_IN_BIN else None))
        return bins

    def rates(self, by_second: Mapping[int, int]) -> list[Bin]:
        """Counts by second as means per second of each bin."""
        sums = [0] * len(self.edges)
        for at, n in by_second.items():
            if 0 <= at // self.width_s < len(sums):
                sums[at // self.width_s] += n
        return [Bin(a, b, n / max(b - a, 1.0)) for (a, b), n in zip(self.edges, sums, strict=True)]

    def peaks(self, by_second: Mapping[int, int]) -> list[Bin]:
        """The highest count of a second in each bin."""
        tops = [0] * len(self.edges)
        for at, n in by_second.items():
            if 0 <= at // self.width_s < len(tops):
                tops[at // self.width_s] = max(tops[at // self.width_s], n)
        return [Bin(a, b, float(n)) for (a, b), n in zip(self.edges, tops, strict=True)]
