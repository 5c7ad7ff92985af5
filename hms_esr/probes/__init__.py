"""Owns the kinds of probes: how a figure a scenario names under ``probes:`` is found among what the target reported.

Knows nothing of how sensors are read. Entry point group: ``hms_esr.probes``.
"""

from __future__ import annotations

from hms_esr.probes.probe import Probe, Seen
from hms_esr.registry import Registry

PROBES: Registry[type[Probe]] = Registry("probe", {"gauge": "hms_esr.probes.gauge:Gauge"})

__all__ = ["PROBES", "Probe", "Seen"]
