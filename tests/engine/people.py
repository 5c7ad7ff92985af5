"""Owns one person's session for tests, with the list of hops it reported.

Knows nothing of targets.
"""

from __future__ import annotations

from typing import Any

from hms_esr.engine.client.http_client import PersonSession
from hms_esr.engine.client.transport import Transport
from hms_esr.http.request_headers import person_head
from hms_esr.http.response import HttpAnswer
from hms_esr.scenario.guard import Guard

STAMP = b"X-ESR-Sim-Time: 2026-03-02T08:00:00\r\n"


def guard(*named: str, **more: Any) -> Guard:
    """A guard for places on this machine; names resolve to 127.0.0.1."""
    return Guard(named, resolve=lambda host, port: ["127.0.0.1"], proof=more.pop("proof", None), **more)


def session(*named: str, **settings: Any) -> tuple[PersonSession, list[HttpAnswer]]:
    """A person who may contact ``named``, and what was reported of each hop."""
    hops: list[HttpAnswer] = []
    person = settings.pop("person", {})
    gate = settings.pop("gate", None) or guard(*named)
    transport = settings.pop("transport", None) or Transport(gate, **settings)
    made = PersonSession(
        transport,
        head=person_head("Mozilla/5.0", {"X-ESR-Run": "r1"}),
        stamp=lambda: (STAMP, 7.0),
        on_exchange=hops.append,
        **person,
    )
    return made, hops
