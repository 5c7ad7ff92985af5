"""Owns how entries of a form become bytes: urlencoded, multipart/form-data, text/plain.

Knows nothing of forms or pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote_plus

from hms_esr.scenario.step import Upload

Entry = tuple[str, str | Upload]


def _line_ends(text: str) -> str:
    if "\n" not in text and "\r" not in text:
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


def _text(value: str | Upload) -> str:
    return _line_ends(value.filename if isinstance(value, Upload) else value)


def urlencoded(entries: Iterable[Entry], charset: str = "utf-8") -> bytes:
    """``a=1&b=x+y`` (URL standard, application/x-www-form-urlencoded); a file is its name."""
    pairs = []
    for name, value in entries:
        key = quote_plus(_line_ends(name).encode(charset, "xmlcharrefreplace"), safe="*")
        text = quote_plus(_text(value).encode(charset, "xmlcharrefreplace"), safe="*")
        pairs.append(f"{key}={text}")
    return "&".join(pairs).replace("~", "%7E").encode("ascii")


def multipart(entries: Sequence[Entry], boundary: str, charset: str = "utf-8") -> tuple[bytes, str]:
    """The body of multipart/form-data (RFC 7578) and its boundary, made longer while it occurs in a value."""
    parts: list[tuple[bytes, bytes]] = []
    for name, value in entries:
        head = f'Content-Disposition: form-data; name="{_quoted(_line_ends(name))}"'
        if isinstance(value, Upload):
            kind = value.media_type or "application/octet-stream"
            head += f'; filename="{_quoted(value.filename)}"\r\nContent-Type: {kind}'
        content = value.content if isinstance(value, Upload) else _line_ends(value).encode(charset, "xmlcharrefreplace")
        parts.append((head.encode(charset, "xmlcharrefreplace"), content))
    mark = boundary.encode("ascii")
    while any(mark in top or mark in inside for top, inside in parts):
        mark += b"x"
    pieces: list[bytes] = []
    for top, inside in parts:
        pieces += (b"--", mark, b"\r\n", top, b"\r\n\r\n", inside, b"\r\n")
    pieces += (b"--", mark, b"--\r\n")
    return b"".join(pieces), mark.decode("ascii")


def _quoted(text: str) -> str:
    return text.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def text_plain(entries: Iterable[Entry], charset: str = "utf-8") -> bytes:
    """``name=value`` lines (HTML standard, text/plain)."""
    lines = "".join(f"{_line_ends(name)}={_text(value)}\r\n" for name, value in entries)
    return lines.encode(charset, "xmlcharrefreplace")
