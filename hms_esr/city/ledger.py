"""Owns the city's records on disk: one SQLite file and, when kept, the uploaded files, written by one thread.

Knows nothing of requests; who adds a row never waits for the disk.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
import threading
from pathlib import Path
from queue import SimpleQueue

from hms_esr.errors import EnvironmentProblem

DATABASE = "city.db"
UPLOADS = "uploads"
BATCH_S = 0.2

TABLES: dict[str, tuple[str, ...]] = {
    "accounts": ("email PRIMARY KEY", "name", "role", "made_by"),
    "claims": ("id", "run", "submitted_at", "decided_at"),
    "applications": ("id", "run", "kind", "person", "received_at"),
    "payments": ("id", "run", "amount", "card_last4", "taken", "at"),
    "uploads": ("id", "run", "kind", "name", "bytes", "sha256"),
}

Row = tuple[object, ...]


class CityLedger:
    """Rows go in by :meth:`add`, at once; a thread writes them, up to five times a second, a transaction each time."""

    def __init__(self, folder: Path | None = None, keep: bool = False) -> None:
        self.keep = keep
        self._own_folder = folder is None or not folder.exists()
        self.folder = Path(tempfile.mkdtemp(prefix="hms-esr-city-")) if folder is None else folder
        self._closing = threading.Event()
        self._queue: SimpleQueue[tuple[str, Row] | None] = SimpleQueue()
        self._open()
        self._thread = threading.Thread(target=self._write, name="city-ledger", daemon=True)
        self._thread.start()

    def _open(self) -> None:
        path = self.folder / DATABASE
        if path.exists() and not self.keep:
            raise EnvironmentProblem(
                f"--state {self.folder} holds the records an earlier city kept; add --keep to add to them, "
                "or name another folder"
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            for table, columns in TABLES.items():
                self._database.execute(f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(columns)})")
            self._database.commit()
        except (OSError, sqlite3.Error) as error:
            raise EnvironmentProblem(f"cannot keep the city's records in {self.folder}: {error}") from error

    def add(self, table: str, *row: object) -> None:
        """Keep one row, columns in the order of :data:`TABLES`."""
        self._queue.put((table, row))

    def add_upload(self, upload_id: str, run: str, kind: str, name: str, data: bytes, digest: str) -> None:
        """Keep what is known of an uploaded file; its bytes only in a city whose records are kept."""
        self.add("uploads", upload_id, run, kind, name, len(data), digest)
        if self.keep:
            self.add("file", digest, data)

    def forget_account(self, email: str) -> None:
        """Delete one account's row."""
        self.add("forget", email)

    def clear(self) -> None:
        """Forget all rows but accounts."""
        self.add("clear")

    def close(self) -> None:
        """Write what is left, then purge, unless the records are to be kept."""
        self._queue.put(None)
        self._closing.set()
        self._thread.join(10)
        self._database.close()
        if self.keep:
            return
        for path in self.folder.glob(f"{DATABASE}*"):
            path.unlink(missing_ok=True)
        if self._own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self) -> None:
        going = True
        while going:
            batch = [self._queue.get()]
            self._closing.wait(BATCH_S)
            while not self._queue.empty() and len(batch) < 5000:
                batch.append(self._queue.get())
            going = None not in batch
            try:
                with self._database:
                    for item in batch:
                        if item is not None:
                            self._carry_out(*item)
            except (OSError, sqlite3.Error) as error:
                print(f"city: {len(batch)} records not written: {error}", file=sys.stderr)

    def _carry_out(self, table: str, row: Row) -> None:
        if table == "clear":
            for name in TABLES:
                if name != "accounts":
                    self._database.execute(f"DELETE FROM {name}")
        elif table == "forget":
            self._database.execute("DELETE FROM accounts WHERE email = ?", row)
        elif table == "file":
            digest, data = row
            (self.folder / UPLOADS).mkdir(exist_ok=True)
            (self.folder / UPLOADS / str(digest)).write_bytes(data if isinstance(data, bytes) else b"")
        else:
            marks = ", ".join("?" for _ in row)
            self._database.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row)
