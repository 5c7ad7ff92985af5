"""Owns the streaming of a run to InfluxDB: points, a spool on disk, delivery until the server has them.

Knows nothing of how a run is carried out or stored. A run never waits for any of this.
"""

from __future__ import annotations

from hms_esr.sinks.influx.buckets import percentile_of_rows
from hms_esr.sinks.influx.connection import InfluxConnection, read_connection

__all__ = ["InfluxConnection", "percentile_of_rows", "read_connection"]
