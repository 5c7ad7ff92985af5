"""Owns how entries of a form become bytes: urlencoded, multipart/form-data, text/plain.

Knows nothing of forms or pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import quote_plus

from hms_esr.http.character_sets import UTF_8, encoded_text
from hms_esr.steps.step import Upload

_SIMPLE = re.compile(r"[A-Za-z0-9*._ -]*")
Entry = tuple[str, str | Upload]


def _line_ends(text: str) -> str:
    if "\n" not in text and "\r" not in text:
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


def urlencoded(entries: Iterable[Entry], charset: str = "utf-8") -> bytes:
    """``a=1&b=x+y`` (URL standard, application/x-www-form-urlencoded); a file is its name."""
    return "&".join([f"{_plus(name, charset)}={_plus(_plain(value), charset)}" for name, value in entries]).encode(
        "ascii"
    )


def _plain(value: str | Upload) -> str:
    return value.filename if isinstance(value, Upload) else value


def _plus(text: str, charset: str) -> str:
    """Letters, digits and ``*-._`` as they are, a space as ``+``, all else percent-encoded."""
    if _SIMPLE.fullmatch(text):
        return text.replace(" ", "+")
    quoted = quote_plus(encoded_text(_line_ends(text), charset), safe="*")
    return quoted.replace("~", "%7E")


def multipart(entries: Sequence[Entry], boundary: str, charset: str = "utf-8") -> tuple[bytes, str]:
    """The body of multipart/form-data (RFC 7578) and its boundary, made longer while it occurs in a value."""
    parts: list[tuple[bytes, bytes]] = []
    for name, value in entries:
        if value.__class__ is str and charset == UTF_8 and value.isascii():
            parts.append((_top(name, charset), _line_ends(value).encode()))
        elif isinstance(value, Upload):
            parts.append((_top(name, charset, value.filename, value.media_type), value.content))
        else:
            parts.append((_top(name, charset), encoded_text(_line_ends(value), charset)))
    mark = boundary.encode("ascii")
    while _occurs(mark, parts):
        mark += b"x"
    pieces: list[bytes] = []
    for top, inside in parts:
        pieces += (b"--", mark, b"\r\n", top, b"\r\n\r\n", inside, b"\r\n")
    pieces += (b"--", mark, b"--\r\n")
    return b"".join(pieces), mark.decode("ascii")


def _occurs(mark: bytes, parts: list[tuple[bytes, bytes]]) -> bool:
    return any(mark in inside or mark in top for top, inside in parts)


@lru_cache(maxsize=1024)
def _top(name: str, charset: str, filename: str | None = None, media_type: str = "") -> bytes:
    """The header lines of a part."""
    top = f'Content-Disposition: form-data; name="{_quoted(_line_ends(name))}"'
    if filename is not None:
        top += f'; filename="{_quoted(filename)}"\r\nContent-Type: {media_type or "application/octet-stream"}'
    return encoded_text(top, charset)


def _quoted(text: str) -> str:
    return text.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def text_plain(entries: Iterable[Entry], charset: str = "utf-8") -> bytes:
    """``name=value`` lines (HTML standard, text/plain)."""
    lines = "".join(f"{_line_ends(name)}={_line_ends(_plain(value))}\r\n" for name, value in entries)
    return encoded_text(lines, charset)
