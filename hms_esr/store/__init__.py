"""Owns the record of a run on disk: a folder with its manifest, one embedded database, and its reports.

Knows nothing of the engine or of verdicts.
"""

from __future__ import annotations

from hms_esr.store.database import read_facts
from hms_esr.store.finding import find_run
from hms_esr.store.latest import copy_report, latest_id, point_latest
from hms_esr.store.layout import write_whole
from hms_esr.store.listing import ListedRun, RunList, list_runs, run_line
from hms_esr.store.manifest import read_manifest
from hms_esr.store.process import is_running
from hms_esr.store.reader import open_record
from hms_esr.store.tail import News, RecordTail
from hms_esr.store.writer import RunWriter

__all__ = [
    "ListedRun",
    "News",
    "RecordTail",
    "RunList",
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
