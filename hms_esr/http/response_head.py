"""Owns the quick reading of an answer's head: the plain ones most servers send, each line read once and remembered.

Knows nothing of connections. Whatever is unusual in a head is not read here but by the full parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

_STATUS = re.compile(rb"HTTP/1\.1 ([2-5][0-9][0-9])(?: [^\x00-\x1f\x7f]*)?")
_LINE = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}): ?([^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?)"
)
_VARYING = re.compile(
    rb"\r\n(Set-Cookie|set-cookie|X-ESR-Sim-Time|x-esr-sim-time|Date|date|Location|location|ETag|etag|"
    rb"X-Request-Id|x-request-id|X-Request-ID|X-Runtime|x-runtime|Age|age): "
    rb"([^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?)(?=\r\n)"
)
"""Lines that differ from answer to answer where all others stay: what is known of a head is known without them."""
_SLOW = frozenset((b"Date", b"date", b"ETag", b"etag", b"Location", b"location"))
"""Those of them that many answers in a row may share."""
_KEPT = ["keep-alive"]
_CHUNKED = ["chunked"]
_UNUSUAL = frozenset((b"upgrade", b"proxy-connection", b"trailer"))
_BODILESS = frozenset((b"204", b"304"))
_MOST_LINES = 4096
_MOST_HEADS = 256
_LONGEST_KEPT = 4096
_LENGTH = re.compile("-1|[0-9]{1,12}")


class HeaderField(NamedTuple):
    """One header line: name in lower case, value as text, and both as they came."""

    name: bytes
    value: str
    pair: tuple[bytes, bytes]


class Head:
    """Status and headers of one answer, or of many with the same head: never changed.

    ``length``: of the body, in bytes, -1 when it comes in chunks; ``keep``: the connection stays. ``service``,
    ``content_type`` and ``encoding`` are empty without such a header, ``location`` and ``cookies`` (values of
    Set-Cookie) None.
    """

    __slots__ = (
        "_by_name",
        "_memory",
        "_raw",
        "content_type",
        "cookies",
        "encoding",
        "keep",
        "length",
        "location",
        "refresh",
        "service",
    )

    def __init__(self, raw: bytes | None, by_name: dict[bytes, list[str]], memory: HeadMemory | None = None) -> None:
        self._raw = raw
        self._memory = memory
        self._by_name: dict[bytes, list[str]] | None = by_name
        self.length = 0
        self.keep = True
        self.service = ", ".join(by_name.get(b"x-esr-service", ()))
        self.content_type = ", ".join(by_name.get(b"content-type", ()))
        self.encoding = ", ".join(by_name.get(b"content-encoding", ()))
        self.refresh = ", ".join(by_name.get(b"refresh", ()))
        self.cookies = by_name.get(b"set-cookie")
        self.location: str | None = by_name.get(b"location", _NOTHING)[0]

    @property
    def by_name(self) -> dict[bytes, list[str]]:
        """Values by name in lower case, in order."""
        if self._by_name is None:
            self._by_name = _by_name(self._fields())
        return self._by_name

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Names and values as they came, in order."""
        return [field.pair for field in self._fields()]

    def _fields(self) -> Sequence[HeaderField]:
        return () if self._memory is None else self._memory.fields(self._raw or b"") or ()

    def varied(self, raw: bytes, names: list[bytes], values: list[bytes]) -> Head:
        """The same head with those lines more, as it is in ``raw``."""
        made = Head.__new__(Head)
        made._raw, made._by_name, made._memory = raw, None, self._memory
        made.length, made.keep, made.service = self.length, self.keep, self.service
        made.content_type, made.encoding, made.refresh = self.content_type, self.encoding, self.refresh
        made.cookies = made.location = None
        for name, value in zip(names, values, strict=True):
            if name in (b"set-cookie", b"Set-Cookie"):
                made.cookies = [*(made.cookies or ()), value.decode("latin-1")]
            elif made.location is None and name in (b"location", b"Location"):
                made.location = value.decode("latin-1")
        return made


