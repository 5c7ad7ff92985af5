"""Owns one HTTP/1.1 exchange at a time on a connection: request bytes out, the answer's bytes parsed as they come.

Knows nothing of people, cookies, redirects or permissions.
"""

from __future__ import annotations

import ssl
from time import perf_counter

from hms_esr.engine.client.fast_path import FastPath
from hms_esr.engine.client.tcp_socket import BUFFER, Broken
from hms_esr.http.answer_reader import AnswerReader
from hms_esr.http.response import HttpAnswer
from hms_esr.http.response_head import HeadMemory

_JOINED_MOST_BYTES = 65536
_ANSWER_AFTER_RESET_S = 1.0


class Connection(FastPath):
    """HTTP over TCP. Closed for good after any failure. ``used`` counts exchanges begun."""

    __slots__ = ()

    def exchange(self, request: bytes, body: bytes, answer: HttpAnswer, deadline: float) -> bool:
        """Send and read one answer into ``answer``; whether the connection may be used again.

        Raises Broken. Whatever else is raised into the waiting greenlet passes through; close then.
        """
        self._answer = answer
        self.done = self._keep = self.begun = False
        self._left = 0
        self.used += 1
        try:
            self._send_all(request, body, answer, deadline)
            while not self.done:
                if self.problem is not None:
                    raise self.problem
                self._wait(deadline)
        finally:
            self._answer = self._reader = None
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
        self._parse(answer, data)

    def _parse(self, answer: HttpAnswer, data: bytes) -> None:
        reader = self._reader
        if reader is None:
            if self.done:
                self._keep = False
                return
            reader = self._reader = AnswerReader(answer.method, answer.parts)
        try:
            reader.feed(data)
        except ValueError as error:
            self.problem = Broken(str(error))
            return
        self._heard(reader, answer)
        if answer.bytes_received > self._largest_bytes:
            self.done = False
            self.problem = Broken(f"the answer is larger than {self._largest_bytes / 2**20:.0f} MiB")

    def _heard(self, reader: AnswerReader, answer: HttpAnswer) -> None:
        """What the reader knows by now."""
        if answer._head is None and reader.head is not None:
            answer.status, answer.head, answer.headers = reader.status, reader.head, reader.headers
        self._keep, self.done = reader.keep, reader.done

    def _end(self) -> None:
        answer = self._answer
        if answer is None or self.done:
            return
        if self._reader is not None and self._reader.end():
            self.done = True
        elif answer.bytes_received:
            self.problem = Broken("the connection ended inside the answer")
        else:
            self.problem = Broken("the connection ended without an answer", unheard=self._unheard())


class SecureConnection(Connection):
    """HTTP over TLS, on memory buffers, so that one shared context serves everybody."""

    __slots__ = ("_alert", "_incoming", "_outgoing", "_tls")

    def __init__(self, largest_bytes: int, heads: HeadMemory | None = None) -> None:
        super().__init__(largest_bytes, heads)
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
        """The same for TLS, where tickets may lie unread: what came is read first."""
        if not FastPath.alive(self):
            self._on_readable()
        return self._sock is not None and not self.ended and self.problem is None

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


def _tls_words(error: ssl.SSLError) -> str:
    """What a TLS error means; the alert for a missing client certificate says how to give one."""
    said = (error.reason or str(error)).replace("_", " ").lower()
    asks = "certificate required" in said or "peer did not return a certificate" in said
    return f"TLS failed: {said}" + (" (http: {cert} names a client certificate)" if asks else "")


__all__ = ["BUFFER", "Broken", "Connection", "SecureConnection"]
