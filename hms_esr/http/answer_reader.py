"""Owns the reading of unusual answers as browsers read them: odd heads, chunked bodies, bodies that last until the end.

Knows nothing of connections. Whatever Chromium reads without a guess is read, also where RFC 9112 is stricter: sites
are tried in browsers. What readers could take in two ways is refused, and the refusal names the line and the reason.
"""

from __future__ import annotations

import re

from hms_esr.http.response_head import Head, whole_head

_MOST_HEAD_BYTES = 256 * 1024
_MOST_CHUNK_LINE_BYTES = 16384
_HEAD_END = re.compile(rb"\n\r?\n")
_LINE_ENDS = re.compile(rb"[\r\n]+")
_STATUS = re.compile(rb"HTTP/([0-9])\.([0-9]) +([0-9]{3})(?: .*)?", re.IGNORECASE | re.DOTALL)
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LENGTH = re.compile(r"[0-9]{1,18}")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15}) *")

_SIZE, _END, _TRAILER = range(3)
"""What the next line between chunks is."""

Fields = list[tuple[bytes, bytes]]


class AnswerReader:
    """One answer, fed piece by piece. ``status`` is -1 until its head is whole; ``parts`` gets the body's bytes.

    ``done``: the answer is whole; ``keep``: the connection can carry another one then.
    """

    __slots__ = (
        "_buffer",
        "_chunked",
        "_expects",
        "_left",
        "_method",
        "done",
        "head",
        "headers",
        "keep",
        "parts",
        "status",
    )

    def __init__(self, method: str, parts: list[bytes]) -> None:
        self._method = method
        self._buffer = b""
        self._chunked = False
        self._expects = _SIZE
        self._left = -1
        """Bytes still to come of the body or of the chunk; -1 without a known length."""
        self.status = -1
        self.headers: Fields = []
        self.head: Head | None = None
        self.parts = parts
        self.done = self.keep = False

    def feed(self, data: bytes) -> None:
        """More bytes. ValueError, a sentence for the report, when they cannot be read."""
        if self.done:
            self.keep = False
            return
        if self._buffer:
            data, self._buffer = self._buffer + data, b""
        if self.status < 0:
            at = 0
            while self.status < 0:
                at = self._take_head(data, at)
                if at < 0:
                    return
            data = data[at:]
        if self.done:
            self.keep = self.keep and not data
        elif self._chunked:
            self._take_chunks(data)
        elif self._left < 0:
            self.parts.append(data)
        else:
            self._take_known(data)

    def begin_chunks(self, status: int, head: Head) -> None:
        """The head is known already, and says that the body comes in chunks."""
        self.status, self.head, self.keep, self._chunked = status, head, head.keep, True

    def end(self) -> bool:
        """The peer sends no more: whether the answer is whole now."""
        if self.status >= 0 and not self._chunked and self._left < 0:
            self.done = True
        return self.done

    # head

    def _take_head(self, data: bytes, at: int) -> int:
        """Read the head that begins at ``at``: where it ends, or -1 when more must come first."""
        while data[at : at + 1] in (b"\r", b"\n"):
            at += 1
        if not b"HTTP/".startswith(data[at : at + 5].upper()):
            raise _not_http(_LINE_ENDS.split(data[at:], maxsplit=1)[0], "expected HTTP/1.1 and a status")
        found = _HEAD_END.search(data, at)
        if found is None:
            self._buffer = data[at:]
            if len(self._buffer) > _MOST_HEAD_BYTES:
                raise _not_http(self._buffer, f"its head is longer than {_MOST_HEAD_BYTES // 1024} KiB")
            return -1
        status, fields = read_head(data[at : found.end()])
        if status == 101:
            raise ValueError("the answer switches to a protocol that was not asked for")
        if not 100 <= status < 200:
            self._begin_body(data[at : at + 8].upper() != b"HTTP/1.0", status, fields)
        return found.end()

    def _begin_body(self, kept: bool, status: int, fields: Fields) -> None:
        """``kept``: the connection stays unless the head says otherwise."""
        head = whole_head(fields)
        chunked = "chunked" in _listed(head, b"transfer-encoding")
        length = -1 if chunked else _content_length(head)
        self.status, self.headers, self.head = status, fields, head
        if self._method == "HEAD" or status in (204, 304):
            chunked, length = False, 0
        self._chunked, self._left = chunked, length
        self.keep = (chunked or length >= 0) and _kept_alive(head, kept)
        self.done = length == 0

    # body

    def _take_known(self, data: bytes) -> None:
        left = self._left - len(data)
        self.parts.append(data[: self._left])
        self._left = max(0, left)
        if left <= 0:
            self.keep = self.keep and not left
            self.done = True

    def _take_chunks(self, data: bytes) -> None:
        at = 0
        while not self.done:
            if self._left > 0:
                piece = data[at : at + self._left]
                self.parts.append(piece)
                at += len(piece)
                self._left -= len(piece)
                if self._left > 0:
                    return
            end = data.find(b"\n", at)
            if end < 0:
                self._buffer = data[at:]
                if len(self._buffer) > _MOST_CHUNK_LINE_BYTES:
                    raise _not_http(self._buffer, "expected a chunk's length and the end of its line")
                return
            self._chunk_line(data[at : end - 1] if data[at:end].endswith(b"\r") else data[at:end])
            at = end + 1
        if at < len(data):
            self.keep = False

    def _chunk_line(self, line: bytes) -> None:
        """A line between chunks: a length, the end of a chunk, or a trailer, which is left out."""
        if self._expects == _END:
            if line:
                raise _not_http(line, "expected the end of a chunk")
            self._expects = _SIZE
        elif self._expects == _SIZE:
            found = _CHUNK_SIZE.fullmatch(line.partition(b";")[0])
            if found is None:
                raise _not_http(line, "expected a chunk's length, a hexadecimal number")
            self._left = int(found[1], 16)
            self._expects = _END if self._left else _TRAILER
        elif not line:
            self.done = True


