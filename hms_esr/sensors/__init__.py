"""Owns what a service under rehearsal mounts to tell where time goes inside it: middleware for WSGI and ASGI, gauges.

Imports nothing else of this project and only the standard library, so that it weighs nothing in a service.
"""

from __future__ import annotations

from hms_esr.sensors.asgi import AsgiSensors
from hms_esr.sensors.meter import METER, Meter, MeterGauge, gauge
from hms_esr.sensors.telling import PATH
from hms_esr.sensors.wsgi import WsgiSensors

__all__ = ["METER", "PATH", "AsgiSensors", "Meter", "MeterGauge", "WsgiSensors", "gauge"]
