"""What hms-esr export writes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hms_esr.cli.export import NAMES, command
from hms_esr.errors import BadInput
from hms_esr.events import Sensed
from hms_esr.store import RunWriter, open_record
from hms_esr.store.tables import TABLES
from tests.records import Day, made_up_manifest, made_up_scenario, made_up_ticks

DAY = Day(people=60, length_s=20, fault=(5, 8))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """One run, with what sensors said."""
    writer = RunWriter(tmp_path / "one", made_up_manifest(DAY, made_up_scenario(DAY)))
    writer.ticks(made_up_ticks(DAY))
    writer.event(Sensed("permits", {"db.waits": 3.0}, 1.0, 60.0))
    writer.facts(state="FINISHED")
    writer.close()
    return tmp_path


def export(out: Path, *arguments: str) -> bytes:
    return CliRunner().invoke(command, ["one", "--out", str(out), *arguments], catch_exceptions=False).stdout_bytes


def test_steps_add_up_to_the_record(out: Path) -> None:
    """Requests and errors of all rows are those of the record; every row says that it is a simulation."""
    rows = list(csv.DictReader(io.StringIO(export(out, "--table", "steps").decode())))
    record = open_record(out / "one")
    assert sum(int(row["requests"]) for row in rows) == record.requests
    assert {row["sim"] for row in rows} == {"true"}


def test_people_are_rows(out: Path) -> None:
    """Everybody who ended, once, by state, as JSON lines."""
    rows = [json.loads(line) for line in export(out, "--table", "people", "--format", "jsonl").splitlines()]
    record = open_record(out / "one")
    assert len({row["k"] for row in rows}) == len(rows) == sum(record.states.values())
    assert sum(row["state"] == "completed" for row in rows) == record.people("completed")


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_all_tables_go_to_a_folder(out: Path, form: str) -> None:
    """One file for each table."""
    export(out, "--to", str(out / "tables"), "--format", form)
    assert {path.name for path in (out / "tables").iterdir()} == {f"{name}.{form}" for name in NAMES} and TABLES
    assert list(TABLES) == list(NAMES)


def test_parquet_holds_the_same(out: Path) -> None:
    """What Parquet gives back is what the table is."""
    parquet = pytest.importorskip("pyarrow.parquet")
    export(out, "--table", "sensors", "--format", "parquet", "--to", str(out / "s.parquet"))
    (row,) = parquet.read_table(out / "s.parquet").to_pylist()
    assert (row["service"], row["figure"], row["value"], row["sim"]) == ("permits", "db.waits", 3.0, True)


def test_no_cell_is_a_formula(out: Path) -> None:
    """A message that a spreadsheet would carry out is written as text."""
    from hms_esr.cli.export import _harmless

    assert [_harmless(value) for value in ("=1+1", "@x", "-1", "plain", -1, True)] == [
        "'=1+1", "'@x", "'-1", "plain", -1, "true",
    ]  # fmt: skip


@pytest.mark.parametrize("arguments", [[], ["--table", "steps", "--format", "parquet"]])
def test_a_place_is_needed(out: Path, arguments: list[str]) -> None:
    """All tables, and Parquet, cannot go to standard output."""
    with pytest.raises(BadInput, match="--to"):
        export(out, *arguments)


def test_phases_and_samples_are_exported(out: Path) -> None:
    """First bytes of a step in a second are as many as answers; every sample of the record is a row."""
    rows = list(csv.DictReader(io.StringIO(export(out, "--table", "steps").decode())))
    record = open_record(out / "one")
    opened = sum(int(row["connects"]) for row in rows)
    assert opened == sum(one.connect.count for one in record.phases.values()) == 60
    assert all(float(row["first_byte_p95_ms"]) > float(row["reading_p95_ms"]) > 0 for row in rows)
    assert {row["tls_p50_ms"] for row in rows} == {""}
    told = [json.loads(line) for line in export(out, "--table", "samples", "--format", "jsonl").splitlines()]
    assert {row["kind"] for row in told} == {"slow", "status"}
    assert {row["trace_id"] for row in told} >= {sample.trace_id for sample in record.samples}
