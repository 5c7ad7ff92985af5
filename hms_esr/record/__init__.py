"""Owns the record of a run: ticks from workers folded into what verdicts, reports and pages read.

Knows nothing of disks, sockets or the engine.
"""

from __future__ import annotations

from hms_esr.record.fold import fold_tick
from hms_esr.record.phases import PHASES, Phases
from hms_esr.record.run import FaultRecord, Manifest, Record
from hms_esr.record.samples import Samples
from hms_esr.record.second import LONG_PAUSE_MS, Second, WorkerHealth
from hms_esr.record.tick import Cell, Decisions, ErrorCount, ErrorKey, PersonEnd, Sample, SeriesKey, Tick

__all__ = [
    "LONG_PAUSE_MS",
    "PHASES",
    "Cell",
    "Decisions",
    "ErrorCount",
    "ErrorKey",
    "FaultRecord",
    "Manifest",
    "PersonEnd",
    "Phases",
    "Record",
    "Sample",
    "Samples",
    "Second",
    "SeriesKey",
    "Tick",
    "WorkerHealth",
    "fold_tick",
]
