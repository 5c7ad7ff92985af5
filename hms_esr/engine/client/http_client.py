"""Owns a person's HTTP: requests built, redirects followed, cookies kept, each hop reported.

Knows nothing of journeys, pages or statistics.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from time import perf_counter
from urllib.parse import quote

from hms_esr.engine.client.connection import Connection
from hms_esr.engine.client.session_protocol import OnExchange, Stamp
from hms_esr.engine.client.tcp_socket import Broken
from hms_esr.engine.client.transport import Homes, Transport, close_all
from hms_esr.errors import StepFailed
from hms_esr.http.cookies import CookieJar
from hms_esr.http.request_headers import header_lines, private_names
from hms_esr.http.response import HttpAnswer
from hms_esr.http.url import Address, Addresses

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_SAFE = frozenset(("GET", "HEAD"))
_BODILESS = frozenset(("GET", "HEAD", "DELETE", "OPTIONS", "TRACE"))
_OF_BODY = frozenset(("content-type", "content-encoding"))
_NONE: frozenset[str] = frozenset()
_HOST = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)?[/\\]{2}[^/\\?#]*")
_ASCII = "".join(map(chr, range(128)))


class PersonSession:
    """One person's HTTP (a Session), opened when needed. The origin ``home`` gets ``home_head``, others ``head``."""

    __slots__ = ("_head", "_home", "_home_head", "_homes", "_on_exchange", "_stamp", "_transport", "cookies")

    def __init__(
        self,
        transport: Transport,
        *,
        head: bytes,
        stamp: Stamp,
        on_exchange: OnExchange,
        home: str = "",
        home_head: bytes = b"",
    ) -> None:
        self.cookies = CookieJar()
        self._transport = transport
        self._homes: Homes = {} if transport.shared is None else transport.shared
        self._head = head
        self._stamp = stamp
        self._on_exchange = on_exchange
        self._home = home
        self._home_head = home_head

    def fetch(
        self,
        method: str,
        address: str,
        *,
        base: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        media_type: str = "",
        referer: str = "",
        timeout_s: float | None = None,
        patience_s: float | None = None,
        redirects: int = 10,
    ) -> HttpAnswer:
        """Send one request and follow its redirects.

        ``address`` is absolute or relative to ``base``; ``timeout_s`` is for each hop, ``patience_s`` for all of
        them. StepFailed: timeout, patience, connection, refused, status (too many redirects).
        """
        transport, addresses = self._transport, self._transport.addresses
        where = addresses.join(base, address)
        limit = _Limit(transport.timeout_s if timeout_s is None else timeout_s, patience_s, redirects)
        own, extra = (_NONE, b"") if not headers else _own_lines(headers, self._head)
        while True:
            tail = _referer_lines(addresses.parse(referer), where, method) + extra if referer else extra
            if body or method not in _BODILESS:
                tail = _body_lines(body, media_type) + tail
            head = self._home_head if where.origin.text == self._home else self._head
            if own:
                head = _without(head, own)
            answer = self._hop(method, where, head, tail, body, limit)
            if not answer.redirected:
                return answer
            before, where = where, _redirected(addresses, where, _as_written(answer.head.location or ""))
            dropped = _NONE if where.origin is before.origin else private_names(headers or {}, transport.secrets)
            if (answer.status == 303 and method != "HEAD") or (answer.status in (301, 302) and method == "POST"):
                method, body, media_type = "GET", b"", ""
                dropped |= _OF_BODY
            extra = _without(extra, dropped)
            self._check_redirect(before, where)

    def close(self) -> None:
        """The person is over: connections nobody else uses are closed."""
        if self._transport.shared is None:
            close_all(self._homes)

    def _check_redirect(self, before: Address, where: Address) -> None:
        try:
            self._transport.pinned(where.origin)
        except StepFailed as failure:
            raise StepFailed(
                failure.kind, f"{before.path} redirects to {where.origin.text}: {failure.message}"
            ) from None

    def _hop(self, method: str, where: Address, head: bytes, tail: bytes, body: bytes, limit: _Limit) -> HttpAnswer:
        """One exchange, reported once, answered or not; nothing is reported when the guard refuses."""
        transport = self._transport
        connection = transport.idle(self._homes, where.origin)
        if connection is None:
            transport.pinned(where.origin)
        lines, sim_s = self._stamp()
        cookies = self.cookies.line(where, time.time()) if self.cookies.some else b""
        request = b"".join((where.first_lines(method), head, lines, cookies, tail, b"\r\n"))
        answer = HttpAnswer(method, where, sim_s, perf_counter())
        answer.largest_bytes = transport.largest_bytes
        answer.page_memory = transport.page_memory
        try:
            self._carry(request, body, connection, answer, limit)
            self._look_at(answer, limit)
        except StepFailed as failure:
            answer.failure = failure
            raise
        except BaseException:
            answer.failure = StepFailed("no_answer", "stopped while waiting for an answer")
            raise
        finally:
            answer.ended_at = now = perf_counter()
            try:
                transport.turns.step_back(now)
            finally:
                self._on_exchange(answer)
        return answer

    def _carry(
        self, request: bytes, body: bytes, connection: Connection | None, answer: HttpAnswer, limit: _Limit
    ) -> None:
        """Send over an idle or new connection; once more, over a new one, when safe (RFC 9110 section 9.2.2)."""
        transport = self._transport
        until = limit.until(answer.started_at)
        origin = answer.address.origin
        while True:
            answer.reused = connection is not None
            try:
                if connection is None:
                    connect_until = min(until, perf_counter() + transport.connect_timeout_s)
                    connection = transport.connect(origin, transport.pinned(origin), answer, connect_until)
                again = connection.exchange(request, body, answer, until)
            except Broken as broken:
                if connection is not None:
                    transport.give_up(connection)
                if broken.unsent or (broken.unheard and answer.method in _SAFE):
                    answer.retries, answer.sent_at, connection = 1, 0.0, None
                    continue
                raise limit.failure(broken, answer, transport.connect_timeout_s) from None
            except BaseException:
                if connection is not None:
                    transport.give_up(connection)
                raise
            if again:
                connection.rest_in(self._homes.setdefault(origin.text, []))
            else:
                connection.close()
            return

    def _look_at(self, answer: HttpAnswer, limit: _Limit) -> None:
        """Cookies and redirects of an answer; one redirect too many is the failure of its hop."""
        head = answer.settle()
        if head.cookies is not None:
            self.cookies.take(head.cookies, answer.address, time.time())
        if answer.status in _REDIRECTS and head.location is not None:
            answer.redirected = True
            limit.redirects -= 1
            if limit.redirects < 0:
                raise StepFailed(
                    "status", f"too many redirects, the last to {answer.header('location')}", answer.status
                )


