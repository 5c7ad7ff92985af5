"""Owns one HTTP/1.1 exchange at a time on a connection: request bytes out, the answer's bytes parsed as they come.

Knows nothing of people, cookies, redirects or permissions.
"""

from __future__ import annotations

import ssl
from time import perf_counter
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from hms_esr.engine.client.fast_path import FastPath
from hms_esr.engine.client.tcp_socket import BUFFER, Broken
from hms_esr.http.response import HttpAnswer

_JOINED_MOST_BYTES = 65536
_ANSWER_AFTER_RESET_S = 1.0


class Connection(FastPath):
    """HTTP over TCP. Closed for good after any failure. ``used`` counts exchanges begun."""

    __slots__ = ("_headers", "_parser")

    def __init__(self, largest_bytes: int) -> None:
        super().__init__(largest_bytes)
        self._parser: Any = None
        self._headers: list[tuple[bytes, bytes]] = []

    def close(self) -> None:
        """Let go of everything; may be called again. The parser holds us: without this only a collector frees both."""
        FastPath.close(self)
        self._parser = None

    def exchange(self, request: bytes, body: bytes, answer: HttpAnswer, deadline: float) -> bool:
        """Send and read one answer into ``answer``; whether the connection may be used again.

        Raises Broken. Whatever else is raised into the waiting greenlet passes through; close then.
        """
        self._answer = answer
        self.done = self._headers_done = self._keep = self.begun = False
        self._left = 0
        self.used += 1
        try:
            self._send_all(request, body, answer, deadline)
            while not self.done:
                if self.problem is not None:
                    raise self.problem
                self._wait(deadline)
        finally:
            self._answer = None
        if answer.method == "HEAD":
            self._parser = None
        self.idle_since = perf_counter()
        return self._keep and not self.ended and self.problem is None

    def _send_all(self, request: bytes, body: bytes, answer: HttpAnswer, deadline: float) -> None:
        try:
            if len(body) < _JOINED_MOST_BYTES:
                self._send(request + body if body else request, deadline)
                answer.sent_at = perf_counter()
                return
            self._send(request, deadline)
            answer.sent_at = perf_counter()
            self._send(body, deadline)
        except OSError as error:
            self._last_words(error, deadline)

    def _last_words(self, error: OSError, deadline: float) -> None:
        """The peer closed while we sent: an answer it gave before that (413, 401) counts, else the error does."""
        until = min(deadline, perf_counter() + _ANSWER_AFTER_RESET_S)
        try:
            while not self.done and not self.ended:
                self._wait(until)
        except Broken:
            pass
        if not self.done:
            raise self._broken_by(error)

    def _send(self, data: bytes, deadline: float) -> None:
        """Plain bytes; TLS does more."""
        self._push(data, deadline)

    # bytes in, called from the loop

    def _take(self, data: bytes) -> None:
        answer = self._answer
        if answer is None:
            self.problem = Broken("the target sent bytes nobody asked for")
            return
        if answer.bytes_received:
            answer.bytes_received += len(data)
            if self._left:
                self._take_body(answer, data)
                return
        else:
            answer.first_byte_at = perf_counter()
            answer.bytes_received = len(data)
            if answer.method != "HEAD" and self._read_plain(answer, data):
                return
            self._headers = answer.headers
        self._parse(answer, data)

    def _parse(self, answer: HttpAnswer, data: bytes) -> None:
        if self._parser is None:
            self._parser = parser = HttpResponseParser(self)
            # As browsers: lines may end in LF alone, spaces may follow a chunk's length.
            parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self.problem = Broken("the answer switches to a protocol that was not asked for")
        except HttpParserError:
            self.problem = Broken("the answer is not HTTP")
        if answer.bytes_received > self._largest_bytes:
            self.done = False
            self.problem = Broken(f"the answer is larger than {self._largest_bytes / 2**20:.0f} MiB")

    def _end(self) -> None:
        answer = self._answer
        if answer is None or self.done:
            return
        chunked = "chunked" in (answer.header("transfer-encoding") or "").lower()
        if self._headers_done and not chunked and answer.header("content-length") is None:
            self.done = True
        elif answer.bytes_received:
            self.problem = Broken("the connection ended inside the answer")
        else:
            self.problem = Broken("the connection ended without an answer", unheard=self._unheard())

    # the parser's callbacks

    def on_message_begin(self) -> None:
        """An answer begins; one after the whole answer was not asked for, so the connection must not be kept."""
        if self.done:
            self._keep = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is whole; 1xx answers only announce another. Headers after the body (trailers) are left out."""
        status = self._parser.get_status_code()
        if status >= 200 and self._answer is not None and not self.done:
            self._answer.status = status
            self._headers, self._headers_done = [], True
            if self._answer.method == "HEAD":
                self._keep = _open_after_head(self._answer, self._parser.get_http_version())
                self.done = True

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        if self._answer is None or self.done:
            self._keep = False
        else:
            self._answer.parts.append(data)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        if not self._headers_done:
            self._headers.clear()
        elif not self.done:
            self._keep = self._parser.should_keep_alive()
            self.done = True


class SecureConnection(Connection):
    """HTTP over TLS, on memory buffers, so that one shared context serves everybody."""

    __slots__ = ("_alert", "_incoming", "_outgoing", "_tls")

    def __init__(self, largest_bytes: int) -> None:
        super().__init__(largest_bytes)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self._alert: Broken | None = None

    def secure(self, context: ssl.SSLContext, host: str, deadline: float) -> None:
        """TLS handshake, the certificate checked for ``host``; Broken says what it met."""
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush(deadline)
                self._wait(deadline)
                self.done = False
                if self.ended:
                    raise Broken("the connection ended during the TLS handshake") from None
            except ssl.SSLCertVerificationError as error:
                raise Broken(f"the certificate of {host} is not trusted: {error.verify_message}") from None
            except ssl.SSLError as error:
                raise Broken(_tls_words(error)) from None
        self._tls = tls
        self._flush(deadline)

    def _flush(self, deadline: float) -> None:
        data = self._outgoing.read()
        if data:
            self._push(data, deadline)

    def _send(self, data: bytes, deadline: float) -> None:
        assert self._tls is not None
        self._tls.write(data)
        self._flush(deadline)

    def _shake_again(self) -> None:
        """Give the target what reading made (it renegotiates); a few hundred bytes, which the kernel has room for."""
        data = self._outgoing.read()
        try:
            whole = self._sock.send(data) == len(data)
        except OSError:
            whole = False
        if not whole:
            self.problem = self._alert = Broken("TLS failed: the target began again and could not be answered")

    def _broken_by(self, error: OSError) -> Broken:
        """What ended the connection: an alert says more than the reset that follows it."""
        if self._alert is not None:
            return self._alert
        return Broken(_tls_words(error)) if isinstance(error, ssl.SSLError) else FastPath._broken_by(self, error)

    def alive(self) -> bool:
        """Whether the watcher has seen no end; tickets may lie unread, so the kernel is not asked."""
        return not self.ended

    def _take(self, data: bytes) -> None:
        self._incoming.write(data)
        tls = self._tls
        if tls is None:
            self.done = True
            return
        try:
            while piece := tls.read(65536):
                Connection._take(self, piece)
        except ssl.SSLWantReadError:
            if self._outgoing.pending and not self.begun:
                self._shake_again()
            return
        except ssl.SSLError as error:
            self.problem = self._alert = Broken(_tls_words(error))
            return
        self.ended = True
        self._end()


def _open_after_head(answer: HttpAnswer, version: str) -> bool:
    """Whether the connection goes on after an answer to HEAD (the parser would want to know of a body)."""
    said = (answer.header("connection") or "").lower()
    return "close" not in said and (version == "1.1" or "keep-alive" in said)


def _tls_words(error: ssl.SSLError) -> str:
    """What a TLS error means; the alert for a missing client certificate says how to give one."""
    said = (error.reason or str(error)).replace("_", " ").lower()
    asks = "certificate required" in said or "peer did not return a certificate" in said
    return f"TLS failed: {said}" + (" (http: {cert} names a client certificate)" if asks else "")


__all__ = ["BUFFER", "Broken", "Connection", "SecureConnection"]
