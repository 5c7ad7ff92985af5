"""Owns the kinds of faults: one file each, one line each in this table; other packages join by entry point.

Knows nothing of how a fault is carried out: an injector is handed in. Entry point group: ``hms_esr.faults``.
"""

from __future__ import annotations

from hms_esr.faults.fault import Fault
from hms_esr.registry import Registry

FAULTS: Registry[type[Fault]] = Registry(
    "fault",
    {
        "latency": "hms_esr.faults.latency:Latency",
        "error": "hms_esr.faults.error:ErrorStatus",
        "down": "hms_esr.faults.down:Down",
    },
)

__all__ = ["FAULTS", "Fault"]
