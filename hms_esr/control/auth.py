"""Owns who comes in: hosts, origins, tokens, how often; and the headers every answer carries.

Knows nothing of what is asked for: routes say what they need by :func:`need`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hms_esr.control import http_errors
from hms_esr.control.http_errors import Refused
from hms_esr.control.settings import Settings, is_loopback
from hms_esr.control.tokens import Token, TokenFile
from hms_esr.errors import EsrError
from hms_esr.scenario.hosts import HostPort, host_port

COOKIE = "esr_token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST_BUCKETS = 10_000
_HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks. ``scope`` is empty for one without a good token, then ``why`` says what was wrong with it."""

    name: str
    scope: str = ""
    run: str = ""
    why: str = ""

    def may(self, what: str, run_id: str = "") -> bool:
        """Whether this one may ``observe`` or ``run`` (which is more); without ``run_id``: all runs."""
        return self.scope in ("run", what) and self.run in ("", run_id)


def who_asks(connection: HTTPConnection) -> Who:
    """Who the gate found out asks."""
    who: Who = connection.scope["state"]["who"]
    return who


def need(connection: HTTPConnection, what: str, run_id: str = "") -> Who:
    """Who asks, when they may. Refused: 401 without a good token, 403 with one that is not enough."""
    who = who_asks(connection)
    if not who.scope:
        raise Refused(401, f"{who.why}; send Authorization: Bearer TOKEN (hms-esr token create --scope {what})")
    if not who.may(what, run_id):
        limit = f"run {who.run} alone" if who.run not in ("", run_id) else f"scope {who.scope}"
        raise Refused(403, f"this token is for {limit}; '{what}'{f' of {run_id}' if run_id else ''} is wanted here")
    return who


class Auth:
    """ASGI middleware around everything. ``told`` hears of refused attempts to change something."""

    def __init__(
        self, app: ASGIApp, settings: Settings, tokens: TokenFile, told: Callable[[HTTPConnection, Refused], None]
    ) -> None:
        self._app, self._settings, self._tokens, self._told = app, settings, tokens, told
        self._public = _origin_of(settings.public_url)
        self._buckets: dict[str, tuple[float, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        cookie = ""
        try:
            cookie = self._admit(connection)
        except (Refused, EsrError) as error:
            await self._refuse(connection, error, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if cookie:
                    headers.append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, sending)

    async def _refuse(self, connection: HTTPConnection, error: Exception, receive: Receive, send: Send) -> None:
        if isinstance(error, Refused):
            made = http_errors.answer(error.status, error.text, headers=error.headers)
            if _changes(connection):
                self._told(connection, error)
        else:
            made = http_errors.of_error(error)  # type: ignore[arg-type]
        if connection.scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
            return
        for name, value in _HEADERS.items():
            made.headers.setdefault(name, value)
        await made(connection.scope, receive, send)

    def _admit(self, connection: HTTPConnection) -> str:
        """Check everything but the scope; what cookie to set."""
        self._check_host(connection)
        if _changes(connection):
            self._check_origin(connection)
        text, source = _token_of(connection)
        token, who = None, Who("dev", "run") if self._settings.dev else Who("-", why="a token is wanted here")
        if text and not self._settings.dev:
            token, why = self._tokens.check(text)
            who = _known(token) if token else Who("-", why=f"this token is {why}")
        peer = connection.client.host if connection.client else "-"
        self._count(who.name if token else f"from {peer}")
        connection.scope.setdefault("state", {})["who"] = who
        return self._cookie(connection, token, text) if token and source == "query" else ""

    def _check_host(self, connection: HTTPConnection) -> None:
        """On loopback a name that is not this machine's is a page elsewhere whose name was pointed here."""
        host = _place(connection.headers.get("host", ""))
        if host is None:
            raise Refused(400, "the Host header is missing or is no host")
        if not self._settings.on_loopback or is_loopback(host.host):
            return
        if self._public is None or host.host != self._public.host:
            raise Refused(
                403, f"{host} is not a name of this server; open it as localhost, or start it with --public-url"
            )

    def _check_origin(self, connection: HTTPConnection) -> None:
        """A page of another site must not act in a person's name."""
        origin = connection.headers.get("origin")
        if origin is None:
            if connection.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
                raise Refused(403, "a page of another site may not do this")
            return
        found, host = _origin_of(origin), _place(connection.headers.get("host", ""))
        if found is not None and host is not None:
            port = host.port or found.port
            same = found.host == host.host or (is_loopback(found.host) and is_loopback(host.host))
            if found == self._public or (same and found.port == port):
                return
        raise Refused(403, f"the origin {origin[:200]} is not this server; pages of other sites may not do this")

    def _count(self, key: str) -> None:
        """One request more of ``key``. Refused (429) when its bucket is empty."""
        now = time.monotonic()
        left, at = self._buckets.get(key, (float(self._settings.burst), now))
        left = min(self._settings.burst, left + (now - at) * self._settings.rate_per_s)
        if left < 1:
            raise Refused(429, f"more than {self._settings.rate_per_s:g} requests per second; slow down", after_s=1)
        if len(self._buckets) >= _MOST_BUCKETS:
            self._buckets.clear()
        self._buckets[key] = (left - 1, now)

    def _cookie(self, connection: HTTPConnection, token: Token, text: str) -> str:
        """What lets a page opened by a link read on: for reading only, for as long as the token is good."""
        if connection.scope["type"] != "http" or connection.scope["method"] != "GET":
            return ""
        made = [
            f"{COOKIE}={text}",
            f"Path=/dashboard/{token.run}" if token.run else "Path=/",
            "HttpOnly",
            "SameSite=Strict",
        ]
        if token.expires_at:
            left = datetime.fromisoformat(token.expires_at) - datetime.now(UTC)
            made.append(f"Max-Age={max(0, int(left.total_seconds()))}")
        if connection.url.scheme == "https" or self._settings.public_url.startswith("https:"):
            made.append("Secure")
        return "; ".join(made)


def _known(token: Token) -> Who:
    return Who(f"{token.name} ({token.ident})" if token.name else token.ident, token.scope, token.run)


def _changes(connection: HTTPConnection) -> bool:
    """Whether it may change something, or is a WebSocket, which no other rule of browsers guards."""
    return connection.scope["type"] == "websocket" or connection.scope["method"] not in SAFE


def _token_of(connection: HTTPConnection) -> tuple[str, str]:
    """The token's text and where it stood: a header, or, for reading only, the address or a cookie."""
    scheme, _, text = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and text.strip():
        return text.strip(), "header"
    if connection.scope["type"] == "http" and connection.scope["method"] not in SAFE:
        return "", ""
    if connection.query_params.get("token"):
        return connection.query_params["token"], "query"
    try:
        jar = SimpleCookie(connection.headers.get("cookie", ""))
    except CookieError:
        return "", ""
    return (jar[COOKIE].value, "cookie") if COOKIE in jar else ("", "")


def _place(text: str) -> HostPort | None:
    try:
        return host_port(text) if "://" not in text else None
    except ValueError:
        return None


def _origin_of(text: str) -> HostPort | None:
    try:
        return host_port(text) if urlsplit(text).scheme in ("http", "https") else None
    except ValueError:
        return None
