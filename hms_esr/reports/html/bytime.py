"""Owns the table behind the charts over time: figures by simulated hour, or by real minutes at warp 1.

Knows nothing of charts.
"""

from __future__ import annotations

from datetime import timedelta

from hms_esr.charts.frame import clock_label
from hms_esr.charts.markup import Markup
from hms_esr.formatting import MISSING, count, elapsed, long_time, time_ms
from hms_esr.record import Cell
from hms_esr.reports.html.figures import Figures
from hms_esr.reports.html.parts import details, plain_table

_MOST_ROWS = 26
_PERIODS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 604_800)


def by_time(figures: Figures) -> Markup:
    """The table in its details."""
    unit = "simulated" if figures.warped else "real"
    end = figures.clock.sim_s(figures.record.real_s)
    period = next((p for p in _PERIODS_S if end / p <= _MOST_ROWS), 604_800.0)
    name = f"every {unit} {long_time(period)}" if period != 3600 else f"by {unit} hour"
    heads = ["Simulated time from", "Real"] if figures.warped else ["Real time from"]
    heads += [
        "Planned",
        "Started",
        "Requests",
        "Failed",
        "50 of 100",
        "95 of 100, intended start",
        "95 of 100, actual start",
    ]
    caption = f"Figures {name}; real time is counted from the start of the run"
    return details(f"Figures of charts 2 and 3 as a table, {name}", plain_table(heads, _rows(figures, period), caption))


def _rows(figures: Figures, period_s: float) -> list[list[object]]:
    groups: dict[int, list[int]] = {}
    for at in sorted(figures.record.seconds):
        groups.setdefault(int(figures.clock.sim_s(at + 0.5) // period_s), []).append(at)
    rows = []
    for slot, seconds in list(groups.items())[: _MOST_ROWS * 2]:
        first = figures.clock.real_s(slot * period_s)
        names: list[object] = [elapsed(first)]
        if figures.warped:
            names.insert(0, clock_label(figures.start + timedelta(seconds=slot * period_s), min(period_s, 3600)))
        rows.append(names + _counts(figures, seconds))
    return rows


def _counts(figures: Figures, seconds: list[int]) -> list[object]:
    found = [figures.record.seconds[at] for at in seconds]
    cell = Cell()
    for second in found:
        for one in second.steps.values():
            cell.merge(one)
    sums: list[object] = [
        count(sum(getattr(one, name) for one in found)) for name in ("planned", "delivered", "requests", "errors")
    ]
    if not cell.intended.count:
        return [*sums, MISSING, MISSING, MISSING]
    actual = time_ms(cell.actual.percentile(0.95)) if cell.actual.count else MISSING
    return [*sums, time_ms(cell.intended.percentile(0.5)), time_ms(cell.intended.percentile(0.95)), actual]
