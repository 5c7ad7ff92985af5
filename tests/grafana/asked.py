"""Owns what tests ask of a filled database: rows of a panel's query, values of a column, all times of a run.

Knows nothing of what should come back.
"""

from __future__ import annotations

from typing import Any

from hms_esr.histogram import Histogram
from tests.grafana.conftest import Filled
from tests.grafana.dashboards import Panel, Viewer, panels
from tests.grafana.filled import Sent


def answered(filled: Filled, panel: Panel, letter: str = "A", looks: Viewer | None = None) -> list[dict[str, Any]]:
    """Rows of one query of a panel, for who looks at the first run, unless said otherwise."""
    viewer = looks or (filled.looking_back() if panel.board == "history" else filled.looking())
    return filled.server.query(viewer.sends(panel.queries[letter]))


def called(name: str, title: str) -> Panel:
    """The panel of that title."""
    return next(panel for panel in panels(name) if panel.title == title)


def has_data(rows: list[dict[str, Any]]) -> bool:
    """Whether anything but times is in them."""
    return any(value is not None for row in rows for name, value in row.items() if name != "time")


def column(rows: list[dict[str, Any]], name: str) -> list[float]:
    """Its values, in order, without gaps."""
    return [row[name] for row in rows if row[name] is not None]


def times_of(sent: Sent) -> tuple[Histogram, Histogram]:
    """All answer times of a run, from the intended and from the actual start."""
    planned, actual = Histogram(), Histogram()
    for cell in sent.record.series.values():
        planned.merge(cell.intended)
        actual.merge(cell.actual)
    return planned, actual
