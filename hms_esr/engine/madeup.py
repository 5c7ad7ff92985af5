"""Owns made-up files: valid PDF, JPEG, PNG, text and CSV of a wanted size, the same for the same draw.

Knows nothing of people or of where a file goes; what it makes says of itself that it is made up.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from functools import lru_cache
from struct import pack
from zlib import compress, crc32

from hms_esr.errors import StepFailed
from hms_esr.scenario.step import Upload

LARGEST_KB = 64 * 1024
_NOTE = "Made up by HMS-ESR for a rehearsal. No real person's data. Number "
_DIGITS = 16
_USUAL_KB = {"pdf": 40.0, "jpg": 80.0, "png": 80.0, "txt": 4.0, "csv": 4.0}
_SAME = {"jpeg": "jpg", "jpe": "jpg", "text": "txt", "md": "txt", "log": "txt"}

Mould = tuple[bytes, bytes, Callable[[bytes], bytes]]
"""What comes before and after the part that differs, and that part made from the number's digits."""


def made_up(name: str, size_kb: float | None, number: int) -> Upload:
    """A file called ``name`` of ``size_kb`` × 1024 bytes (at least what its kind needs), different for each ``number``.

    ``size_kb`` None is a usual size for its ending. StepFailed("scenario") over :data:`LARGEST_KB`.
    """
    filename = name.replace("\\", "/").rsplit("/", 1)[-1]
    ending = filename.rpartition(".")[2].lower() if "." in filename else ""
    ending = _SAME.get(ending, ending)
    wanted_kb = _USUAL_KB.get(ending, 16.0) if size_kb is None else size_kb
    if not 0 <= wanted_kb <= LARGEST_KB:
        raise StepFailed("scenario", f"a made-up file of {wanted_kb:g} kB; 0 to {LARGEST_KB} are allowed")
    before, after, part = _mould(ending, round(wanted_kb * 1024))
    digits = f"{number & 0xFFFFFFFFFFFFFFFF:0{_DIGITS}x}".encode()
    media_type = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    return Upload(filename, media_type, b"".join((before, part(digits), after)))


@lru_cache(maxsize=32)
def _mould(ending: str, size: int) -> Mould:
    make = {"pdf": _pdf, "jpg": _jpeg, "png": _png, "csv": _csv, "txt": _text}.get(ending, _other)
    return make(size)


def _as_is(digits: bytes) -> bytes:
    return digits


def _pdf(size: int) -> Mould:
    """One page of text, and a stream nobody reads for the rest of the size (ISO 32000-1, cross-reference table)."""
    text = f"BT /F1 12 Tf 72 720 Td ({_NOTE}{'0' * _DIGITS}) Tj ET\n".encode()
    least = len(_pdf_whole(text, 0))
    whole = _pdf_whole(text, max(0, size - least))
    at = whole.index(b"0" * _DIGITS + b") Tj")
    return whole[:at], whole[at + _DIGITS :], _as_is


def _pdf_whole(text: bytes, padding: int) -> bytes:
    """Numbers that depend on ``padding`` have a fixed width, so its length is all that differs."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n" % len(text) + text + b"endstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %010d >>\nstream\n" % padding + b"." * padding + b"\nendstream",
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    table = [b"0000000000 65535 f \n"]
    for number, one in enumerate(objects, 1):
        table.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n" % len(table) + b"".join(table)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%010d\n%%%%EOF\n" % (len(table), start)
    return bytes(out)


def _jpeg(size: int) -> Mould:
    """A grey baseline picture of 200 × 200 (ITU T.81): one-code Huffman tables, comments for the rest of the size."""
    start = b"\xff\xd8" + _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    tables = _segment(0xDB, b"\0" + b"\1" * 64) + _segment(0xC0, b"\x08" + pack(">HH", 200, 200) + b"\1\1\x11\0")
    one_code = b"\1" + b"\0" * 15 + b"\0"
    tables += _segment(0xC4, b"\x00" + one_code) + _segment(0xC4, b"\x10" + one_code)
    scan = _segment(0xDA, b"\1\1\0\0\x3f\0") + b"\0" * 156 + b"\x3f" + b"\xff\xd9"
    note = _NOTE.encode()
    left = size - len(start) - len(tables) - len(scan) - len(note) - _DIGITS - 4
    padding = b""
    while left >= 4:
        step = min(left, 60_000)
        step = step - 4 if 0 < left - step < 4 else step
        padding += _segment(0xFE, b"." * (step - 4))
        left -= step
    before = start + b"\xff\xfe" + pack(">H", len(note) + _DIGITS + 2) + note
    return before, padding + tables + scan, _as_is


def _segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + pack(">H", len(content) + 2) + content


def _png(size: int) -> Mould:
    """A grey picture of 16 × 16 (ISO 15948); a private ancillary chunk holds the rest of the size."""
    note = b"Comment\0" + _NOTE.encode()
    start = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", pack(">IIBBBBB", 16, 16, 8, 0, 0, 0, 0))
    end = _chunk(b"IDAT", compress((b"\0" + b"\x80" * 16) * 16, 0)) + _chunk(b"IEND", b"")
    left = size - len(start) - len(end) - len(_chunk(b"tEXt", note + b"0" * _DIGITS))
    padding = _chunk(b"esRp", b"." * (left - 12)) if left >= 12 else b""
    return start, padding + end, lambda digits: _chunk(b"tEXt", note + digits)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return pack(">I", len(content)) + kind + content + pack(">I", crc32(kind + content))


def _text(size: int) -> Mould:
    return _lines(_NOTE.encode(), b"\n", b"This line is made up and says nothing.\n", size)


def _csv(size: int) -> Mould:
    return _lines(b"id,note\n", b",made up by HMS-ESR\n", b"0,made up\n", size)


def _other(size: int) -> Mould:
    return _lines(_NOTE.encode(), b"\n", b".", size)


def _lines(before: bytes, after: bytes, line: bytes, size: int) -> Mould:
    """A first line with the number, then ``line`` again and again, the last one cut, but whole with a line end."""
    left = max(0, size - len(before) - _DIGITS - len(after))
    rest = (line * (left // len(line) + 1))[:left]
    if left % len(line) and line.endswith(b"\n"):
        rest = rest[:-1] + b"\n"
    return before, after + rest, _as_is
