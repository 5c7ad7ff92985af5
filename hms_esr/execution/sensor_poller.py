"""Owns the reading of the target's sensors: once before anybody comes, each second of the run, once at the end.

Knows nothing of people. A sensor that goes silent is told once and spoils nothing but the checks that need it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from hms_esr.errors import BadInput, EnvironmentProblem, EsrError, Problem
from hms_esr.events import Happened, Sensed
from hms_esr.histogram import Histogram
from hms_esr.sensors import PATH

EVERY_S = 1.0
LAST_S = 10.0
"""At the end so long is waited for a reading under way."""
AT_TARGET = "target"
"""Instead of an address: the run's own target."""
MOST_ROUTES = 40
_MB = 1024 * 1024

Exchange = Callable[[str, str, bytes], tuple[int, bytes]]


def addresses(named: Sequence[str], target: str) -> tuple[str, ...]:
    """Where sensors are read: each address as it is, or with the usual path when it names only a place."""
    found = []
    for place in named:
        url = target if place == AT_TARGET else place
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            text = f"{place!r} is no address; allowed: http://HOST:PORT, or `target` for the run's own target"
            raise BadInput([Problem("sensors", 0, 0, text)])
        whole = parts._replace(path=PATH, query="", fragment="") if parts.path in ("", "/") or url == target else parts
        found.append(whole.geturl())
    return tuple(dict.fromkeys(found))


@dataclass(slots=True)
class _Route:
    """One route of one service: what was there before the run is taken off."""

    requests: int = 0
    errors: int = 0
    times: Histogram = field(default_factory=Histogram)

    def add(self, now: Mapping[str, Any], before: Mapping[str, Any] | None) -> None:
        earlier = dict(before["buckets"]) if before else {}
        self.requests += now["requests"] - (before["requests"] if before else 0)
        self.errors += now["errors"] - (before["errors"] if before else 0)
        counts = {int(index): n - earlier.get(index, 0) for index, n in now["buckets"] if n > earlier.get(index, 0)}
        times = Histogram()
        times.counts = counts
        times.count = sum(counts.values())
        times.total = now["total_ms"] - (before["total_ms"] if before else 0.0)
        if counts:
            times.minimum, times.maximum = float(now["min_ms"] or 0.0), float(now["max_ms"])
            self.times.merge(times)


