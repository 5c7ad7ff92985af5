"""Owns one socket in gevent's loop: connecting, bytes out, news of bytes in, time limits, idle end.

Knows nothing of HTTP, TLS or people. (One watcher and one timer live as long as the socket; the loop's callback
reads, and the greenlet is woken only when there is something for it, so a request costs one switch each way.)
"""

from __future__ import annotations

import _socket
import errno
import os
import select
import struct
from time import perf_counter
from typing import Any

from gevent import get_hub, getcurrent
from gevent.monkey import get_original

IDLE_S = 4.5
"""An idle connection is closed by us before the 5 s after which many servers close it."""
BUFFER = bytearray(256 * 1024)
VIEW = memoryview(BUFFER)
_READ, _WRITE = 1, 2
_NEWS = select.POLLIN | getattr(select, "POLLRDHUP", 0)
_poll = get_original("select", "poll")
_AT_ONCE = struct.pack("ii", 1, 0)
_WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset",
    errno.EPIPE: "connection reset",
    errno.ENETUNREACH: "network unreachable",
    errno.EHOSTUNREACH: "host unreachable",
    errno.ETIMEDOUT: "connection timed out",
    errno.EADDRNOTAVAIL: "no free local port",
    errno.EMFILE: "no free file descriptor",
    errno.ENFILE: "no free file descriptor",
    errno.ECONNABORTED: "connection aborted",
}


def in_words(error: OSError) -> str:
    """What a network error means, in plain words."""
    return _WORDS.get(error.errno or 0) or (os.strerror(error.errno).lower() if error.errno else str(error))


class Broken(Exception):
    """The connection cannot be used. ``unheard``: sent on a used connection that ended without a byte of answer.

    ``unsent``: a used connection that had ended before a byte of the request was taken.
    """

    def __init__(self, text: str, *, timed_out: bool = False, unheard: bool = False, unsent: bool = False) -> None:
        self.text = text
        self.timed_out = timed_out
        self.unheard = unheard
        self.unsent = unsent
        super().__init__(text)


class Waiting:
    """A greenlet's wait in the loop, with one timer for its time limit and for the end of idleness.

    ``done`` says the greenlet has what it waits for; ``problem`` what it must hear instead.
    """

    __slots__ = ("_deadline", "_due", "_hub", "_timer", "_waiter", "done", "home", "idle_since", "problem")

    def __init__(self) -> None:
        self.home: list[Any] | None = None
        self.idle_since = 0.0
        self.problem: Broken | None = None
        self.done = False
        self._hub = get_hub()
        self._timer: Any = None
        self._waiter: Any = None
        self._deadline = self._due = 0.0

    def close(self) -> None:
        """Let go of everything; may be called again."""
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
            self._timer = None

    def _wait(self, deadline: float) -> None:
        """Sleep until the loop has news; Broken(timed_out) at ``deadline``, or whatever the news is."""
        self._deadline = deadline
        now = perf_counter()
        if not now < self._due <= deadline:
            self._arm(now, deadline - now)
        self._waiter = getcurrent()
        try:
            self._hub.switch()
        finally:
            self._waiter = None
        if self.problem is not None and not self.done:
            raise self.problem

    def _wake(self) -> None:
        if self._waiter is not None:
            self._waiter.switch()

    def _arm(self, now: float, after_s: float) -> None:
        """Wake the clock after ``after_s``, but never later than an idle connection must end."""
        after_s = min(max(after_s, 0.0005), IDLE_S)
        self._due = now + after_s
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
        self._timer = self._hub.loop.timer(after_s)
        self._timer.start(self._on_timer)

    def _on_timer(self) -> None:
        now = perf_counter()
        waiter = self._waiter
        if waiter is None:
            left = self.idle_since + IDLE_S - now
            if left <= 0 and self.home is not None:
                self.close()
            else:
                self._arm(now, left if left > 0 else IDLE_S)
        elif now >= self._deadline:
            self.problem = Broken("", timed_out=True)
            waiter.switch()
        else:
            self._arm(now, self._deadline - now)


