"""Owns the means to look at runs in tests: a server of their pages in this process, an observer's first word.

Knows nothing of what pages show.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from starlette.applications import Starlette
from websockets.sync.client import ClientConnection

from hms_esr.edu.live.app import dashboard_routes
from hms_esr.edu.live.page_process import listen


@contextmanager
def served(out: Path, may_see: Callable[[Any, str], bool] = lambda *_: True) -> Iterator[str]:
    """``127.0.0.1:PORT`` of a server of all runs in ``out``, in this process."""
    app = Starlette(routes=dashboard_routes(out, may_see, runs="/"))
    config = uvicorn.Config(app, lifespan="off", log_level="error", ws="websockets-sansio", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with listen("127.0.0.1", 0) as listener:
        thread = Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def hello(socket: ClientConnection, epoch: str = "", number: int = -1) -> dict[str, Any]:
    """Say the last moment one has; the first answer."""
    socket.send(json.dumps({"e": epoch, "n": number}))
    found: dict[str, Any] = json.loads(socket.recv(timeout=10))
    return found
