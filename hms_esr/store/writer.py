"""Owns the writing of a run's record: manifest, ticks, events and closing facts, by one process.

Knows nothing of what they mean. A kill at any moment loses nothing that was committed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any

from hms_esr.errors import EnvironmentProblem
from hms_esr.events import ClockChanged, Happened, Sensed, as_dict
from hms_esr.record import Manifest, Tick
from hms_esr.store.database import cannot_write, close_written, open_to_write
from hms_esr.store.layout import DATABASE, MANIFEST, write_whole
from hms_esr.store.masking import Mask
from hms_esr.store.packing import packed
from hms_esr.store.process import this_process
from hms_esr.store.tick_text import at_once, tick_pieces

VERSION = 1


class RunWriter:
    """The record of one run in ``folder``, made if need be. ``secrets`` are masked in every text that is stored.

    Raises EnvironmentProblem when the folder cannot be written, EsrError when a later write fails (disk full).
    """

    def __init__(self, folder: Path, manifest: Manifest, secrets: Collection[str] = ()) -> None:
        self._folder = folder
        self._mask = Mask(secrets)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EnvironmentProblem(f"{folder}  cannot be made: {error.strerror or error}") from None
        self.update_manifest(manifest)
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = open_to_write(folder / DATABASE)
        self.facts(process=this_process(), state="QUEUED")

    def _write(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """One commit."""
        with self._lock:
            connection = self._connection
            if connection is None:
                raise cannot_write(self._folder / DATABASE, ValueError("it was closed"))
            try:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    connection.executemany(statement, rows)
                except BaseException:
                    connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise cannot_write(self._folder / DATABASE, error) from None

    def ticks(self, ticks: Sequence[Tick], breathe: Callable[[], None] = at_once) -> None:
        """Commit ``ticks`` at once; one already there by (worker, seq) stays as it is.

        ``breathe`` is called every half millisecond or so until all is ready to be written.
        """
        if ticks:
            rows = [(tick.worker, tick.seq, tick.second, self._body(tick, breathe)) for tick in ticks]
            self._write("INSERT INTO ticks VALUES (?, ?, ?, ?) ON CONFLICT (worker, seq) DO NOTHING", rows)

    def _body(self, tick: Tick, breathe: Callable[[], None]) -> bytes:
        return packed(tick_pieces(tick, self._mask.text, breathe))

    def event(self, event: Happened | ClockChanged | Sensed) -> None:
        """Commit one event."""
        self._write("INSERT INTO events (body) VALUES (?)", [(_json(self._mask.whole(as_dict(event))),)])

    def facts(self, **facts: object) -> None:
        """Commit what is known of the whole run, by name: fields of Record, ``state``, or anything JSON can say.

        ``state`` is QUEUED, RUNNING or FINISHED; a run whose process is gone before FINISHED was broken off.
        A fact given again replaces the one before.
        """
        rows = [(name, _json(self._mask.whole(value))) for name, value in facts.items()]
        self._write("INSERT OR REPLACE INTO facts VALUES (?, ?)", rows)

    def update_manifest(self, manifest: Manifest) -> None:
        """Replace manifest.json."""
        whole: dict[str, Any] = self._mask.whole({"version": VERSION} | asdict(manifest))
        text = json.dumps(whole, ensure_ascii=False, indent=1, default=str)
        write_whole(self._folder / MANIFEST, text + "\n")

    def close(self) -> None:
        """Nothing more comes; a second call does nothing."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            close_written(connection)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_other)


def _other(value: object) -> object:
    return sorted(value) if isinstance(value, set | frozenset) else str(value)