class TcpSocket(Waiting):
    """A TCP connection. ``home`` is the list it waits in while idle; ``ended``: the peer sends no more.

    ``begun``: the kernel took a part of what was to be sent.

    A subclass says in ``_take(data)`` what to do with bytes that came, and in ``_end()`` with the end.
    """

    __slots__ = ("_kernel", "_sock", "_watcher", "begun", "ended")

    def __init__(self) -> None:
        super().__init__()
        self.begun = self.ended = False
        self._sock: Any = None
        self._kernel: Any = None
        self._watcher: Any = None

    def open(self, ip: str, port: int, deadline: float) -> None:
        """Connect to the pinned address; Broken when refused or not there by ``deadline`` (perf_counter)."""
        family = _socket.AF_INET6 if ":" in ip else _socket.AF_INET
        try:
            self._sock = sock = _socket.socket(family, _socket.SOCK_STREAM | _socket.SOCK_CLOEXEC)
        except OSError as error:
            raise Broken(in_words(error)) from None
        sock.setblocking(False)
        sock.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        code = sock.connect_ex((ip, port))
        if code == errno.EINPROGRESS:
            code = sock.connect_ex((ip, port))  # on this machine it is done by now, and nothing need be waited for
        if code == errno.EISCONN:
            code = 0
        elif code == errno.EALREADY:
            self._until_writable(deadline)
            code = sock.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR)
        if code:
            raise Broken(in_words(OSError(code, "")))
        self._watcher = self._hub.loop.io(sock.fileno(), _READ)
        self._watcher.start(self._on_readable)

    def close(self) -> None:
        """Let go of everything; may be called again."""
        Waiting.close(self)
        if self.home is not None:
            self.home.remove(self)
            self.home = None
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
            self._watcher = None
        if self._sock is not None:
            self._sock.close()
            self._sock = self._kernel = None

    def drop(self) -> None:
        """Close, and take back what the kernel has not delivered: it would go on trying for minutes."""
        if self._sock is not None:
            self._sock.setsockopt(_socket.SOL_SOCKET, _socket.SO_LINGER, _AT_ONCE)
        self.close()

    def rest_in(self, home: list[Any]) -> None:
        """Idle from now on, found in ``home`` until taken or closed."""
        self.home = home
        home.append(self)
        if self._timer is None:
            self._arm(self.idle_since, IDLE_S)

    def alive(self) -> bool:
        """Whether the peer has neither closed nor sent anything, asked of the kernel: the loop may not know yet."""
        if self._kernel is None:
            kernel = _poll()
            kernel.register(self._sock.fileno(), _NEWS)
            self._kernel = kernel.poll
        return not self._kernel(0)

    def _take(self, data: bytes) -> None:
        raise TypeError(f"{type(self).__name__} takes no bytes")

    def _end(self) -> None:
        raise TypeError(f"{type(self).__name__} takes no end")

    def _broken_by(self, error: OSError) -> Broken:
        return Broken(in_words(error))

    def _on_readable(self) -> None:
        """Called by the loop: read once, tell the subclass, wake the greenlet if it has what it waits for."""
        try:
            n = self._sock.recv_into(BUFFER)
        except BlockingIOError:
            return
        except OSError as error:
            self.ended = True
            self.problem = self._broken_by(error)
        else:
            if n:
                self._take(VIEW[:n].tobytes())
            else:
                self.ended = True
                self._end()
        waiter = self._waiter
        if waiter is not None:
            if self.done or self.ended or self.problem is not None:
                if self.ended:
                    self._watcher.stop()
                waiter.switch()
        elif self.ended or self.problem is not None:
            self.close()

    def _push(self, data: bytes, deadline: float) -> None:
        """Hand ``data`` to the kernel. Raises OSError as the kernel does, and Broken.

        Stops early when ``done``: the peer did not wait for the rest, so nothing more may be sent on this connection.
        """
        left: Any = data
        while not self.done:
            try:
                sent = self._sock.send(left)
            except BlockingIOError:
                sent = 0
            if sent == len(left):
                return
            if sent:
                self.begun = True
            left = memoryview(left)[sent:]
            self._until_writable(deadline)
        self.ended = True

    def _until_writable(self, deadline: float) -> None:
        trace = self._hub.loop.io(self._sock.fileno(), _WRITE)
        trace.start(self._wake)
        try:
            self._wait(deadline)
        finally:
            trace.stop()
            trace.close()
