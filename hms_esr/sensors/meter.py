"""Owns what one process of a service measured of itself: answer times by route, gauges, processor and memory.

Knows nothing of HTTP servers. Figures are cumulative since the process began; who reads them takes differences.
"""

from __future__ import annotations

import os
import re
import resource
import secrets
import sys
import time
from collections.abc import Callable
from math import frexp, isfinite
from threading import Lock
from typing import Any
from weakref import WeakSet

MOST_ROUTES = 200
OTHER = "(other)"
_ID = re.compile(r"/(?:\d+|[0-9a-fA-F]{8,}|[0-9a-fA-F-]{32,}|(?=[^/]*\d)[A-Za-z0-9_-]{16,})(?=/|$)")
_MAY_HOLD_IDS = re.compile(r"\d|[0-9a-fA-F]{8}").search
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")
_SUB = 128
"""Buckets per doubling of a time, as in :mod:`hms_esr.histogram`: indices are the same, so histograms merge exactly."""


def without_ids(path: str) -> str:
    """``/claims/4711/status`` → ``/claims/{id}/status``: numbers and long keys are one route, not thousands."""
    return _ID.sub("/{id}", path) if _MAY_HOLD_IDS(path) else path


class MeterGauge:
    """One figure of the service's own: a count, a level, or a function asked when somebody looks."""

    __slots__ = ("_lock", "_read", "_value", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._value = 0.0
        self._read: Callable[[], float] | None = None
        self._lock = Lock()

    def set(self, value: float) -> None:
        """It is ``value`` now."""
        self._value = float(value)

    def add(self, n: float = 1) -> None:
        """It is ``n`` more now (less, if ``n`` is negative)."""
        with self._lock:
            self._value += n

    def read(self, function: Callable[[], float]) -> Callable[[], float]:
        """Ask ``function`` whenever somebody looks; usable as a decorator."""
        self._read = function
        return function

    @property
    def value(self) -> float | None:
        """What it is now; None when its function fails or gives no number."""
        if self._read is None:
            return self._value
        try:
            found = float(self._read())
        except Exception:
            return None
        return found if isfinite(found) else None


_METERS: WeakSet[Meter] = WeakSet()


class _Route:
    __slots__ = ("buckets", "errors", "maximum_ms", "minimum_ms", "requests", "service", "total_ms")

    def __init__(self, service: str) -> None:
        self.service = service
        self.requests = 0
        self.errors = 0
        self.total_ms = 0.0
        self.minimum_ms = float("inf")
        self.maximum_ms = 0.0
        self.buckets: dict[int, int] = {}


class Meter:
    """Everything one process measured. ``service`` is the name shown; safe to use from several threads."""

    def __init__(self, service: str = "") -> None:
        self.service = service
        self.in_flight = 0
        self._instance = secrets.token_hex(8)
        self._began = time.monotonic()
        self._lock = Lock()
        self._routes: dict[tuple[str, str], _Route] = {}
        self._gauges: dict[str, MeterGauge] = {}
        _METERS.add(self)

    def gauge(self, name: str) -> MeterGauge:
        """The gauge called ``name`` (letters, digits, ``_``, dots between); ValueError for anything else."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name for a gauge; allowed: letters, digits, _ and dots, such as db.waits")
        with self._lock:
            return self._gauges.setdefault(name, MeterGauge(name))

    def began(self) -> None:
        """A request came."""
        with self._lock:
            self.in_flight += 1

    def ended(self, route: str, service: str, status: int, took_ms: float) -> None:
        """It was answered with ``status`` (0: it was not) after ``took_ms``."""
        if took_ms > 0.001:
            mantissa, exponent = frexp(took_ms)
            index = exponent * _SUB + int((mantissa - 0.5) * (2 * _SUB))
        else:
            index = -1280
        with self._lock:
            self.in_flight -= 1
            key = (route, service)
            kept = self._routes.get(key)
            if kept is None:
                key = key if len(self._routes) < MOST_ROUTES else (OTHER, "")
                kept = self._routes.setdefault(key, _Route(key[1]))
            kept.requests += 1
            kept.errors += status >= 500 or status == 0
            kept.total_ms += took_ms
            kept.minimum_ms = min(kept.minimum_ms, took_ms)
            kept.maximum_ms = max(kept.maximum_ms, took_ms)
            kept.buckets[index] = kept.buckets.get(index, 0) + 1

    def forked(self) -> None:
        """A server that forks after loading gives each child a meter of its own."""
        self._instance, self._lock = secrets.token_hex(8), Lock()
        self._routes, self.in_flight, self._began = {}, 0, time.monotonic()

    def told(self) -> dict[str, Any]:
        """All of it, for JSON. Times in ms; ``buckets`` are ``[index, count]`` as in :mod:`hms_esr.histogram`."""
        with self._lock:
            routes = [
                {
                    "route": route,
                    "service": one.service,
                    "requests": one.requests,
                    "errors": one.errors,
                    "total_ms": one.total_ms,
                    "min_ms": one.minimum_ms,
                    "max_ms": one.maximum_ms,
                    "buckets": sorted(one.buckets.items()),
                }
                for (route, _), one in self._routes.items()
            ]
            gauges = list(self._gauges.values())
        return {
            "version": 1,
            "service": self.service,
            "instance": self._instance,
            "up_s": time.monotonic() - self._began,
            "in_flight": self.in_flight,
            "process": {"cpu_s": time.process_time(), "memory_bytes": memory_bytes()},
            "gauges": {one.name: value for one in gauges if (value := one.value) is not None},
            "routes": routes,
        }


def memory_bytes() -> int:
    """Resident memory of this process now (its peak where the system does not tell)."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - read each second inside somebody's service
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def _after_fork() -> None:
    for meter in _METERS:
        meter.forked()


os.register_at_fork(after_in_child=_after_fork)
METER = Meter()
"""The meter of this process, used where no other is given."""


def gauge(name: str) -> MeterGauge:
    """The gauge of that name of this process (made when first asked for), such as ``gauge("db.waits")``.

    ``set(value)`` says how much it is, ``add(n)`` counts, ``read(function)`` has it asked whenever somebody looks.
    """
    return METER.gauge(name)
