"""Owns a target made of threads on a free port of 127.0.0.1, which answers as a test says and remembers what it got.

Knows nothing of the client.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Got:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    number: int
    lines: list[str]


Piece = bytes | str
"""Bytes to send, or ``close`` / ``reset`` / ``hang`` (until the target is stopped)."""
Answerer = Callable[[Got], Piece | Iterable[Piece]]


@dataclass
class Target:
    """What a test sees of it."""

    port: int
    got: list[Got] = field(default_factory=list)
    connections: int = 0
    asked: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


def ok(body: bytes = b"ok", status: str = "200 OK", **headers: str) -> bytes:
    """A plain answer."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body


def redirect(where: str, status: str = "302 Found") -> bytes:
    """An answer that sends elsewhere."""
    return ok(b"", status, Location=where)


@contextmanager
def target(answer: Answerer, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Target]:
    """A target that gives ``answer(request)`` to each request, until the block ends."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family, backlog=64) as listener:
        seen = Target(listener.getsockname()[1], scheme="https" if tls else "http")
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                seen.connections += 1
                one = threading.Thread(target=_serve, args=(connection, seen, answer, tls), daemon=True)
                threads.append(one)
                one.start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield seen
        finally:
            seen.stopped.set()
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join(5)


def _serve(connection: socket.socket, seen: Target, answer: Answerer, tls: ssl.SSLContext | None) -> None:
    number = seen.connections
    try:
        if tls is not None:
            connection = tls.wrap_socket(connection, server_side=True)
        with connection, connection.makefile("rb") as reader:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (got := _read(reader, number, len(seen.got))) is not None:
                seen.got.append(got)
                seen.asked.set()
                given = answer(got)
                for piece in [given] if isinstance(given, (bytes, str)) else given:
                    if not _send(connection, piece, seen):
                        return
    except (OSError, ValueError, IndexError):
        pass
    finally:
        seen.ended.set()


def _send(connection: socket.socket, piece: Piece, seen: Target) -> bool:
    if isinstance(piece, bytes):
        connection.sendall(piece)
        return True
    if piece == "hang":
        seen.stopped.wait(20)
    if piece == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def _read(reader: object, connection: int, number: int) -> Got | None:
    line = reader.readline().decode("latin-1").split()  # type: ignore[attr-defined]
    if not line:
        return None
    headers: dict[str, str] = {}
    lines: list[str] = []
    while (header := reader.readline().decode().rstrip("\r\n")) != "":  # type: ignore[attr-defined]
        lines.append(header)
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    body = reader.read(int(headers.get("content-length", "0")))  # type: ignore[attr-defined]
    return Got(line[0], line[1], headers, body, connection, number, lines)
