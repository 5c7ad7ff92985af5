"""Owns a small site as WSGI and ASGI applications: every form of answer a conforming client must read.

Knows nothing of the client; it runs inside gunicorn and uvicorn. ``site.js`` is the same for Node.
"""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable, Iterator
from hashlib import sha256
from typing import Any

LARGE = bytes(range(256)) * 12_000
"""About 3 MB."""
Answer = tuple[str, list[tuple[str, str]], list[bytes]]
_SHORT = {"/204": "204 No Content", "/304": "304 Not Modified", "/404": "404 Not Found"}
_REDIRECTS = {"/303": ("303 See Other", "hello"), "/307": ("307 Temporary Redirect", "/echo")}


def _sized(body: bytes, status: str = "200 OK", *more: tuple[str, str]) -> Answer:
    return status, [("Content-Length", str(len(body))), ("Content-Type", "text/plain"), *more], [body]


def answer(path: str, cookie: str, read: Callable[[], bytes]) -> Answer:
    """Status, headers and the body in parts; without a Content-Length it goes out in chunks."""
    if path in _SHORT:
        status = _SHORT[path]
        return (status, [("X-A", "b")], []) if path != "/404" else _sized(b"no", status)
    if path in _REDIRECTS:
        status, location = _REDIRECTS[path]
        return _sized(b"", status, ("Location", location))
    if path == "/echo":
        return _sized(sha256(read()).hexdigest().encode())
    if path == "/large":
        return _sized(LARGE)
    if path == "/chunked":
        return "200 OK", [], [LARGE[:1], LARGE[1:100_000], LARGE[100_000:]]
    if path == "/gzip":
        return _sized(gzip.compress(LARGE, 1), "200 OK", ("Content-Encoding", "gzip"))
    if path == "/cookie":
        return _sized(b"", "200 OK", ("Set-Cookie", "a=1; Path=/; HttpOnly"), ("Set-Cookie", "b=2; Path=/"))
    if path == "/seen":
        return _sized(cookie.encode())
    if path == "/early":
        return _sized(b"too large", "413 Content Too Large")
    return _sized(b"hello")


def wsgi(environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
    """The site for gunicorn."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    status, headers, parts = answer(
        environ["PATH_INFO"], environ.get("HTTP_COOKIE", ""), lambda: environ["wsgi.input"].read(length)
    )
    start(status, headers)
    return iter([] if environ["REQUEST_METHOD"] == "HEAD" else parts)


async def asgi(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """The site for uvicorn."""
    if scope["type"] != "http":
        return
    given = {name: value.decode("latin-1") for name, value in scope["headers"]}
    body = b""
    while scope["path"] == "/echo":
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    status, headers, parts = answer(scope["path"], given.get(b"cookie", ""), lambda: body)
    lines = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": int(status[:3]), "headers": lines})
    for part in parts:
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body"})
