"""The city's records on disk."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from hms_esr.city.ledger import DATABASE, TABLES, CityLedger
from hms_esr.errors import EnvironmentProblem


def test_kept_records_hold_every_row(tmp_path: Path) -> None:
    """With keep, every row added before the end is in the file afterwards, and uploads are files."""
    ledger = CityLedger(tmp_path / "s", keep=True)
    for n in range(1000):
        ledger.add("claims", f"ui-{n}", "r", "2026-03-02T08:00:00", "2026-03-02T08:00:05")
    ledger.add_upload("u1", "r", "photo", "p.jpg", b"bytes", "d1")
    ledger.close()
    database = sqlite3.connect(tmp_path / "s" / DATABASE)
    assert database.execute("SELECT count(DISTINCT id) FROM claims").fetchone() == (1000,)
    assert database.execute("SELECT name, bytes FROM uploads").fetchall() == [("p.jpg", 5)]
    database.close()
    assert (tmp_path / "s" / "uploads" / "d1").read_bytes() == b"bytes"


def test_records_are_purged(tmp_path: Path) -> None:
    """Without keep nothing is left of a folder the city made itself."""
    ledger = CityLedger(tmp_path / "s")
    ledger.add("accounts", "a@b.test", "A", "", "api")
    fresh = CityLedger()
    folders = [ledger.folder, fresh.folder]
    ledger.close()
    fresh.close()
    assert not any(folder.exists() for folder in folders)


def test_purging_touches_nothing_else(tmp_path: Path) -> None:
    """In a folder that was there before, only the city's own files go."""
    (tmp_path / "mine.txt").write_text("keep me")
    ledger = CityLedger(tmp_path)
    ledger.close()
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_kept_records_are_not_purged_by_the_next_city(tmp_path: Path) -> None:
    """A city without keep refuses a folder that holds records somebody kept."""
    CityLedger(tmp_path, keep=True).close()
    with pytest.raises(EnvironmentProblem, match="add --keep"):
        CityLedger(tmp_path)
    CityLedger(tmp_path, keep=True).close()
    assert (tmp_path / DATABASE).exists()


def test_an_account_has_one_row_and_goes(tmp_path: Path) -> None:
    """An account made twice has one row, the last; a deleted one has none."""
    ledger = CityLedger(tmp_path, keep=True)
    for email, name in (("a@b.test", "old"), ("a@b.test", "new"), ("c@b.test", "gone")):
        ledger.add("accounts", email, name, "", "api")
    ledger.forget_account("c@b.test")
    ledger.close()
    database = sqlite3.connect(tmp_path / DATABASE)
    assert database.execute("SELECT email, name FROM accounts").fetchall() == [("a@b.test", "new")]
    database.close()


def test_clear_forgets_all_but_accounts(tmp_path: Path) -> None:
    """Clearing empties every table but the accounts."""
    ledger = CityLedger(tmp_path, keep=True)
    for table, columns in TABLES.items():
        ledger.add(table, *("x" for _ in columns))
    ledger.clear()
    ledger.close()
    database = sqlite3.connect(tmp_path / DATABASE)
    left = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
    database.close()
    assert {table for table, n in left.items() if n} == {"accounts"}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A file where the folder should be is an environment problem with the path in it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentProblem, match="file"):
        CityLedger(tmp_path / "file" / "s")
