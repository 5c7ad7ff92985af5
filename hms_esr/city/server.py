"""Owns the serving of one city: its socket, its signals, its ready file, its end when its parent is gone.

Knows nothing of pages or of command lines.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import uvicorn

from hms_esr.city.app import CityApp
from hms_esr.city.city_state import CityState
from hms_esr.city.ledger import CityLedger
from hms_esr.errors import BadInput, Problem
from hms_esr.http.http_server import listen, server, tell_when_ready
from hms_esr.sensors import AsgiSensors

BACKLOG = 4096
IDLE_SOCKET_S = 120
PARENT_LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class CityOptions:
    """What a city can be told at its start. ``port`` 0 is any free one; ``clerks`` a share of 1."""

    host: str = "127.0.0.1"
    port: int = 9800
    clerks: float = 1.0
    state: Path | None = None
    keep: bool = False
    strict_accounts: bool = False
    record_values: bool = False
    ready_file: Path | None = None
    parent_pid: int | None = None

    def __post_init__(self) -> None:
        if not 0.001 <= self.clerks <= 1000:
            raise BadInput(
                [Problem("--clerks", 0, 0, f"{self.clerks} is no share; allowed: a number from 0.001 to 1000")]
            )


def serve(options: CityOptions, announce: Callable[[str], None]) -> None:
    """Serve a city until SIGTERM, SIGINT or its parent's end; ``announce`` is told its URL when it listens.

    Raises EnvironmentProblem when the port is taken or the folder cannot be written.
    """
    listener = listen(options.host, options.port, BACKLOG)
    with listener:
        ledger = CityLedger(options.state, options.keep)
        try:
            city = CityState(
                ledger,
                clerks=options.clerks,
                strict_accounts=options.strict_accounts,
                record_values=options.record_values,
            )
            asyncio.run(_serve(options, city, listener, announce))
        finally:
            ledger.close()


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _serve(
    options: CityOptions, city: CityState, listener: socket.socket, announce: Callable[[str], None]
) -> None:
    _allow_many_sockets()
    app = AsgiSensors(CityApp(city), service="city")
    serving = server(app, ws="none", log_level="warning", backlog=BACKLOG, timeout_keep_alive=IDLE_SOCKET_S)
    tasks = [asyncio.create_task(tell_when_ready(serving, _url(listener), options.ready_file, announce))]
    if options.parent_pid is not None:
        tasks.append(asyncio.create_task(_watch_parent(serving, options.parent_pid)))
    gc.freeze()
    try:
        await serving.serve([listener])
    finally:
        for task in tasks:
            task.cancel()


def _allow_many_sockets() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _watch_parent(server: uvicorn.Server, parent_pid: int) -> None:
    """End the server when the process ``parent_pid`` is gone (or was, before we looked)."""
    try:
        parent = psutil.Process(parent_pid)
        while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(PARENT_LOOK_S)
    except psutil.NoSuchProcess:
        pass
    server.should_exit = True