class _Limit:
    """How far one request goes: the target's time limit for each hop, the person's patience for all, redirects left."""

    __slots__ = ("patience_s", "patient_until", "redirects", "timeout_s")

    def __init__(self, timeout_s: float, patience_s: float | None, redirects: int) -> None:
        self.timeout_s = timeout_s
        self.patience_s = patience_s
        self.patient_until = None if patience_s is None else perf_counter() + patience_s
        self.redirects = redirects

    def until(self, started_at: float) -> float:
        """When the hop that began at ``started_at`` must be over."""
        until = started_at + self.timeout_s
        return until if self.patient_until is None else min(until, self.patient_until)

    def failure(self, broken: Broken, answer: HttpAnswer, connect_timeout_s: float) -> StepFailed:
        """What a broken connection means for the person."""
        if not broken.timed_out:
            return StepFailed("connection", broken.text, answer.status)
        if self.patient_until is not None and self.patient_until < answer.started_at + self.timeout_s:
            return StepFailed("patience", "gave up waiting for an answer")
        if not answer.sent_at:
            return StepFailed("timeout", f"no connection within {min(self.timeout_s, connect_timeout_s):g} s")
        whole = "no whole answer" if answer.status else "no answer"
        return StepFailed("timeout", f"{whole} within {self.timeout_s:g} s", answer.status)


def _as_written(location: str) -> str:
    """A Location as browsers read it: bytes beyond ASCII are percent-encoded as they came, a host's are UTF-8."""
    if location.isascii():
        return location
    host = _HOST.match(location)
    start = host.end() if host else 0
    try:
        before = location[:start].encode("latin-1").decode()
    except UnicodeDecodeError:
        before = location[:start]
    return before + quote(location[start:], safe=_ASCII, encoding="latin-1")


def _redirected(addresses: Addresses, before: Address, location: str) -> Address:
    """Where a redirect leads; StepFailed says that it was a redirect's Location that cannot be followed."""
    try:
        return addresses.join(before.url, location)
    except StepFailed as failure:
        said = f"{before.path} redirects to the Location {location[:100]!r}, which cannot be followed"
        raise StepFailed(failure.kind, said) from None


def _body_lines(body: bytes, media_type: str) -> bytes:
    lines = b"Content-Length: %d\r\n" % len(body)
    return lines + b"Content-Type: " + media_type.encode("latin-1", "replace") + b"\r\n" if media_type else lines


def _own_lines(headers: Mapping[str, str], head: bytes) -> tuple[frozenset[str], bytes]:
    """Lower-case names of a step's ``headers``, whose lines in the person's head they replace, and their own lines.

    A User-Agent ends with our mark all the same.
    """
    mark = head.partition(b"User-Agent: ")[2].partition(b"\r\n")[0].rpartition(b"HMS-ESR")
    ending = "HMS-ESR" + mark[2].decode("latin-1")
    named = {name: f"{value} {ending}" if name.lower() == "user-agent" else value for name, value in headers.items()}
    try:
        lines = header_lines(named)
    except ValueError as error:
        raise StepFailed("scenario", str(error)) from None
    return frozenset(name.lower() for name in headers), lines


def _without(lines: bytes, names: frozenset[str]) -> bytes:
    """Header lines but for those with ``names`` (lower case)."""
    if not names or not lines:
        return lines
    every = lines.split(b"\r\n")
    return b"\r\n".join(line for line in every if line.partition(b":")[0].decode("latin-1").lower() not in names)


def _referer_lines(page: Address, where: Address, method: str) -> bytes:
    """Referer and, with a body, Origin (policy strict-origin-when-cross-origin)."""
    if page.origin.secure and not where.origin.secure:
        return b""
    lines = page.own_referer if page.origin is where.origin else page.origin.referer
    return lines if method in _SAFE else lines + page.origin.origin_line
