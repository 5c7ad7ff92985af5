"""Owns the city's ailments: which service is slow, failing or down, and until when.

Never reads a clock of its own and never sleeps: monotonic seconds come from the clock handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from math import floor, isfinite
from typing import Any

from hms_esr.errors import BadInput, Problem
from hms_esr.registry import did_you_mean

KINDS = ("latency", "error", "down")
SERVICES = (
    "gateway",
    "subsidy-svc",
    "claims-svc",
    "eligibility-svc",
    "payments",
    "grants-svc",
    "permit-svc",
    "accounts",
    "db",
)
"""Every service of the city. All requests pass ``gateway``; all that store something ask ``db``."""

KEYS = ("fault", "service", "for_s", "latency_ms", "status", "share")
LONGEST_S = 86_400.0
LONGEST_MS = 600_000.0


@dataclass(slots=True)
class CityFault:
    """One ailment of one service. ``share`` of its requests meet it, evenly spread; ``met`` counts them all."""

    id: str
    kind: str
    service: str
    until_s: float
    latency_ms: float
    status: int
    share: float
    asked: int = 0
    met: int = 0

    def hits(self) -> bool:
        """Whether the next request of the service meets the fault; exact over any number of requests."""
        self.asked += 1
        hit = floor(self.asked * self.share + 1e-9) > floor((self.asked - 1) * self.share + 1e-9)
        self.met += hit
        return hit


@dataclass(frozen=True, slots=True)
class FaultEffect:
    """What one call of a service meets: a delay, then an answer of ``status`` (0: it works) named ``message``."""

    service: str
    delay_ms: float
    status: int

    @property
    def message(self) -> str:
        """``eligibility-svc: Service Unavailable``."""
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = f"status {self.status}"
        return f"{self.service}: {phrase}"


class FaultBoard:
    """All faults that are on. ``clock`` gives monotonic seconds; a fault is off from its ``until_s`` on, by itself."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._on: dict[str, CityFault] = {}
        self._numbers = count(1)

    def __bool__(self) -> bool:
        """Whether any fault may be on: cheap, asked by every request."""
        return bool(self._on)

    def start(self, body: Any) -> CityFault:
        """Turn one fault on from a JSON body; raises BadInput with every mistake and what is allowed."""
        problems = problems_of(body)
        if problems:
            raise BadInput(Problem("", 0, 0, text) for text in problems)
        kind = str(body["fault"])
        fault = CityFault(
            id=f"f{next(self._numbers)}",
            kind=kind,
            service=str(body["service"]),
            until_s=self._clock() + float(body["for_s"]),
            latency_ms=float(body.get("latency_ms", 0)) if kind == "latency" else 0.0,
            status=int(body.get("status", 503)) if kind == "error" else 503 if kind == "down" else 0,
            share=float(body.get("share", 1)),
        )
        self._on[fault.id] = fault
        return fault

    def end(self, fault_id: str) -> bool:
        """Turn one fault off; False when it was off already."""
        self._expire()
        return self._on.pop(fault_id, None) is not None

    def clear(self) -> int:
        """Turn everything off; how many were on."""
        self._expire()
        ended = len(self._on)
        self._on.clear()
        return ended

    def active(self) -> list[dict[str, Any]]:
        """What is on now, with ``remaining_s``."""
        now_s = self._expire()
        return [
            {
                "id": fault.id,
                "fault": fault.kind,
                "service": fault.service,
                "remaining_s": round(fault.until_s - now_s, 3),
                "latency_ms": fault.latency_ms,
                "status": fault.status,
                "share": fault.share,
                "met": fault.met,
            }
            for fault in self._on.values()
        ]

    def trouble(self, service: str) -> FaultEffect | None:
        """What a call of ``service`` meets now; None when all is well. Delays add up, the first error wins."""
        self._expire()
        delay_ms, status = 0.0, 0
        for fault in self._on.values():
            if fault.service == service and fault.hits():
                delay_ms += fault.latency_ms
                status = status or fault.status
        return FaultEffect(service, delay_ms, status) if delay_ms or status else None

    def _expire(self) -> float:
        now_s = self._clock()
        for fault_id in [key for key, fault in self._on.items() if fault.until_s <= now_s]:
            del self._on[fault_id]
        return now_s


def _number(body: Mapping[str, Any], key: str, low: float, high: float, allowed: str) -> str:
    """Empty when ``body[key]`` is a number in (low, high]; otherwise what is wrong and what is allowed."""
    value = body.get(key)
    fine = isinstance(value, int | float) and not isinstance(value, bool)
    if fine and isfinite(float(value or 0)) and low < float(value or 0) <= high:
        return ""
    return f"{key} is {value!r}; allowed: {allowed}"


def problems_of(body: Any) -> list[str]:
    """Every mistake of a fault's JSON body, with what is allowed; empty when it can be turned on."""
    if not isinstance(body, dict):
        return ['the body must be a JSON object such as {"fault": "latency", "service": "db", "for_s": 60, ...}']
    found = [f"unknown key '{key}'.{did_you_mean(str(key), list(KEYS))}" for key in body if key not in KEYS]
    kind, service = body.get("fault"), body.get("service")
    if kind not in KINDS:
        found.append(f"fault is {kind!r}; allowed: {', '.join(KINDS)}")
    if service not in SERVICES:
        found.append(f"service is {service!r}; allowed: {', '.join(SERVICES)}")
    found.append(_number(body, "for_s", 0, LONGEST_S, f"seconds, over 0 and up to {LONGEST_S:.0f}"))
    if kind == "latency":
        found.append(_number(body, "latency_ms", 0, LONGEST_MS, f"milliseconds, over 0 and up to {LONGEST_MS:.0f}"))
    elif "latency_ms" in body:
        found.append("latency_ms belongs to the fault 'latency' only")
    if "status" in body and kind != "error":
        found.append("status belongs to the fault 'error' only")
    elif "status" in body and (not isinstance(body["status"], int) or not 400 <= body["status"] <= 599):
        found.append(f"status is {body['status']!r}; allowed: a whole number from 400 to 599")
    if "share" in body:
        found.append(_number(body, "share", 0, 1, "a number over 0 and up to 1"))
    return [text for text in found if text]
