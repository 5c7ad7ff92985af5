"""Owns the server of one run's page: its socket, its end when it is no longer needed.

Knows nothing of pages beyond their routes. It is a process of its own that only reads, so it costs the run nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import psutil
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from hms_esr.edu.live.app import dashboard_routes
from hms_esr.errors import EsrError
from hms_esr.http.http_server import FEEDS, server
from hms_esr.store import is_running, read_facts

LOOK_S = 0.5
LINGER_S = 5.0
"""After the end of ``hms-esr run`` its page stays so long, for the final figures to arrive."""
UNSEEN_S = 60.0
"""A page opened from Python stays until its run is over and nobody asked for so long."""
LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")


@dataclass(frozen=True, slots=True)
class Stay:
    """How long the server stays: until a signal; without ``parent_pid`` for ever, else ``until`` says more.

    ``parent``: :data:`LINGER_S` longer than the run, or than that process if it ends first. ``unseen``: as long as that
    process or the run lasts, and :data:`UNSEEN_S` longer than somebody looks.
    """

    parent_pid: int | None = None
    until: str = "parent"


class _Seen:
    """ASGI middleware that knows when somebody last asked, and how many WebSockets are open."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app
        self._at_s = monotonic()
        self._open = 0

    @property
    def unseen_s(self) -> float:
        """Seconds since somebody looked."""
        return 0.0 if self._open else monotonic() - self._at_s

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._at_s = monotonic()
        self._open += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open -= 1
            self._at_s = monotonic()


def page_app(out: Path, run: str, hosts: tuple[str, ...] = LOOPBACK) -> Starlette:
    """The page of one run in ``out`` and nothing else; ``hosts``: by which names it may be asked."""

    async def home(_: Request) -> RedirectResponse:
        return RedirectResponse(f"/dashboard/{run}")

    routes = [Route("/", home), *dashboard_routes(out, lambda _, asked: asked == run, expected=run)]
    return Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))])


def serve(listener: socket.socket, out: Path, run: str, stay: Stay) -> None:
    """Serve the page of ``run`` until it is no longer needed."""
    host = listener.getsockname()[0]
    hosts = LOOPBACK if host in ("127.0.0.1", "::1") else ("*",)
    seen = _Seen(page_app(out, run, hosts))
    asyncio.run(_serve(server(seen, **FEEDS), listener, seen, out / run, stay))


async def _serve(serving: uvicorn.Server, listener: socket.socket, seen: _Seen, folder: Path, stay: Stay) -> None:
    watcher = asyncio.create_task(_watch(serving, seen, folder, stay))
    try:
        await serving.serve([listener])
    finally:
        watcher.cancel()


async def _watch(serving: uvicorn.Server, seen: _Seen, folder: Path, stay: Stay) -> None:
    if stay.parent_pid is None:
        return
    while _lives(stay.parent_pid) and not (stay.until == "parent" and _is_over(folder)):
        await asyncio.sleep(LOOK_S)
    over_at_s = monotonic()
    while monotonic() - over_at_s < LINGER_S if stay.until == "parent" else not _done(seen, folder):
        await asyncio.sleep(LOOK_S)
    serving.should_exit = True


def _is_over(folder: Path) -> bool:
    with suppress(EsrError):
        return read_facts(folder).get("state") == "FINISHED"
    return False


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _done(seen: _Seen, folder: Path) -> bool:
    return seen.unseen_s > UNSEEN_S and not is_running(folder)
