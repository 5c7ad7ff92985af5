"""Owns an answer, which is also the record of one hop: bytes as they came, decoded only when somebody asks.

Knows nothing of connections, redirects or who reads it.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any

import brotli

from hms_esr.errors import StepFailed
from hms_esr.http.character_sets import UTF_8, decoded_text
from hms_esr.http.json_text import read_json
from hms_esr.http.page_charset import header_charset, mark_charset, page_charset
from hms_esr.http.response_head import Head, whole_head
from hms_esr.http.url import Address

LARGEST_BYTES = 20 * 2**20
_PIECE_BYTES = 16384
_GZIP = b"\x1f\x8b"
_MARKED = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")
XHTML = "application/xhtml+xml"
_HTML = frozenset(("text/html", XHTML, ""))


class HttpAnswer:
    """What came back for one request. Times are ``time.perf_counter()``, 0.0 for what never happened.

    ``page_read`` is the page that ``html`` made of it, if any, ``page_memory`` what ``html`` has learned in this run.
    """

    __slots__ = (
        "_body",
        "_head",
        "_headers",
        "_text",
        "address",
        "bytes_received",
        "connect_s",
        "ended_at",
        "failure",
        "first_byte_at",
        "largest_bytes",
        "method",
        "page_memory",
        "page_read",
        "parts",
        "redirected",
        "retries",
        "reused",
        "sent_at",
        "sent_sim_s",
        "started_at",
        "status",
        "tls_s",
    )

    def __init__(self, method: str, address: Address, sent_sim_s: float, started_at: float) -> None:
        self.method = method
        self.address = address
        self.sent_sim_s = sent_sim_s
        self.started_at = started_at
        self.status = self.bytes_received = self.retries = 0
        self.sent_at = self.first_byte_at = self.ended_at = self.connect_s = self.tls_s = 0.0
        self.reused = self.redirected = False
        self.failure: StepFailed | None = None
        self.largest_bytes = LARGEST_BYTES
        self.parts: list[bytes] = []
        self._headers: list[tuple[bytes, bytes]] | None = None
        self._head: Head | None = None
        self._body: bytes | None = None
        self._text: str | None = None
        self.page_read: Any = None
        self.page_memory: Any = None

    @property
    def url(self) -> str:
        """Address this answer came from, absolute."""
        return self.address.url

    @property
    def path(self) -> str:
        """Path this answer came from, without query."""
        return self.address.path

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Names and values as they came, in order."""
        if self._headers is None:
            self._headers = [] if self._head is None else self._head.headers
        return self._headers

    @headers.setter
    def headers(self, headers: list[tuple[bytes, bytes]]) -> None:
        self._headers = headers

    @property
    def head(self) -> Head:
        """Headers by name, read once for all answers that have the same head."""
        head = self._head
        return whole_head(self.headers) if head is None else head

    @head.setter
    def head(self, head: Head) -> None:
        self._head = head

    def settle(self) -> Head:
        """The headers are complete: from now on they are looked at no more than once."""
        head = self._head
        if head is None:
            head = self._head = whole_head(self.headers)
        return head

    def header(self, name: str) -> str | None:
        """Value of a header, any case; several are joined with commas; None if absent."""
        values = self.head.by_name.get(name.lower().encode("latin-1", "replace"))
        return ", ".join(values) if values else None

    def header_all(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        return list(self.head.by_name.get(name.lower().encode("latin-1", "replace"), ()))

    @property
    def media_type(self) -> str:
        """``text/html`` and such, in lower case, without parameters; empty when the answer does not say."""
        return _media_type(self.head.content_type)

    @property
    def body(self) -> bytes:
        """The body, content encodings undone; StepFailed("expectation") when they cannot be."""
        if self._body is None:
            parts = self.parts
            raw = parts[0] if len(parts) == 1 else b"".join(parts)
            encoding = self.head.encoding
            for one in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
                raw = decoded(raw, one, self.largest_bytes) if raw else raw
            self._body = raw
            self.parts = []
        return self._body

    def beginning(self, most_bytes: int) -> bytes:
        """The first bytes of the body; one packed by gzip is not unpacked whole for that."""
        if self._body is None and self.parts and self.head.encoding == "gzip":
            try:
                return zlib.decompressobj(31).decompress(self.parts[0], most_bytes)
            except zlib.error:
                return b""
        return self.body[:most_bytes]

    @property
    def charset(self) -> str:
        """The encoding the body is written in (its name in WHATWG Encoding), as browsers find it."""
        said = _charset_of(self.head.content_type)
        body = self.body
        if said and not body.startswith(_MARKED):
            return said
        kind = self.media_type
        if kind in _HTML:
            return page_charset(body, self.head.content_type, xml=kind == XHTML)
        return mark_charset(body) or said or UTF_8

    @property
    def text(self) -> str:
        """The body as text; wrong bytes are replaced."""
        if self._text is None:
            self._text = decoded_text(self.body, self.charset).removeprefix("\ufeff")
        return self._text

    def json(self) -> Any:
        """The body as JSON; StepFailed("expectation") if it is none."""
        try:
            return read_json(self.body)
        except (ValueError, RecursionError):
            kind = self.media_type or "unnamed"
            raise StepFailed("expectation", f"the answer of {self.path} is not JSON but {kind}", self.status) from None

    def forget_page(self) -> None:
        """Let go of the parsed page and the text (a waiting person keeps neither)."""
        self.page_read = self._text = None


@lru_cache(maxsize=256)
def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


@lru_cache(maxsize=256)
def _charset_of(content_type: str) -> str:
    return header_charset(content_type)


def decoded(raw: bytes, encoding: str, largest_bytes: int = LARGEST_BYTES) -> bytes:
    """``raw`` without its content encoding: gzip, deflate (with or without zlib header), br, identity.

    StepFailed("expectation") when the bytes are broken, the encoding unknown, or the result over ``largest_bytes``.
    """
    try:
        if encoding in ("gzip", "x-gzip"):
            body = _inflated(raw, 31, largest_bytes)
        elif encoding == "deflate":
            zlib_header = len(raw) > 1 and raw[0] & 15 == 8 and (raw[0] * 256 + raw[1]) % 31 == 0
            body = _inflated(raw, 15 if zlib_header else -15, largest_bytes)
        elif encoding == "br":
            body = _unbrotli(raw, largest_bytes)
        elif encoding in ("identity", ""):
            return raw
        else:
            raise StepFailed("expectation", f"the answer has an unknown content encoding '{encoding[:30]}'")
    except (zlib.error, brotli.error, EOFError):
        raise StepFailed("expectation", f"the answer's {encoding} encoding is broken") from None
    if len(body) > largest_bytes:
        raise StepFailed("expectation", f"the answer is larger than {largest_bytes / 2**20:.0f} MiB when unpacked")
    return body


def _inflated(raw: bytes, window: int, largest_bytes: int) -> bytes:
    """Unpacked in pieces, so that many small gzip members in a row do not copy the rest again and again."""
    out: list[bytes] = []
    left = largest_bytes + 1
    stream = zlib.decompressobj(window)
    for at in range(0, len(raw), _PIECE_BYTES):
        piece = raw[at : at + _PIECE_BYTES]
        while piece:
            if stream.eof:
                if window != 31 or not _GZIP.startswith(piece[:2]):
                    return b"".join(out)
                stream = zlib.decompressobj(window)
            made = stream.decompress(piece, left)
            out.append(made)
            left -= len(made)
            if left <= 0:
                return b"".join(out)
            piece = stream.unused_data
    if not stream.eof:
        raise EOFError
    return b"".join(out)


def _unbrotli(raw: bytes, largest_bytes: int) -> bytes:
    stream = brotli.Decompressor()
    parts = [stream.process(raw, output_buffer_limit=65536)]
    total = len(parts[0])
    while not stream.is_finished() and total <= largest_bytes:
        more = stream.process(b"", output_buffer_limit=65536)
        if not more:
            raise EOFError
        total += len(more)
        parts.append(more)
    return b"".join(parts)
