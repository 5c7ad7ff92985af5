"""Owns the quick reading of an answer's head: the plain ones most servers send, each line read once and remembered.

Knows nothing of connections. Whatever is unusual in a head is not read here but by the full parser.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_STATUS = re.compile(rb"HTTP/1\.1 ([2-5][0-9][0-9])(?: [^\x00-\x1f\x7f]*)?")
_LINE = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}): ?([^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?)"
)
_UNUSUAL = frozenset((b"transfer-encoding", b"upgrade", b"proxy-connection", b"trailer"))
_BODILESS = frozenset((b"204", b"304"))
_MOST_LINES = 4096
_MOST_HEADS = 256
_LONGEST_LENGTH = 12


class Field(NamedTuple):
    """One header line: name in lower case, value as text, and both as they came."""

    name: bytes
    value: str
    pair: tuple[bytes, bytes]


class Head:
    """Status and headers of one answer or of many with the same head: never changed. ``length``: of the body, bytes.

    ``service``, ``content_type`` and ``encoding`` are empty without such a header. ``keep``: the connection stays.
    """

    __slots__ = ("by_name", "content_type", "cookies", "encoding", "headers", "keep", "length", "location", "service")

    def __init__(self, headers: list[tuple[bytes, bytes]], by_name: dict[bytes, list[str]]) -> None:
        self.headers = headers
        self.by_name = by_name
        self.length = 0
        self.keep = True
        self.service = ", ".join(by_name.get(b"x-esr-service", ()))
        self.content_type = ", ".join(by_name.get(b"content-type", ()))
        self.encoding = ", ".join(by_name.get(b"content-encoding", ()))
        self.cookies: list[str] | None = by_name.get(b"set-cookie")
        self.location: list[str] | None = by_name.get(b"location")


_lines: dict[bytes, Field] = {}
_heads: dict[bytes, tuple[int, Head]] = {}


def whole_head(headers: list[tuple[bytes, bytes]]) -> Head:
    """The same for headers that another parser read."""
    by_name: dict[bytes, list[str]] = {}
    for name, value in headers:
        by_name.setdefault(name.lower(), []).append(value.decode("latin-1").strip())
    return Head(headers, by_name)


def quick_head(raw: bytes) -> tuple[int, Head] | None:
    """(status, head) of ``raw``, which ends with the empty line; None when the full parser must judge.

    Read here are HTTP/1.1 answers of one given length, whose lines all look as usual.
    """
    known = _heads.get(raw)
    if known is not None:
        return known
    lines = raw.split(b"\r\n")
    found = _STATUS.fullmatch(lines[0])
    if found is None or found[1] in _BODILESS:
        return None
    head = _head(lines)
    if head is None:
        return None
    made = (int(found[1]), head)
    if head.cookies is None:
        if len(_heads) >= _MOST_HEADS:
            _heads.clear()
        _heads[raw] = made
    return made


def _head(lines: list[bytes]) -> Head | None:
    """Lines after the first, without the two empty ones at the end."""
    by_name: dict[bytes, list[str]] = {}
    headers = []
    for at in range(1, len(lines) - 2):
        field = _lines.get(lines[at]) or _field(lines[at])
        if field is None:
            return None
        name = field[0]
        headers.append(field[2])
        if name in by_name:
            by_name[name].append(field[1])
        else:
            by_name[name] = [field[1]]
    lengths = by_name.get(b"content-length")
    if lengths is None or len(lengths) > 1 or not _UNUSUAL.isdisjoint(by_name):
        return None
    head = Head(headers, by_name)
    head.length = int(lengths[0])
    kept = by_name.get(b"connection")
    if kept is not None:
        head.keep = kept[0].lower() == "keep-alive"
        if len(kept) > 1 or not (head.keep or kept[0].lower() == "close"):
            return None
    return head


def _field(line: bytes) -> Field | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    name, value = found.groups()
    field = Field(name.lower(), value.decode("latin-1"), (name, value))
    if field.name == b"content-length" and not (value.isdigit() and len(value) <= _LONGEST_LENGTH):
        return None
    if len(_lines) >= _MOST_LINES:
        _lines.clear()
    _lines[line] = field
    return field
