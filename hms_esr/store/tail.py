"""Owns the following of a run's record while another process writes it: what is new since the last look.

Writes nothing, judges nothing, and holds no file open between looks.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hms_esr.events import Event
from hms_esr.record import Record, Tick
from hms_esr.record.fold import fold_tick
from hms_esr.store.database import facts_in, open_to_read, unreadable
from hms_esr.store.layout import DATABASE
from hms_esr.store.manifest import read_manifest
from hms_esr.store.process import state_of
from hms_esr.store.reader import BROKEN_OFF, apply_facts, read_event, scenario_of
from hms_esr.store.tick_text import read_tick


@dataclass(frozen=True, slots=True)
class News:
    """What came since the look before: ticks and events in the order they were written."""

    ticks: tuple[Tick, ...] = ()
    events: tuple[Event, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ticks or self.events)


@dataclass(slots=True)
class RecordTail:
    """The record in ``folder``, folded further with each :meth:`advance`.

    ``state``: QUEUED, RUNNING, FINISHED or BROKEN_OFF (see :class:`hms_esr.store.RunLine`) as of the last look;
    once it is FINISHED or BROKEN_OFF and nothing is new, nothing more will come. A paused run is RUNNING with
    ``record.segments[-1].warp == 0``. Raises BadInput: no run there, or damaged.
    """

    folder: Path
    record: Record = field(init=False)
    state: str = field(init=False, default="QUEUED")
    _tick: int = field(init=False, default=0)
    _event: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        manifest = read_manifest(self.folder)
        scenario = scenario_of(self.folder, manifest)
        self.record = Record(manifest, scenario, setup_requests=manifest.setup_requests)

    def advance(self) -> News:
        """Read what is new and fold it into ``record``."""
        path = self.folder / DATABASE
        connection = open_to_read(path)
        if connection is None:
            return News()
        try:
            connection.execute("BEGIN")
            facts = facts_in(connection)
            apply_facts(self.record, facts)
            news = News(self._ticks(connection), self._events(connection))
        except (sqlite3.Error, KeyError, TypeError, ValueError) as error:
            raise unreadable(path, error) from None
        finally:
            connection.close()
        self._end(facts)
        return news

    def _ticks(self, connection: sqlite3.Connection) -> tuple[Tick, ...]:
        found = []
        for row, body in connection.execute(
            "SELECT rowid, body FROM ticks WHERE rowid > ? ORDER BY rowid", [self._tick]
        ):
            self._tick = row
            found.append(read_tick(body))
            fold_tick(self.record, found[-1])
        return tuple(found)

    def _events(self, connection: sqlite3.Connection) -> tuple[Event, ...]:
        found = []
        asked = "SELECT number, body FROM events WHERE number > ? ORDER BY number"
        for number, body in connection.execute(asked, [self._event]):
            self._event = number
            found.append(read_event(json.loads(body)))
            self.record.handle(found[-1])
        return tuple(found)

    def _end(self, facts: dict[str, Any]) -> None:
        self.state = state_of(facts)
        self.record.real_s = float(facts.get("real_s", self.record.real_s))
        if self.state == "BROKEN_OFF" and not self.record.interrupted and BROKEN_OFF not in self.record.problems:
            self.record.problems.append(BROKEN_OFF)
