"""Owns data files: CSV, JSON and JSON Lines, read whole into rows; JSON's numbers, true and false keep their type.

Knows nothing of who gets which row. Files with values that may name a real person are refused.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hms_esr.library.folders import inside, read_bytes
from hms_esr.schema.types import as_text

MAX_BYTES = 64 * 1024 * 1024
MAX_COLUMNS = 1000
_SUSPECT = re.compile(r"@|\d[\d ().-]{7,}\d")
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")

Rows = list[dict[str, Any]]


def read_rows(folder: Path, name: str) -> Rows:
    """Rows of a file below ``folder``. ValueError, in a sentence: outside it, missing, malformed, maybe real people."""
    path = inside(folder, name)
    if path is None:
        raise ValueError(f"no file '{name}' in the scenario's folder; data files stay inside it")
    raw = read_bytes(path, MAX_BYTES)
    if len(raw) > MAX_BYTES:
        raise ValueError(f"'{name}' is larger than {MAX_BYTES // 1024 // 1024} MB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"'{name}' is not UTF-8 (byte {error.start + 1}); save it as UTF-8") from None
    rows = list(_READERS.get(path.suffix.lower(), _csv)(text, name))
    if not rows:
        raise ValueError(f"'{name}' has no rows")
    _check_columns(rows[0], name)
    _check_people(rows, name)
    return rows


def _csv(text: str, name: str) -> Iterator[dict[str, str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = [column.strip() for column in next(reader, [])]
        if len(set(columns)) != len(columns):
            raise ValueError(f"'{name}' has two columns of the same name")
        for row in reader:
            if len(row) not in (0, len(columns)):
                found = f"{len(row)} values where {len(columns)} columns are"
                raise ValueError(f"'{name}', line {reader.line_num}: {found}")
            if row:
                yield dict(zip(columns, row, strict=True))
    except csv.Error as error:
        raise ValueError(f"'{name}', line {reader.line_num}: {error}") from None


def _json(text: str, name: str) -> Iterator[dict[str, Any]]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"'{name}' is not JSON: {error}") from None
    if not isinstance(rows, list):
        raise ValueError(f"'{name}' is no list of objects, such as [{{\"id\": 1}}]")
    for number, row in enumerate(rows, 1):
        yield _object(row, name, number)


def _jsonl(text: str, name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise ValueError(f"'{name}', line {number} is not JSON: {error}") from None
            yield _object(row, name, number)


def _object(row: Any, name: str, number: int) -> dict[str, Any]:
    if not isinstance(row, Mapping) or any(isinstance(value, (list, Mapping)) for value in row.values()):
        raise ValueError(f"'{name}', row {number} is no flat object, such as {{\"id\": 1}}")
    return {str(key): "" if value is None else value for key, value in row.items()}


_READERS = {".csv": _csv, ".json": _json, ".jsonl": _jsonl, ".ndjson": _jsonl}


def _check_columns(row: Mapping[str, Any], name: str) -> None:
    if len(row) > MAX_COLUMNS:
        raise ValueError(f"'{name}' has {len(row):,} columns; at most {MAX_COLUMNS:,} are allowed")
    for column in row:
        if not _COLUMN.fullmatch(column):
            text = "letters, digits, '-' and '_' are allowed, a letter first"
            raise ValueError(f"'{name}' has a column {column[:60]!r}, which no template can name; {text}")


def _check_people(rows: Rows, name: str) -> None:
    from hms_esr.personas.safe import real_looking

    for number, row in enumerate(rows, 1):
        for column, value in row.items():
            said = str(as_text(value))
            if _SUSPECT.search(said) and real_looking(said):
                kinds = "an e-mail, telephone, Social Security or card number"
                raise ValueError(
                    f"'{name}', column '{column}', row {number} looks like {kinds} of a real person; "
                    "use made-up ones (e-mail under .test, 555-01xx, SSN 9xx, test cards) or the persona's own"
                )
