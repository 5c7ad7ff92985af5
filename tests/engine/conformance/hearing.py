"""Owns a connection without a socket: pieces of an answer are there when the client reads, one each time.

Knows nothing of what the pieces say.
"""

from __future__ import annotations

from collections.abc import Sequence

from hms_esr.engine.client.connection import Connection
from hms_esr.http.response import HttpAnswer
from hms_esr.http.url import parse


class _Pieces:
    def __init__(self, pieces: Sequence[bytes]) -> None:
        self.pieces = list(pieces)

    def recv_into(self, buffer: bytearray) -> int:
        piece = self.pieces.pop(0) if self.pieces else b""
        buffer[: len(piece)] = piece
        return len(piece)


class _Watcher:
    def stop(self) -> None:
        return


class Hearing(Connection):
    """A connection whose pieces are there before it waits for them; after the last one comes the end."""

    def __init__(self, pieces: Sequence[bytes], largest_bytes: int = 1_000_000) -> None:
        super().__init__(largest_bytes)
        self._sock = _Pieces(pieces)
        self._watcher = _Watcher()

    def _wait(self, deadline: float) -> None:
        self._on_readable()
        if self.problem is not None and not self.done:
            raise self.problem

    def _send(self, data: bytes, deadline: float) -> None:
        return

    def close(self) -> None:
        return


def heard(connection: Connection, method: str = "GET") -> tuple[HttpAnswer, bool]:
    """One exchange on ``connection``: the answer, and whether another may follow."""
    answer = HttpAnswer(method, parse("http://127.0.0.1/"), 0.0, 1.0)
    return answer, connection.exchange(b"GET / HTTP/1.1\r\n\r\n", b"", answer, 10.0)
