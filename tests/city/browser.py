"""Owns a small browser for tests: it drives the city's application in this process, cookies and forms included.

Knows nothing of sockets.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from hms_esr.city.app import CityApp

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0" + bytes(420_000) + b"\xff\xd9"
Files = Mapping[str, tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer as the browser got it."""

    status: int
    headers: dict[str, str]
    body: bytes
    path: str = ""

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def html(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.text)

    @property
    def alert(self) -> str:
        node = self.html.css_first('p[role="alert"].error')
        return node.text() if node else ""

    def json(self) -> Any:
        return json.loads(self.body)


def multipart(fields: Mapping[str, str], files: Files, boundary: str = "x5e5e5e5e") -> bytes:
    """A multipart body as a browser writes it."""
    made = bytearray()
    for name, value in fields.items():
        made += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value.encode()
        made += b"\r\n"
    for name, (filename, data) in files.items():
        made += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'.encode()
        made += b"Content-Type: application/octet-stream\r\n\r\n" + data + b"\r\n"
    return bytes(made) + f"--{boundary}--\r\n".encode()


class Browser:
    """One person's browser. ``headers`` go with every request; ``leaves`` closes the connection while it waits."""

    def __init__(self, app: CityApp, **headers: str) -> None:
        self.app = app
        self.headers = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        self.cookie = ""
        self.leaves = False

    def ask(self, method: str, target: str, body: bytes = b"", **headers: str) -> Seen | None:
        """One request, redirects not followed; None when there was no answer."""
        sent = self.headers | {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if self.cookie:
            sent["cookie"] = self.cookie
        return asyncio.run(self._ask(method, target, body, sent))

    async def _ask(self, method: str, target: str, body: bytes, sent: dict[str, str]) -> Seen | None:
        url = urlsplit(target)
        scope = {
            "type": "http",
            "method": method,
            "path": url.path,
            "query_string": url.query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
        }
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        got: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop(0)
            if not self.leaves:
                await asyncio.Event().wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            got.append(message)

        await self.app(scope, receive, send)
        return self._seen(got, url.path) if got else None

    def _seen(self, got: list[dict[str, Any]], path: str) -> Seen:
        headers = {name.decode(): value.decode("latin-1") for name, value in got[0]["headers"]}
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].partition(";")[0]
        return Seen(got[0]["status"], headers, got[1]["body"], path)

    def get(self, target: str, **headers: str) -> Seen:
        """GET, following redirects."""
        return self.follow(self.must("GET", target, **headers))

    def must(self, method: str, target: str, body: bytes = b"", **headers: str) -> Seen:
        """One request that is answered."""
        seen = self.ask(method, target, body, **headers)
        assert seen is not None
        return seen

    def follow(self, seen: Seen) -> Seen:
        """The page behind redirects, ten at most."""
        for _ in range(10):
            if seen.status != 303:
                return seen
            seen = self.must("GET", seen.headers["location"])
        raise AssertionError("more than ten redirects")

    def post_json(self, target: str, data: Any, **headers: str) -> Seen:
        """POST of JSON."""
        return self.must("POST", target, json.dumps(data).encode(), content_type="application/json", **headers)

    def submit(self, page: Seen, values: Mapping[str, str] | None = None, files: Files | None = None) -> Seen:
        """Send the page's first form with ``values`` and ``files``, hidden fields and defaults included."""
        form = page.html.css_first("form")
        assert form is not None, page.text
        fields = {**defaults(form), **(values or {})}
        action = form.attributes["action"] or page.path
        if form.attributes.get("enctype") == "multipart/form-data":
            body = multipart(fields, files or {})
            return self.follow(self.must("POST", action, body, content_type="multipart/form-data; boundary=x5e5e5e5e"))
        body = urlencode(fields).encode()
        return self.follow(self.must("POST", action, body, content_type="application/x-www-form-urlencoded"))


def defaults(form: LexborNode) -> dict[str, str]:
    """What a browser would send of a form nobody touched."""
    found = {}
    for node in form.css("input, select"):
        name, kind = node.attributes.get("name") or "", node.attributes.get("type")
        if node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            found[name] = (chosen.attributes.get("value") if chosen else "") or ""
        elif kind in ("radio", "checkbox"):
            if "checked" in node.attributes:
                found[name] = node.attributes.get("value") or ""
        elif kind != "file":
            found[name] = node.attributes.get("value") or ""
    return found


def token(page: Seen) -> str:
    """The page's hidden token."""
    found = re.search(r'name="csrf_token" value="(\w+)"', page.text)
    assert found
    return found[1]
