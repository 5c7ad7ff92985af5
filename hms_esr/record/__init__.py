"""Owns the record of a run: ticks from workers folded into what verdicts, reports and pages read.

Knows nothing of disks, sockets or the engine.
"""

from __future__ import annotations

from hms_esr.record.fold import fold_tick
from hms_esr.record.run import FaultRecord, Manifest, Record
from hms_esr.record.second import LONG_PAUSE_MS, Second, WorkerHealth
from hms_esr.record.tick import Cell, Decisions, ErrorCount, ErrorKey, PersonEnd, SeriesKey, Tick

__all__ = [
    "LONG_PAUSE_MS",
    "Cell",
    "Decisions",
    "ErrorCount",
    "ErrorKey",
    "FaultRecord",
    "Manifest",
    "PersonEnd",
    "Record",
    "Second",
    "SeriesKey",
    "Tick",
    "WorkerHealth",
    "fold_tick",
]
