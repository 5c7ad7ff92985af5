"""Owns ``hms-esr export``: a run's record as tables for other programs.

Knows nothing of what is in the tables. Never loads the load engine.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable
from functools import partial
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from hms_esr.errors import BadInput, EnvironmentProblem, Problem

if TYPE_CHECKING:
    from hms_esr.store.tables import Row

HELP = """Write a run's record as tables: CSV, JSON lines or Parquet.

RUN is a run's id, 'latest', or a scenario's name (its last run). Tables: steps (a row for each second and step),
seconds, people (a row each), events, errors, samples (single requests that failed or were slow), workers, sensors.
Without --table all of them are written to a folder, one file each; one table goes to standard output unless --to
names a file. Every row has sim=true.

\b
hms-esr export latest --to tables/
hms-esr export schedule_f --table steps > steps.csv
hms-esr export latest --table people --format jsonl | jq 'select(.state == "failed")'
hms-esr export latest --table steps --format parquet --to steps.parquet     needs: pip install 'hms-esr[parquet]'
"""
NAMES = ("steps", "seconds", "people", "events", "errors", "samples", "workers", "sensors")


@click.command(help=HELP)
@click.argument("run")
@click.option("--table", type=click.Choice(NAMES), help="Only this one.")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl", "parquet"]), default="csv", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="Where runs are."
)
@click.option("--to", type=click.Path(path_type=Path), help="File for one table, folder for all.")
def command(run: str, table: str | None, form: str, out: Path, to: Path | None) -> None:
    """Open the record, write the tables."""
    from hms_esr.store import find_run, open_record
    from hms_esr.store.tables import rows

    if table is None and (to is None or to.is_file()):
        raise BadInput([Problem("--to", 0, 0, "all tables need a folder: --to FOLDER; or choose one with --table")])
    if form == "parquet" and to is None:
        raise BadInput([Problem("--to", 0, 0, "Parquet is not text; say where it goes: --to FILE.parquet")])
    write = WRITERS[form]
    folder = find_run(out, run)
    record = open_record(folder, partial(click.echo, err=True))
    for name in [table] if table else NAMES:
        path = to if table or to is None else to / f"{name}.{form}"
        if path is not None and path.is_dir():
            path = path / f"{name}.{form}"
        found = rows(name, record, folder)
        if path is None:
            write(found, sys.stdout.buffer)
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                write(found, file)
        except OSError as error:
            raise EnvironmentProblem(f"{path} cannot be written: {error.strerror or error}") from None
        click.echo(f"{name}: {path}", err=True)


def _text(file: IO[bytes]) -> TextIOWrapper:
    return TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)


def _csv(found: Iterable[Row], file: IO[bytes]) -> None:
    text = _text(file)
    iterator = iter(found)
    first = next(iterator, None)
    writer = csv.DictWriter(text, fieldnames=list(first or ("run", "scenario", "sim")))
    writer.writeheader()
    whole = chain([] if first is None else [first], iterator)
    writer.writerows({key: _harmless(value) for key, value in row.items()} for row in whole)
    text.detach()


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front; what the target said is text."""
    if value is True or value is False:
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _jsonl(found: Iterable[Row], file: IO[bytes]) -> None:
    text = _text(file)
    for row in found:
        text.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
    text.detach()


def _parquet(found: Iterable[Row], file: IO[bytes]) -> None:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise EnvironmentProblem("Parquet needs pyarrow: pip install 'hms-esr[parquet]'") from None
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(list(found)), file)


WRITERS: dict[str, Callable[[Iterable[Row], IO[bytes]], None]] = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}
