"""Owns a stored run as tests of dashboards count it: from its record, its ticks and its summary.

Knows nothing of InfluxDB or panels.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from hms_esr.histogram import Histogram
from hms_esr.record import Cell, Record, Second, Tick
from hms_esr.store import open_record
from hms_esr.store.database import facts_in, open_to_read
from hms_esr.store.layout import DATABASE
from hms_esr.store.tick_text import read_tick


@dataclass(frozen=True)
class Stored:
    """A run on disk: its record, its ticks, its summary."""

    folder: Path

    @cached_property
    def record(self) -> Record:
        return open_record(self.folder)

    @cached_property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "summary.json").read_text(encoding="utf-8"))
        return found

    @cached_property
    def ticks(self) -> list[Tick]:
        connection = open_to_read(self.folder / DATABASE)
        assert connection is not None
        ticks = [read_tick(body) for (body,) in connection.execute("SELECT body FROM ticks ORDER BY rowid")]
        connection.close()
        return ticks

    @cached_property
    def began_ms(self) -> int:
        """When second 0 began, in ms of the epoch."""
        connection = open_to_read(self.folder / DATABASE)
        assert connection is not None
        began = datetime.fromisoformat(str(facts_in(connection)["began_at"]))
        connection.close()
        return int(began.timestamp()) * 1000

    @property
    def run(self) -> str:
        return str(self.summary["run_id"])

    @cached_property
    def front(self) -> int:
        """The last second anybody told of."""
        return max(tick.second for tick in self.ticks)

    @cached_property
    def end(self) -> Second:
        """The second the run's last point is about."""
        return self.record.seconds.get(max(self.front, int(self.record.real_s)), Second())

    def lately(self, share: float) -> float:
        """The percentile over 10 s, at the end or when there were requests last; ms from the intended start."""
        for last in range(self.front, -1, -1):
            cells = [cell for at in range(last - 9, last + 1) for cell in self.cells(at).values()]
            if cells:
                return merged(cells, "intended").percentile(share)
        raise AssertionError("no requests at all")

    def cells(self, at: int) -> dict[tuple[str, str], Cell]:
        """(journey, step) → requests of one second."""
        return self.record.seconds[at].steps if at in self.record.seconds else {}

    @cached_property
    def steps(self) -> dict[tuple[str, str], list[Cell]]:
        """(journey, step) → its seconds, in order."""
        found: dict[tuple[str, str], list[Cell]] = {}
        for at in sorted(self.record.seconds):
            for key, cell in self.cells(at).items():
                found.setdefault(key, []).append(cell)
        return found

    def by_name(self) -> dict[str, list[Cell]]:
        """Step → its cells in the last second it was in, of all journeys."""
        found: dict[str, list[Cell]] = {}
        for at in sorted(self.record.seconds):
            now: dict[str, list[Cell]] = {}
            for (_, step), cell in self.cells(at).items():
                now.setdefault(step, []).append(cell)
            found |= now
        return found

    @cached_property
    def workers(self) -> dict[str, list[Tick]]:
        found: dict[str, list[Tick]] = {}
        for tick in sorted(self.ticks, key=lambda one: one.second):
            found.setdefault(tick.worker, []).append(tick)
        return found


def merged(cells: Iterable[Cell], kind: str) -> Histogram:
    """All their times; ``kind``: intended or actual."""
    whole = Histogram()
    for cell in cells:
        whole.merge(getattr(cell, kind))
    return whole