class Sensor:
    """One address: what each process behind it said first and last."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.place = urlsplit(url).netloc
        self._first: dict[str, Mapping[str, Any]] = {}
        self._last: dict[str, tuple[float, Mapping[str, Any]]] = {}
        self._cpu: dict[str, float] = {}
        self._began = False

    def take(self, told: Mapping[str, Any], at_s: float) -> list[tuple[str, dict[str, float]]]:
        """Add what it says at real second ``at_s``; (service, figures) since the run began.

        KeyError, TypeError or ValueError when it is not what sensors say.
        """
        instance = str(told["instance"])
        if not self._began:
            self._first[instance] = told
        self._began = True
        before = self._last.get(instance)
        if before and at_s > before[0]:
            spent_s = float(told["process"]["cpu_s"]) - float(before[1]["process"]["cpu_s"])
            self._cpu[instance] = max(0.0, spent_s / (at_s - before[0]))
        self._last[instance] = (at_s, told)
        return self._figures(str(told["service"]) or self.place)

    def _figures(self, name: str) -> list[tuple[str, dict[str, float]]]:
        services: dict[str, dict[str, float]] = {name: {}}
        everything = [told for _, told in self._last.values()]
        own = services[name]
        for told in everything:
            for gauge, value in told["gauges"].items():
                own[gauge] = own.get(gauge, 0.0) + float(value)
        own["server.cpu"] = sum(self._cpu.values())
        own["server.memory_mb"] = sum(float(told["process"]["memory_bytes"]) for told in everything) / _MB
        own["server.in_flight"] = float(sum(told["in_flight"] for told in everything))
        routes = self._routes()
        by_service: dict[str, _Route] = {}
        for (service, _), route in routes.items():
            whole = by_service.setdefault(service or name, _Route())
            whole.requests += route.requests
            whole.errors += route.errors
            whole.times.merge(route.times)
        for service, whole in by_service.items():
            services.setdefault(service, {}).update(_of(whole))
        slowest = sorted(routes.items(), key=lambda item: -item[1].requests)[:MOST_ROUTES]
        for (service, title), route in slowest:
            if route.times.count:
                services[service or name][f"server.p95_ms {title}"] = round(route.times.percentile(0.95), 3)
        return list(services.items())

    def _routes(self) -> dict[tuple[str, str], _Route]:
        found: dict[tuple[str, str], _Route] = {}
        for instance, (_, told) in self._last.items():
            first = self._first.get(instance)
            before = {(one["service"], one["route"]): one for one in first["routes"]} if first else {}
            for one in told["routes"]:
                key = (str(one["service"]), str(one["route"]))
                found.setdefault(key, _Route()).add(one, before.get(key))
        return {key: route for key, route in found.items() if route.requests}


def _of(route: _Route) -> dict[str, float]:
    figures = {"server.requests": float(route.requests), "server.errors": float(route.errors)}
    if route.times.count:
        for name, share in (("server.p50_ms", 0.5), ("server.p95_ms", 0.95), ("server.p99_ms", 0.99)):
            figures[name] = round(route.times.percentile(share), 3)
    return figures


class SensorPoller:
    """Reads every sensor of a run. ``tell`` hears what they say, and once when one goes silent or comes back."""

    def __init__(self, urls: Sequence[str], exchange: Exchange, tell: Callable[[Sensed | Happened], None]) -> None:
        self._sensors = [Sensor(url) for url in urls]
        self._exchange = exchange
        self._tell = tell
        self._silent: dict[str, str] = {}
        self._next_s = 0.0
        self._busy = Lock()
        self._heard: list[Sensed | Happened] = []

    def start(self) -> None:
        """Read all once, before anybody comes. EnvironmentProblem when one is not there or says something else."""
        for sensor in self._sensors:
            try:
                sensor.take(self._ask(sensor), 0.0)
            except EsrError as error:
                raise EnvironmentProblem(f"the sensor {sensor.url} cannot be read: {error}") from None

    def moment(self, real_s: float, sim_s: float) -> None:
        """Called often; reads once a second, never twice at a time, without keeping the caller waiting."""
        heard, self._heard = self._heard, []
        for event in heard:
            self._tell(event)
        if self._sensors and real_s >= self._next_s and self._busy.acquire(blocking=False):
            self._next_s = real_s + EVERY_S
            Thread(target=self._round, args=(real_s, sim_s), daemon=True).start()

    def end(self, real_s: float, sim_s: float) -> None:
        """Read all a last time. A reading that still waits for its answer is left to itself after :data:`LAST_S`."""
        if self._sensors and self._busy.acquire(timeout=LAST_S):
            self._round(real_s, sim_s)
        for event in self._heard:
            self._tell(event)
        self._heard = []

    def _round(self, real_s: float, sim_s: float) -> None:
        try:
            for sensor in self._sensors:
                self._read(sensor, real_s, sim_s)
        finally:
            self._busy.release()

    def _read(self, sensor: Sensor, real_s: float, sim_s: float) -> None:
        try:
            said = sensor.take(self._ask(sensor), real_s)
        except EsrError as error:
            if sensor.url not in self._silent:
                self._heard.append(Happened("note", f"the sensor {sensor.place} went silent: {error}", real_s, sim_s))
            self._silent[sensor.url] = str(error)
            return
        if self._silent.pop(sensor.url, None) is not None:
            self._heard.append(Happened("note", f"the sensor {sensor.place} is heard again", real_s, sim_s))
        self._heard += [Sensed(service, figures, real_s, sim_s) for service, figures in said if figures]

    def _ask(self, sensor: Sensor) -> Mapping[str, Any]:
        status, content = self._exchange("GET", sensor.url, b"")
        if status != 200:
            raise EsrError(f"it answers {status}; mount hms_esr.sensors there")
        try:
            told = json.loads(content)
            Sensor(sensor.url).take(told, 0.0)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise EsrError(f"what it says is not from hms_esr.sensors: {content[:60]!r}") from None
        found: Mapping[str, Any] = told
        return found
