"""Owns a mock of Grafana: folders, dashboards and data sources as its HTTP API takes them, for one token.

Knows nothing of what a dashboard must hold; it is no Grafana, only the four calls that are made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

TOKEN = "glsa_for_tests_only"


@dataclass
class MockGrafana:
    """What it holds, and how it is spoiled: ``spoiled`` maps paths to (status, body)."""

    prefix: str = ""
    folders: list[dict[str, str]] = field(default_factory=list)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=lambda: {"HMS ESR": "influxdb", "Other": "prometheus"})
    spoiled: dict[str, tuple[int, str]] = field(default_factory=dict)
    url: str = ""

    def answer(self, method: str, path: str, token: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Status and JSON of one call."""
        if not path.startswith(self.prefix):
            return 404, {"message": "Not found"}
        path = path.removeprefix(self.prefix).partition("?")[0]
        if path in self.spoiled:
            return self.spoiled[path]
        if token != f"Bearer {TOKEN}":
            return 401, {"message": "Invalid API key"}
        if path == "/api/folders" and method == "GET":
            return 200, self.folders
        if path == "/api/folders":
            self.folders.append({"uid": f"f{len(self.folders)}", "title": body["title"]})
            return 200, self.folders[-1]
        if path == "/api/dashboards/db":
            return self._take(body)
        if path.startswith("/api/datasources/name/"):
            name = path.rpartition("/")[2].replace("%20", " ")
            kind = self.sources.get(name)
            return (
                (200, {"uid": f"uid-of-{kind}", "type": kind}) if kind else (404, {"message": "Data source not found"})
            )
        return 404, {"message": "Not found"}

    def _take(self, body: dict[str, Any]) -> tuple[int, Any]:
        uid = body["dashboard"]["uid"]
        if uid in self.boards and not body["overwrite"]:
            return 412, {"message": "A dashboard with the same uid already exists"}
        assert body["dashboard"]["id"] is None
        self.boards[uid] = body
        return 200, {"status": "success", "uid": uid, "url": f"{self.prefix}/d/{uid}/x"}


@contextmanager
def mock_grafana(**given: Any) -> Iterator[MockGrafana]:
    """A mock on a free port for as long as the block lasts."""
    held = MockGrafana(**given)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            status, told = held.answer(self.command, self.path, self.headers.get("Authorization", ""), body)
            text = (told if isinstance(told, str) else json.dumps(told)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.url = f"http://127.0.0.1:{server.server_address[1]}{held.prefix}"
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
