"""Owns the record of a run on disk: a folder with its manifest, one embedded database, and its reports.

Knows nothing of the engine or of verdicts.
"""

from __future__ import annotations

from hms_esr.store.layout import copy_report, latest_id, point_latest, write_whole
from hms_esr.store.reader import open_record, read_facts, read_manifest
from hms_esr.store.runs import RunLine, find_run, is_running, list_runs, run_line
from hms_esr.store.writer import RunWriter

__all__ = [
    "RunLine",
    "RunWriter",
    "copy_report",
    "find_run",
    "is_running",
    "latest_id",
    "list_runs",
    "open_record",
    "point_latest",
    "read_facts",
    "read_manifest",
    "run_line",
    "write_whole",
]