_NOTHING: list[Any] = [None]


def whole_head(headers: list[tuple[bytes, bytes]]) -> Head:
    """The same for headers that another parser read."""
    by_name: dict[bytes, list[str]] = {}
    for name, value in headers:
        by_name.setdefault(name.lower(), []).append(value.decode("latin-1").strip(" \t"))
    return Head(None, by_name)


class HeadMemory:
    """What one run has read of heads. ``known``: the whole ones by their bytes."""

    __slots__ = ("_lines", "known")

    def __init__(self) -> None:
        self._lines: dict[bytes, HeaderField] = {}
        self.known: dict[bytes, tuple[int, Head]] = {}

    def quick_head(self, raw: bytes) -> tuple[int, Head] | None:
        """(status, head) of ``raw``, which ends with the empty line; None when the full parser must judge.

        Read here are HTTP/1.1 answers of one given length, whose lines all look as usual.
        """
        found = self.usual_head(raw)
        return None if found is None or found[1].length < 0 else found

    def usual_head(self, raw: bytes) -> tuple[int, Head] | None:
        """The same, also for answers that come in chunks (``length`` -1)."""
        known = self.known.get(raw)
        if known is not None:
            return known
        parts = _VARYING.split(raw)
        if len(parts) == 1:
            return self._read(raw)
        rest = b"".join(parts[::3])
        known = self.known.get(rest) or self._read(rest)
        if known is None:
            return None
        names = parts[1::3]
        made = (known[0], known[1].varied(raw, names, parts[2::3]))
        return self._remembered(raw, made) if _SLOW.issuperset(names) else made

    def _remembered(self, raw: bytes, made: tuple[int, Head]) -> tuple[int, Head]:
        if len(self.known) >= _MOST_HEADS:
            self.known.clear()
        if len(raw) <= _LONGEST_KEPT:
            self.known[raw] = made
        return made

    def _read(self, raw: bytes) -> tuple[int, Head] | None:
        """The same, line by line; remembered."""
        found = _STATUS.fullmatch(raw, 0, raw.index(b"\r\n"))
        fields = self.fields(raw)
        if found is None or fields is None or found[1] in _BODILESS:
            return None
        by_name = _by_name(fields)
        lengths, kept = by_name.get(b"content-length", []), by_name.get(b"connection", _KEPT)
        chunks = by_name.get(b"transfer-encoding")
        if chunks is not None:
            lengths = ["-1"] if chunks == _CHUNKED and not lengths else []
        if len(lengths) != 1 or len(kept) > 1 or not _UNUSUAL.isdisjoint(by_name):
            return None
        connection = kept[0].lower()
        if not _LENGTH.fullmatch(lengths[0]) or connection not in ("keep-alive", "close"):
            return None
        head = Head(raw, by_name, self)
        head.length = int(lengths[0])
        head.keep = connection == "keep-alive"
        return self._remembered(raw, (int(found[1]), head))

    def fields(self, raw: bytes) -> list[HeaderField] | None:
        """Header lines of a head, status line and empty line left out; None when one is unusual."""
        fields = []
        for line in raw.split(b"\r\n")[1:-2]:
            field = self._lines.get(line) or self._field(line)
            if field is None:
                return None
            fields.append(field)
        return fields

    def _field(self, line: bytes) -> HeaderField | None:
        found = _LINE.fullmatch(line)
        if found is None:
            return None
        name, value = found.groups()
        field = HeaderField(name.lower(), value.decode("latin-1"), (name, value))
        if len(self._lines) >= _MOST_LINES:
            self._lines.clear()
        if len(line) <= _LONGEST_KEPT // 4:
            self._lines[line] = field
        return field


def _by_name(fields: Iterable[HeaderField]) -> dict[bytes, list[str]]:
    by_name: dict[bytes, list[str]] = {}
    for name, value, _ in fields:
        if name in by_name:
            by_name[name].append(value)
        else:
            by_name[name] = [value]
    return by_name
