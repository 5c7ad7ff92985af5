"""Owns a stored run as InfluxDB's points: what is new in its record since the last look, and how it ended.

Knows nothing of servers. A run that goes on and one that ended long ago give the same points.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hms_esr import formatting
from hms_esr.record import Manifest, Record, Tick
from hms_esr.sinks.influx.points import Checked, EndedRun, Points
from hms_esr.store.database import facts_in, open_to_read, unreadable
from hms_esr.store.layout import DATABASE, MANIFEST, SUMMARY
from hms_esr.store.manifest import read_manifest
from hms_esr.store.process import state_of
from hms_esr.store.reader import BROKEN_OFF, apply_facts, read_event, scenario_of
from hms_esr.store.tick_text import read_tick
from hms_esr.verdicts.judge import judge, judge_checks
from hms_esr.verdicts.judgement import CheckResult
from hms_esr.verdicts.metrics import Metrics

TICKS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some lines, and how many ticks and events of the record are in all lines so far."""

    lines: list[str]
    ticks: int
    events: int


class Replay:
    """The run in ``folder`` from its beginning. ``past``: ticks and events whose lines are known and not given again.

    Raises BadInput: no run there, or damaged.
    """

    def __init__(self, folder: Path, past: tuple[int, int] = (0, 0)) -> None:
        self._folder = folder
        self._past_ticks, self._past_events = past
        self._manifest = read_manifest(folder)
        scenario = scenario_of(folder, self._manifest)
        self._record = Record(self._manifest, scenario, setup_requests=self._manifest.setup_requests)
        self._points: Points | None = None
        self._row = self._number = 0
        self._ticks = self._events = 0
        self._facts: dict[str, Any] = {}

    @property
    def scenario(self) -> str:
        """The scenario's name."""
        return self._record.scenario.name

    @staticmethod
    def is_there(folder: Path) -> bool:
        """Whether there is a run yet."""
        return (folder / MANIFEST).exists()

    @property
    def is_over(self) -> bool:
        """Whether the run's process is gone or has said that nothing more comes."""
        return bool(self._facts) and state_of(self._facts) in ("FINISHED", "BROKEN_OFF")

    def look(self) -> Iterator[Chunk]:
        """What is new in the record, in parts."""
        path = self._folder / DATABASE
        connection = open_to_read(path)
        if connection is None:
            return
        try:
            self._facts = facts_in(connection)
            apply_facts(self._record, self._facts)
            while True:
                events = self._new_events(connection)
                ticks = self._new_ticks(connection)
                if not ticks and not events:
                    return
                yield self._chunk(events, ticks)
        except (sqlite3.Error, KeyError, TypeError, ValueError) as error:
            raise unreadable(path, error) from None
        finally:
            connection.close()

    def _new_events(self, connection: sqlite3.Connection) -> list[Any]:
        asked = "SELECT number, body FROM events WHERE number > ? ORDER BY number"
        rows = connection.execute(asked, [self._number]).fetchall()
        if rows:
            self._number = rows[-1][0]
        return [read_event(json.loads(body)) for _, body in rows]

    def _new_ticks(self, connection: sqlite3.Connection) -> list[Tick]:
        """Up to where known lines end, so that what is past can be told from what is new."""
        left = self._past_ticks - self._ticks
        most = min(TICKS_AT_ONCE, left) if left > 0 else TICKS_AT_ONCE
        asked = "SELECT rowid, body FROM ticks WHERE rowid > ? ORDER BY rowid LIMIT ?"
        rows = connection.execute(asked, [self._row, most]).fetchall()
        if rows:
            self._row = rows[-1][0]
        return [read_tick(body) for _, body in rows]

    def _chunk(self, events: list[Any], ticks: list[Tick]) -> Chunk:
        points = self._started()
        for event in events:
            points.event(event)
            self._events += 1
            if self._events <= self._past_events:
                points.noted()
        lines = points.noted()
        for tick in ticks:
            points.tick(tick)
        self._ticks += len(ticks)
        new = points.take()
        return Chunk(lines + new if self._ticks > self._past_ticks else lines, self._ticks, self._events)

    def _started(self) -> Points:
        if self._points is None:
            record = self._record
            self._points = Points(record, _began(self._manifest, self._facts), self._again, _checked)
            people = f"{formatting.plural(record.planned_total, 'person', 'people')} " if record.planned_total else ""
            self._points.start(f"{record.scenario.name}: {people}against {self._manifest.target}")
            if self._past_ticks or self._past_events:
                self._points.noted()
        return self._points

    def _again(self, second: int) -> Iterator[Tick]:
        connection = open_to_read(self._folder / DATABASE)
        if connection is None:
            return
        try:
            for (body,) in connection.execute("SELECT body FROM ticks WHERE second = ?", [second]):
                yield read_tick(body)
        finally:
            connection.close()

    def end(self) -> Chunk:
        """The last lines, once everything was looked at; none of a run in which nobody came."""
        if self._points is None:
            return Chunk([], 0, 0)
        record = self._record
        record.real_s = float(self._facts.get("real_s", record.real_s))
        if self._facts.get("state") != "FINISHED" and not record.interrupted:
            record.problems.append(BROKEN_OFF)
        return Chunk(self._points.end(record.real_s, _ended(self._folder, record)), self._ticks, self._events)


def _began(manifest: Manifest, facts: dict[str, Any]) -> datetime:
    """The moment of second 0: as the run noted it, else when it was started."""
    return datetime.fromisoformat(str(facts.get("began_at") or manifest.started_at)).astimezone()


def _of(result: CheckResult) -> Checked:
    return Checked(result.check, result.value, result.limit, result.verdict)


def _checked(record: Record) -> Iterator[Checked]:
    yield from map(_of, judge_checks(record, Metrics(record)))


def _ended(folder: Path, record: Record) -> EndedRun:
    """As the run's summary says; a run without one is judged here."""
    try:
        told = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        checks = tuple(Checked(one["check"], one["value"], one["limit"], one["verdict"]) for one in told["checks"])
        return EndedRun(int(told["exit_code"]), str(told["verdict"]), str(told["reason"]), checks)
    except (OSError, ValueError, KeyError, TypeError):
        judgement = judge(record)
        return EndedRun(judgement.exit_code, judgement.verdict, judgement.sentence, tuple(map(_of, judgement.checks)))
