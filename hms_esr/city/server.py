"""Owns the serving of one city: its socket, its signals, its ready file, its end when its parent is gone.

Knows nothing of pages or of command lines.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import resource
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil
import uvicorn

from hms_esr.city.app import CityApp
from hms_esr.city.hall import Hall
from hms_esr.city.ledger import Ledger
from hms_esr.errors import BadInput, EnvironmentProblem, Problem
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


class _Server(uvicorn.Server):
    """uvicorn that ends cleanly at a signal, instead of raising the signal again when all is done."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True


def serve(options: CityOptions, announce: Callable[[str], None]) -> None:
    """Serve a city until SIGTERM, SIGINT or its parent's end; ``announce`` is told its URL when it listens.

    Raises EnvironmentProblem when the port is taken or the folder cannot be written.
    """
    listener = _listen(options.host, options.port)
    with listener:
        ledger = Ledger(options.state, options.keep)
        try:
            hall = Hall(
                ledger,
                clerks=options.clerks,
                strict_accounts=options.strict_accounts,
                record_values=options.record_values,
            )
            asyncio.run(_serve(options, hall, listener, announce))
        finally:
            ledger.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sets TCP_NODELAY only then; without it an answer waits 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise EnvironmentProblem(
            f"cannot listen on {host}:{port}: {reason}; choose another --port, or 0 for a free one"
        ) from error
    listener.setblocking(False)
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _serve(options: CityOptions, hall: Hall, listener: socket.socket, announce: Callable[[str], None]) -> None:
    _allow_many_sockets()
    config = uvicorn.Config(
        AsgiSensors(CityApp(hall), service="city"),
        http="httptools",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_SOCKET_S,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    tasks = [asyncio.create_task(_tell(server, _url(listener), options.ready_file, announce))]
    if options.parent_pid is not None:
        tasks.append(asyncio.create_task(_watch_parent(server, options.parent_pid)))
    gc.freeze()
    try:
        await server.serve([listener])
    finally:
        for task in tasks:
            task.cancel()


def _allow_many_sockets() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _tell(server: uvicorn.Server, url: str, ready_file: Path | None, announce: Callable[[str], None]) -> None:
    while not server.started:
        await asyncio.sleep(0.005)
    if ready_file is not None:
        part = ready_file.with_name(f"{ready_file.name}.{os.getpid()}.part")
        part.write_text(json.dumps({"url": url, "pid": os.getpid()}))
        part.replace(ready_file)
    announce(url)


async def _watch_parent(server: uvicorn.Server, parent_pid: int) -> None:
    """End the server when the process ``parent_pid`` is gone (or was, before we looked)."""
    try:
        parent = psutil.Process(parent_pid)
        while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(PARENT_LOOK_S)
    except psutil.NoSuchProcess:
        pass
    server.should_exit = True
