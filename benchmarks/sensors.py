"""Owns the measure of what sensors cost a service: the same small application bare and with middleware, turn by turn.

Knows nothing of rehearsals. No sockets: only what the middleware adds is of interest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from statistics import median
from time import process_time
from typing import Any

from benchmarks._processes import GENERATOR_CORE, own_core
from benchmarks._results import Figure, Found, Goal
from benchmarks._setup import Setup
from hms_esr.sensors import AsgiSensors, Meter, WsgiSensors

GOAL_US = 20
HOW = """CPU microseconds a request of an application that answers 200 at once, bare and with middleware, in turns of
{n} requests; what is added is the difference within a turn. No sockets and no framework."""
ENVIRON = {"REQUEST_METHOD": "GET", "PATH_INFO": "/claims/4711/status", "QUERY_STRING": ""}
SCOPE = {"type": "http", "method": "GET", "path": "/claims/4711/status", "headers": [], "query_string": b""}


def _wsgi(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


async def _asgi(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


def _ignored(status: str, headers: Any) -> None:
    """What a server would send."""


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b""}


async def _send(message: Any) -> None:
    """What a server would send."""


def wsgi_us(app: Any, n: int) -> float:
    """µs a request."""
    began = process_time()
    for _ in range(n):
        answer = app(dict(ENVIRON), _ignored)
        b"".join(answer)
        close = getattr(answer, "close", None)
        if close is not None:
            close()
    return (process_time() - began) / n * 1e6


def asgi_us(app: Any, n: int) -> float:
    """µs a request."""

    async def all_of_them() -> float:
        began = process_time()
        for _ in range(n):
            await app(dict(SCOPE), _receive, _send)
        return (process_time() - began) / n * 1e6

    return asyncio.run(all_of_them())


def _added(timed: Callable[[Any, int], float], bare: Any, sensed: Any, turns: int, n: int) -> tuple[list[float], float]:
    pairs = [(timed(bare, n), timed(sensed, n)) for _ in range(turns)]
    return [after - before for before, after in pairs], median(before for before, _ in pairs)


def measure(setup: Setup) -> Found:
    """Both kinds of middleware."""
    own_core(GENERATOR_CORE)
    turns, n = setup.size(21, 3), setup.size(20_000, 500)
    wsgi, bare_wsgi = _added(wsgi_us, _wsgi, WsgiSensors(_wsgi, "permits", Meter()), turns, n)
    asgi, bare_asgi = _added(asgi_us, _asgi, AsgiSensors(_asgi, "permits", Meter()), turns, n)
    goals = [
        Goal("sensors, WSGI: µs added to a request", wsgi, "<", GOAL_US, digits=1, unit="µs"),
        Goal("sensors, ASGI: µs added to a request", asgi, "<", GOAL_US, digits=1, unit="µs"),
    ]
    figures = [
        Figure("the bare WSGI application, µs a request", [bare_wsgi], 1),
        Figure("the bare ASGI application, µs a request", [bare_asgi], 1),
    ]
    return Found("Sensors", HOW.format(n=f"{n:,}"), figures, goals)
