"""Owns the reading of plain answers: a usual head in the first piece, then a body of known length or in chunks.

Knows nothing of what is unusual; that is the full parser's.
"""

from __future__ import annotations

from hms_esr.engine.client.tcp_socket import Broken, TcpSocket, in_words
from hms_esr.http.answer_reader import AnswerReader
from hms_esr.http.response import HttpAnswer
from hms_esr.http.response_head import HeadMemory


class FastPath(TcpSocket):
    """A connection as far as plain answers go. ``_left``: bytes of the body still to come."""

    __slots__ = ("_answer", "_heads", "_keep", "_largest_bytes", "_left", "_reader", "used")

    def __init__(self, largest_bytes: int, heads: HeadMemory | None = None) -> None:
        super().__init__()
        self._heads = HeadMemory() if heads is None else heads
        self._largest_bytes = largest_bytes
        self._answer: HttpAnswer | None = None
        self._keep = False
        self._left = 0
        self._reader: AnswerReader | None = None
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
        found = self._heads.known.get(raw) or self._heads.usual_head(raw)
        if found is None:
            return False
        head = found[1]
        if head.length < 0:
            answer.status = found[0]
            answer.head = head
            self._reader = reader = AnswerReader(answer.method, answer.parts)
            reader.begin_chunks(found[0], head)
            self._parse(answer, data[end:])
            return True
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

    def _parse(self, answer: HttpAnswer, data: bytes) -> None:
        raise TypeError(f"{type(self).__name__} has no parser")

    def _take_body(self, answer: HttpAnswer, data: bytes) -> None:
        """More of a body whose length is known; bytes after it were not asked for."""
        left = self._left - len(data)
        answer.parts.append(data[: self._left])
        self._left = max(0, left)
        if left <= 0:
            self._keep = not left and answer.head.keep
            self.done = True
