"""Owns a stand-in for InfluxDB that misbehaves on demand, and remembers what it took.

Knows nothing of what is sent. Points are kept by identity (measurement, tags, time), as the real one does.
"""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Mode = str | int


class FaultServer:
    """``mode``: ``ok``, ``hang``, ``reset``, ``refused`` or a status. ``refuses(line)``: lines it never takes."""

    def __init__(self) -> None:
        self.mode: Mode = "ok"
        self.headers: dict[str, str] = {}
        self.points: dict[str, str] = {}
        self.bodies: list[int] = []
        self.authorizations: set[str] = set()
        self.failed = 0
        self.largest = 0
        self.refuses: Callable[[str], bool] = lambda line: False
        self._lock = threading.Lock()
        with socket.create_server(("127.0.0.1", 0)) as one:
            self.port = int(one.getsockname()[1])
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def set(self, mode: Mode, **headers: str) -> None:
        """From now on."""
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.mode = mode
        if mode == "refused":
            self.stop()
        elif self._server is None:
            self.start()

    def start(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer.answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_: object) -> None:
                """Nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *_: object) -> None:
                """Clients go away; that is the point."""

        self._server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        with self._lock:
            self.bodies.append(len(body))
            self.authorizations.add(handler.headers["Authorization"] or "")
        mode = self.mode
        if mode == "hang":
            self.failed += 1
            while self.mode == "hang":
                time.sleep(0.01)
            handler.close_connection = True
            return
        if mode in ("reset", "refused"):
            self.failed += 1
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
            return
        status = self._take(gzip.decompress(body).decode()) if mode == "ok" else int(mode)
        if status != 204:
            self.failed += 1
        handler.send_response(status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def _take(self, text: str) -> int:
        lines = text.split("\n")
        if self.largest and len(lines) > self.largest:
            return 413
        taken = [line for line in lines if not self.refuses(line)]
        with self._lock:
            for line in taken:
                identity, _, rest = _unescaped_split(line)
                self.points[f"{identity} {rest.rpartition(' ')[2]}"] = line
        return 204 if len(taken) == len(lines) else 400

    def of(self, measurement: str) -> list[str]:
        """Points of a measurement."""
        return [line for line in self.points.values() if line.startswith(f"{measurement},")]


def _unescaped_split(line: str) -> tuple[str, str, str]:
    at = next(n for n, letter in enumerate(line) if letter == " " and line[n - 1] != "\\")
    return line[:at], " ", line[at + 1 :]


@contextmanager
def fault_server() -> Iterator[FaultServer]:
    """One, well-behaved at first, until the block ends."""
    server = FaultServer()
    server.start()
    try:
        yield server
    finally:
        server.mode = "ok"
        server.stop()


def total(lines: list[str], name: str) -> float:
    """Sum of a field over lines."""
    found = 0.0
    for line in lines:
        fields = _unescaped_split(line)[2].rpartition(" ")[0]
        found += sum(float(one.partition("=")[2]) for one in fields.split(",") if one.startswith(f"{name}="))
    return found