def read_head(raw: bytes) -> tuple[int, Fields]:
    """Status and headers of a head; lines that are no header are left out.

    A line that begins with white space goes on with the header before it. ValueError for a status line that is none
    and for a NUL byte.
    """
    first, *lines = _LINE_ENDS.split(raw)
    status = _STATUS.fullmatch(first)
    if status is None:
        raise _not_http(first, "expected HTTP/1.1 and a status of three digits")
    fields: Fields = []
    for line in lines:
        if b"\x00" in line:
            raise _not_http(line, "a NUL byte is in no header")
        folded = line[:1] in (b" ", b"\t")
        if folded and fields:
            name, value = fields[-1]
            fields[-1] = name, value + b" " + line.lstrip(b" \t")
            continue
        name, colon, value = line.partition(b":")
        fields.append((name.rstrip(b" \t"), value) if colon and not folded else (b"", b""))
    return int(status[3]), [(name, value.strip(b" \t")) for name, value in fields if _TOKEN.fullmatch(name)]


def _listed(head: Head, name: bytes) -> list[str]:
    return [one.strip(" \t").lower() for value in head.by_name.get(name, ()) for one in value.split(",")]


def _content_length(head: Head) -> int:
    """The length told, once or several times alike; -1 without one: the body lasts until the connection ends."""
    told = list(dict.fromkeys(_listed(head, b"content-length")))
    if not told:
        return -1
    if not _LENGTH.fullmatch(told[0]):
        raise _not_http(f"Content-Length: {told[0]}".encode(), "expected a number of bytes")
    if len(told) > 1:
        raise _not_http(f"Content-Length: {told[1]}".encode(), f"another one says {told[0][:20]}")
    return int(told[0])


def _kept_alive(head: Head, usual: bool) -> bool:
    for one in (*_listed(head, b"connection"), *_listed(head, b"proxy-connection")):
        if one in ("keep-alive", "close"):
            return one == "keep-alive"
    return usual


def _not_http(line: bytes, reason: str) -> ValueError:
    """A refusal with the line it is about, as far as it is of use to a reader."""
    return ValueError(f"the answer is not HTTP: {line[:60].decode('latin-1')!r}: {reason}")
