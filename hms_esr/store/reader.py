"""Owns the reading of a run's record from its folder: finished, still going on, or broken off by a kill.

Writes nothing and judges nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from hms_esr.errors import BadInput, Problem
from hms_esr.events import ClockChanged, Event, Happened, Sensed
from hms_esr.record import Manifest, Record
from hms_esr.record.fold import fold_tick
from hms_esr.scenario.model import Scenario
from hms_esr.store.database import facts_in, open_to_read, unreadable
from hms_esr.store.layout import DATABASE, MANIFEST
from hms_esr.store.manifest import read_manifest
from hms_esr.store.process import find
from hms_esr.store.tick_text import read_tick

BROKEN_OFF = "the rehearsal's process ended before its report"
GOING_ON = "the rehearsal is still going on"
TOLD_EVERY_S = 3.0

_EVENTS: dict[str, type[Happened] | type[ClockChanged] | type[Sensed]] = {
    "Happened": Happened,
    "ClockChanged": ClockChanged,
    "Sensed": Sensed,
}


def _seconds(value: Any) -> dict[int, int]:
    return {int(second): int(n) for second, n in value.items()}


_FACTS: dict[str, Callable[[Any], Any]] = {
    "planned_total": int,
    "planned_curve": _seconds,
    "length_real_s": float,
    "warm_real_s": float,
    "sim_s": float,
    "setup_requests": int,
    "sensors": dict,
    "probes": dict,
    "interrupted": str,
    "aborted": str,
    "time_limited": bool,
    "lost_records": int,
    "problems": list,
}
"""Facts that are fields of the record, and what each is read as."""


def _nobody(text: str) -> None:
    """Nobody waits for this."""


def open_record(folder: Path, tell: Callable[[str], None] = _nobody) -> Record:
    """The record in ``folder``: ticks folded in the order they came, events heard, facts applied.

    ``problems`` says so when the run is still going on, or was broken off. ``tell`` is told every few seconds how much
    is read: a record of hours takes its time. Raises BadInput: no run, or damaged.
    """
    manifest = read_manifest(folder)
    path = folder / DATABASE
    record = Record(manifest, scenario_of(folder, manifest), setup_requests=manifest.setup_requests)
    connection = open_to_read(path)
    facts: dict[str, Any] = {}
    if connection is not None:
        try:
            connection.execute("BEGIN")
            facts = facts_in(connection)
            apply_facts(record, facts)
            _replay(record, connection, tell)
        except (sqlite3.Error, KeyError, TypeError, ValueError) as error:
            raise unreadable(path, error) from None
        finally:
            connection.close()
    record.real_s = float(facts.get("real_s", record.real_s))
    _say_how_it_ended(record, facts)
    return record


def apply_facts(record: Record, facts: dict[str, Any]) -> None:
    """Put what is known of the whole run into the record; names it does not have are left."""
    for name, read in _FACTS.items():
        if name in facts:
            setattr(record, name, read(facts[name]))


def _replay(record: Record, connection: sqlite3.Connection, tell: Callable[[str], None]) -> None:
    seen: set[tuple[str, int]] = set()
    (last,) = connection.execute("SELECT max(rowid) FROM ticks").fetchone()
    told_at = perf_counter()
    for at, worker, seq, body in connection.execute("SELECT rowid, worker, seq, body FROM ticks ORDER BY rowid"):
        if (worker, seq) not in seen:
            seen.add((worker, seq))
            fold_tick(record, read_tick(body))
        if perf_counter() - told_at >= TOLD_EVERY_S:
            told_at = perf_counter()
            tell(f"Reading the record: {at / last:.0%}")
    for (body,) in connection.execute("SELECT body FROM events ORDER BY number"):
        record.handle(read_event(json.loads(body)))


def read_event(whole: dict[str, Any]) -> Event:
    """One event of the record, from its JSON object."""
    return _EVENTS[whole.pop("event")](**whole)


def _say_how_it_ended(record: Record, facts: dict[str, Any]) -> None:
    if facts.get("state") == "FINISHED":
        return
    if find(facts.get("process")) is not None:
        record.problems.append(GOING_ON)
    elif not record.interrupted:
        record.problems.append(BROKEN_OFF)


def scenario_of(folder: Path, manifest: Manifest) -> Scenario:
    """The scenario of the run in ``folder``. Raises BadInput when this program cannot read it."""
    try:
        return Scenario.model_validate(manifest.scenario)
    except ValueError as error:
        first = str(error).splitlines()
        reason = " ".join(line.strip() for line in first[1:3]) or first[0]
        raise BadInput([Problem(str(folder / MANIFEST), 0, 0, f"its scenario cannot be read: {reason}")]) from None
