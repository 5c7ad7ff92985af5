"""Owns the serving of a control plane: its socket, its signals, its queue looked after, its end.

Knows nothing of routes or of command lines. Runs outlive it, unless it is told to end them.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hms_esr.control.app import make_app
from hms_esr.control.services import Services
from hms_esr.control.settings import Settings
from hms_esr.errors import EsrError
from hms_esr.http.http_server import FEEDS, address, listen, server, tell_when_ready
from hms_esr.scenario.hosts import HostPort, host_name

LOOK_S = 0.2
END_S = 20.0
_LOG = logging.getLogger("hms_esr.control")


@dataclass(frozen=True, slots=True)
class Staying:
    """How a server ends. ``ends_runs``: it stops its runs and waits for them; ``ready_file`` gets ``{url, pid}``."""

    ends_runs: bool = False
    ready_file: Path | None = None


def serve(settings: Settings, announce: Callable[[str], None], staying: Staying | None = None) -> None:
    """Serve until SIGTERM or SIGINT; ``announce`` is told the address when it listens.

    Raises EnvironmentProblem: port taken, results cannot be written or are served by another.
    """
    with listen(settings.host, settings.port) as listener:
        services = Services(settings, own=HostPort(_host(settings.host), int(listener.getsockname()[1])))
        try:
            asyncio.run(_serve(services, listener, announce, staying or Staying()))
        finally:
            services.queue.close()


def _host(host: str) -> str:
    try:
        return host_name(host)
    except ValueError:
        return host


class Impatient(HttpToolsProtocol):
    """HTTP whose heads have to arrive within ``head_s``; a connection that dawdles is closed."""

    head_s: float
    _head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The first head is awaited."""
        super().connection_made(transport)
        self._await_head()

    def on_message_begin(self) -> None:
        """The next one begins."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """It is here."""
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._stop_waiting()
        self._head = asyncio.get_running_loop().call_later(self.head_s, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None


async def _serve(
    services: Services, listener: socket.socket, announce: Callable[[str], None], staying: Staying
) -> None:
    serving = server(
        make_app(services), http=type("Protocol", (Impatient,), {"head_s": services.settings.head_s}), **FEEDS
    )
    url = address(services.settings.host, int(listener.getsockname()[1]))
    tasks: list[asyncio.Task[Any]] = [
        asyncio.create_task(_look_after(services)),
        asyncio.create_task(tell_when_ready(serving, url, staying.ready_file, announce)),
    ]
    try:
        await serving.serve([listener])
        if staying.ends_runs:
            await _end_runs(services)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _look_after(services: Services) -> None:
    """Start runs whose turn it is and bury those that are over, as long as the server lives."""
    while True:
        try:
            services.queue.look()
        except (EsrError, OSError) as error:
            _LOG.error("the queue cannot be looked after: %s", error)
        await asyncio.sleep(LOOK_S)


async def _end_runs(services: Services) -> None:
    with suppress(EsrError):
        services.queue.stop_all("the server's end")
    until_s = monotonic() + END_S
    while services.queue.running() and monotonic() < until_s:
        services.queue.look()
        await asyncio.sleep(LOOK_S)
