"""Owns the kinds of metrics checks can name: one file each, one line each in this table.

Knows nothing of limits or verdicts. Entry point group: ``hms_esr.measures``; a scenario's own functions are handed in.
"""

from __future__ import annotations

from hms_esr.registry import Registry
from hms_esr.verdicts.measures.measure import Measure, Measured, Words

MEASURES: Registry[type[Measure]] = Registry(
    "measure",
    {
        "success_rate": "hms_esr.verdicts.measures.success:SuccessRate",
        "deadline": "hms_esr.verdicts.measures.deadline:Deadline",
        "error_rate": "hms_esr.verdicts.measures.errors:ErrorRate",
        "recovery": "hms_esr.verdicts.measures.recovery:RecoveryTime",
        "latency": "hms_esr.verdicts.measures.latency:LatencyMeasure",
        "journey": "hms_esr.verdicts.measures.journey:JourneyTime",
        "traffic": "hms_esr.verdicts.measures.traffic:Traffic",
        "delivery": "hms_esr.verdicts.measures.delivery:Delivery",
        "cost": "hms_esr.verdicts.measures.cost:CloudCost",
    },
)

__all__ = ["MEASURES", "Measure", "Measured", "Words"]
