"""Owns what every server of ours has in common: its socket, its address, its word that it is ready, its clean end.

Knows nothing of what is served. uvicorn is loaded only where a server is made, not where a socket is held.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from hms_esr.errors import EnvironmentProblem

if TYPE_CHECKING:
    import uvicorn

BACKLOG = 512
"""Connections that may wait to be accepted."""
FEEDS: Mapping[str, Any] = {
    "ws": "websockets-sansio",
    "ws_max_size": 4096,
    "ws_ping_interval": 10,
    "ws_ping_timeout": 10,
}
"""Settings of a server whose pages are fed by WebSocket: who does not answer for so many seconds is gone."""


def bound(host: str, port: int, backlog: int = BACKLOG) -> socket.socket:
    """A socket that listens. OSError when it cannot, OverflowError when ``port`` is no port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sets TCP_NODELAY only then; without it an answer waits 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(backlog)
    except BaseException:
        listener.close()
        raise
    return listener


def listen(host: str, port: int, backlog: int = BACKLOG) -> socket.socket:
    """A socket that listens at ``port`` (0: any free one). EnvironmentProblem, with the way out, when it cannot."""
    try:
        return bound(host, port, backlog)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        text = f"cannot listen on {host}:{port}: {reason}; choose another --port, or 0 for a free one"
        raise EnvironmentProblem(text) from None


def address(host: str, port: int) -> str:
    """How a person on this machine opens what listens there: ``http://localhost:5050``."""
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def server(app: Any, **settings: Any) -> uvicorn.Server:
    """A uvicorn server of ``app`` for a socket of ours, that ends cleanly at SIGTERM and SIGINT.

    ``settings`` are uvicorn's. uvicorn itself would raise the signal again when all is done.
    """
    import uvicorn

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            if self.should_exit and sig == signal.SIGINT:
                self.force_exit = True
            self.should_exit = True

    common: dict[str, Any] = {"http": "httptools", "loop": "asyncio", "lifespan": "off", "log_level": "error"}
    common |= {"access_log": False, "server_header": False, "proxy_headers": False, "timeout_graceful_shutdown": 1}
    return Server(uvicorn.Config(app, **(common | settings)))


async def tell_when_ready(
    server: uvicorn.Server, url: str, ready_file: Path | None, announce: Callable[[str], None]
) -> None:
    """Once ``server`` answers: ``ready_file`` holds ``{url, pid}``, whole at once, and ``announce`` is told ``url``."""
    while not server.started:
        await asyncio.sleep(0.005)
    if ready_file is not None:
        part = ready_file.with_name(f"{ready_file.name}.{os.getpid()}.part")
        part.write_text(json.dumps({"url": url, "pid": os.getpid()}))
        part.replace(ready_file)
    announce(url)
