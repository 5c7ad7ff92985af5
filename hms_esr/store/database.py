"""Owns a run's database file: its tables, its version, how it is opened and what a refusal says.

Knows nothing of what ticks and events mean: texts go in and come out.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hms_esr.errors import BadInput, EsrError, Problem
from hms_esr.store.layout import DATABASE
from hms_esr.store.packing import plain

APPLICATION = 0x48455352
"""Marks the file as ours ("HESR" in its header)."""
VERSION = 2
"""What is written. A change that an older program would read wrong takes a new number."""
READ = {
    1: "ticks, events and facts as JSON; phases and samples of a tick are there or not",
    2: "the same, the JSON of a tick deflated (zlib)",
}
"""Versions that are read, all from the first on, and what each is."""

_PAGE_BYTES = 8192
"""In pages of 4096 bytes, which is usual, a quarter of a long record is room left over between seconds."""
_TABLES = f"""
BEGIN;
CREATE TABLE IF NOT EXISTS ticks (worker TEXT NOT NULL, seq INTEGER NOT NULL, second INTEGER NOT NULL,
  body TEXT NOT NULL, UNIQUE (worker, seq));
CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
COMMIT;
"""


_DUE = """
SELECT coalesce(sum(json_extract(one.value, '$[1]')), 0)
FROM ticks, json_each(plain(ticks.body), '$.planned') AS one
"""


def open_to_write(path: Path) -> sqlite3.Connection:
    """The one connection that writes. A commit survives the death of the process (WAL, synchronous NORMAL)."""
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_TABLES)
        except sqlite3.Error:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise cannot_write(path, error) from None
    return connection


def close_written(connection: sqlite3.Connection) -> None:
    """Everything into the one file, so that it can be copied; a reader at this moment only delays that."""
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error:
        pass
    finally:
        connection.close()


def open_to_read(path: Path) -> sqlite3.Connection | None:
    """A connection that cannot write; None when nothing was ever written.

    Raises BadInput: not a database, somebody else's, of a later version.
    """
    if not path.exists():
        return None
    try:
        connection = _read_only(path)
    except sqlite3.Error as error:
        raise unreadable(path, error) from None
    try:
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.Error as error:
        connection.close()
        raise unreadable(path, error) from None
    if ours and version in READ:
        return connection
    connection.close()
    if not tables and not ours:
        return None
    found = f"a record of version {version}; this program reads version {_known()}" if ours else "not a record of a run"
    raise BadInput([Problem(str(path), 0, 0, f"is {found}")])


def _known() -> str:
    return str(VERSION) if len(READ) == 1 else f"{min(READ)} to {max(READ)}"


def read_facts(folder: Path) -> dict[str, Any]:
    """Facts by name; empty when nothing was recorded. Raises BadInput when the database is damaged."""
    connection = open_to_read(folder / DATABASE)
    if connection is None:
        return {}
    try:
        return facts_in(connection)
    except (sqlite3.Error, ValueError) as error:
        raise unreadable(folder / DATABASE, error) from None
    finally:
        connection.close()


def people_due(folder: Path) -> int | None:
    """People whose planned moment had come, as far as it is written down; None when nothing can be read."""
    try:
        connection = open_to_read(folder / DATABASE)
        if connection is None:
            return None
        try:
            connection.create_function("plain", 1, plain, deterministic=True)
            (due,) = connection.execute(_DUE).fetchone()
        finally:
            connection.close()
    except (BadInput, sqlite3.Error):
        return None
    return int(due)


def facts_in(connection: sqlite3.Connection) -> dict[str, Any]:
    """All facts by name."""
    return {name: json.loads(value) for name, value in connection.execute("SELECT name, value FROM facts")}


def _read_only(path: Path) -> sqlite3.Connection:
    """Read-only; a folder in which nothing may be made (its lock file) is read as it stands."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        connection.close()
        if path.with_name(path.name + "-wal").exists():
            raise
        connection = sqlite3.connect(f"{address}&immutable=1", uri=True, isolation_level=None)
    return connection


def unreadable(path: Path, error: Exception) -> BadInput:
    """What is said of a file that is damaged or no database."""
    return BadInput([Problem(str(path), 0, 0, f"cannot be read as a record of a run: {error}")])


def cannot_write(path: Path, error: Exception) -> EsrError:
    """What is said when the record cannot be kept."""
    return EsrError(f"{path}  the record cannot be written: {error}")
