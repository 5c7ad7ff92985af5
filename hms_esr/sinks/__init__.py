"""Owns those who hear a run's events as it goes on: one file each, one line each in this table.

Knows nothing of runs, verdicts or disks. Entry point group: ``hms_esr.sinks``.
"""

from __future__ import annotations

from collections.abc import Callable

from hms_esr.events import Sink
from hms_esr.registry import Registry
from hms_esr.sinks.fanout import FanOut

SINKS: Registry[Callable[..., Sink]] = Registry(
    "sink", {"console": "hms_esr.sinks.console:ConsoleSink", "influx": "hms_esr.sinks.influx.sink:InfluxSink"}
)

__all__ = ["SINKS", "FanOut", "Sink"]
