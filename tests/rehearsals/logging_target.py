"""Owns a target whose log is the truth: it notes when each request came and when it was answered; it can stand still.

Knows nothing of who asks. Arguments of ``python -m tests.rehearsals.logging_target``: READY_FILE STALL_AT_S STALL_FOR_S
[HOST].
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

LOG: list[list[Any]] = []
"""[person, path, came, answered], in seconds of one monotonic clock."""


class Target(asyncio.Protocol):
    """One connection; requests have no body."""

    stall_at_s = 0.0
    stall_for_s = 0.0
    first_s: float | None = None

    def __init__(self) -> None:
        self.buffer = b""
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
            self.answer(head.decode("latin-1").split("\r\n"), perf_counter())

    def answer(self, lines: list[str], came_s: float) -> None:
        """Now, or when the stall is over."""
        path = lines[0].split(" ")[1]
        if path == "/log":
            return self.send(json.dumps(LOG).encode())
        if path == "/count":
            return self.send(b"%d" % len(LOG))
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        if "x-esr-person" not in headers:
            return self.send(b"ok")
        kind = type(self)
        if kind.first_s is None:
            kind.first_s = came_s
        entry = [int(headers["x-esr-person"]), path, came_s, 0.0]
        LOG.append(entry)
        since_s = came_s - kind.first_s
        left_s = self.stall_at_s + self.stall_for_s - since_s if since_s >= self.stall_at_s else 0.0
        if left_s > 0:
            asyncio.get_running_loop().call_later(left_s, self.finish, entry)
        else:
            self.finish(entry)
        return None

    def finish(self, entry: list[Any]) -> None:
        """Answer a noted request."""
        entry[3] = perf_counter()
        self.send(b"ok")

    def send(self, body: bytes) -> None:
        """A plain 200."""
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


async def serve(ready: Path, host: str) -> None:
    """Until our parent is gone."""
    server = await asyncio.get_running_loop().create_server(Target, host, 0, backlog=4096)
    part = ready.with_suffix(".part")
    part.write_text(str(server.sockets[0].getsockname()[1]))
    part.replace(ready)
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(0.2)


if __name__ == "__main__":
    gc.set_threshold(700, 10, 1_000_000_000)  # a full walk through a log of millions would stand still for a second
    Target.stall_at_s, Target.stall_for_s = float(sys.argv[2]), float(sys.argv[3])
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[4] if len(sys.argv) > 4 else "127.0.0.1"))
