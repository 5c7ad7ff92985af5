"""Owns the reading of plain answers: a usual head in the first piece, then a body of known length.

Knows nothing of what is unusual; that is the full parser's.
"""

from __future__ import annotations

from hms_esr.engine.client.tcp_socket import Broken, TcpSocket, in_words
from hms_esr.http.response import HttpAnswer
from hms_esr.http.response_head import known_heads, quick_head


class FastPath(TcpSocket):
    """A connection as far as plain answers go. ``_left``: bytes of the body still to come."""

    __slots__ = ("_answer", "_keep", "_largest_bytes", "_left", "used")

    def __init__(self, largest_bytes: int) -> None:
        super().__init__()
        self._largest_bytes = largest_bytes
        self._answer: HttpAnswer | None = None
        self._keep = False
        self._left = 0
        self.used = 0

    def _broken_by(self, error: OSError) -> Broken:
        unsent = self.used > 1 and not self.begun and self._answer is not None and not self._answer.sent_at
        return Broken(in_words(error), unheard=self._unheard(), unsent=unsent)

    def _unheard(self) -> bool:
        return self.used > 1 and self._answer is not None and not self._answer.bytes_received

    def _read_plain(self, answer: HttpAnswer, data: bytes) -> bool:
        """Read an answer that begins with a whole usual head; False leaves it to the parser."""
        end = data.find(b"\r\n\r\n") + 4
        if end < 4:
            return False
        raw = data[:end]
        found = known_heads.get(raw) or quick_head(raw)
        if found is None:
            return False
        head = found[1]
        left = head.length - len(data) + end
        if left < 0 or head.length + end > self._largest_bytes:
            return False
        answer.status = found[0]
        answer.head = head
        answer.parts.append(data[end:])
        if left:
            self._left = left
        else:
            self._keep = head.keep
            self.done = True
        return True

    def _take_body(self, answer: HttpAnswer, data: bytes) -> None:
        """More of a body whose length is known; bytes after it were not asked for."""
        left = self._left - len(data)
        answer.parts.append(data[: self._left])
        self._left = max(0, left)
        if left <= 0:
            self._keep = not left and answer.head.keep
            self.done = True
