"""Owns where sensors are read and in which two forms: JSON for a rehearsal, Prometheus text for monitoring.

Knows nothing of how the figures came about.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from math import ldexp
from typing import Any

PATH = "/.well-known/esr-sensors"
"""Where a service with sensors tells what they say."""
JSON = "application/json"
TEXT = "text/plain; version=0.0.4; charset=utf-8"
LIMITS_MS = (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000)
_SUB = 128


def wants_text(accept: str, query: str) -> bool:
    """Whether Prometheus asks: by its Accept header, or anybody by ``?format=prometheus``."""
    return "format=prometheus" in query or "openmetrics" in accept or accept.startswith("text/plain")


def body(told: dict[str, Any], as_text: bool) -> tuple[str, bytes]:
    """Content type and bytes."""
    if as_text:
        return TEXT, "".join(f"{line}\n" for line in _lines(told)).encode()
    return JSON, json.dumps(told, separators=(",", ":"), allow_nan=False, default=float).encode()


def _lines(told: dict[str, Any]) -> Iterator[str]:
    process = told["process"]
    yield "# TYPE esr_requests_in_flight gauge"
    yield f"esr_requests_in_flight {told['in_flight']}"
    yield "# TYPE esr_process_cpu_seconds_total counter"
    yield f"esr_process_cpu_seconds_total {process['cpu_s']:.6f}"
    yield "# TYPE esr_process_resident_memory_bytes gauge"
    yield f"esr_process_resident_memory_bytes {process['memory_bytes']}"
    for name, value in told["gauges"].items():
        shown = "esr_" + re.sub(r"[^A-Za-z0-9_]", "_", name)
        yield f"# TYPE {shown} gauge"
        yield f"{shown} {value:.10g}"
    yield "# TYPE esr_request_duration_seconds histogram"
    for route in told["routes"]:
        labels = f'route="{_quoted(route["route"])}",service="{_quoted(route["service"])}"'
        for limit_ms in LIMITS_MS:
            under = sum(n for index, n in route["buckets"] if _top_ms(index) <= limit_ms)
            yield f'esr_request_duration_seconds_bucket{{{labels},le="{limit_ms / 1000:g}"}} {under}'
        yield f'esr_request_duration_seconds_bucket{{{labels},le="+Inf"}} {route["requests"]}'
        yield f"esr_request_duration_seconds_sum{{{labels}}} {route['total_ms'] / 1000:.6f}"
        yield f"esr_request_duration_seconds_count{{{labels}}} {route['requests']}"
    yield "# TYPE esr_request_errors_total counter"
    for route in told["routes"]:
        labels = f'route="{_quoted(route["route"])}",service="{_quoted(route["service"])}"'
        yield f"esr_request_errors_total{{{labels}}} {route['errors']}"


def _top_ms(index: int) -> float:
    exponent, sub = divmod(index, _SUB)
    return ldexp(0.5 + (sub + 1) / (2 * _SUB), exponent)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
