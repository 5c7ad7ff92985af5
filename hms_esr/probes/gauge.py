"""Owns probes that are gauges of sensors: ``permits.processed``.

Knows nothing of what a gauge counts.
"""

from __future__ import annotations

from hms_esr.probes.probe import Seen


class Gauge:
    """``gauge`` when only one sensor has it, or ``sensor.gauge``."""

    def find(self, name: str, seen: Seen) -> float | None:
        """The gauge's last value; None when no sensor has it, or several do."""
        sensor, _, gauge = name.partition(".")
        if gauge in seen.get(sensor, {}):
            return float(seen[sensor][gauge])
        having = [gauges[name] for gauges in seen.values() if name in gauges]
        return float(having[0]) if len(having) == 1 else None
