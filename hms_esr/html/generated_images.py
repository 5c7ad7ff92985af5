"""Owns made-up pictures: small grey JPEG, PNG, GIF and WebP, with what fills them up to a wanted size.

Knows nothing of names or of who sends them.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import pack
from zlib import compress, crc32

NOTE = "Made up by HMS-ESR for a rehearsal. No real person's data. Number "
DIGITS = 16

Template = tuple[bytes, bytes, Callable[[bytes], bytes]]
"""What comes before and after the part that differs, and that part made from the number's digits."""


def as_is(digits: bytes) -> bytes:
    """The part that differs, when it is the digits themselves."""
    return digits


def jpeg(size: int) -> Template:
    """A grey baseline picture of 200 × 200 (ITU T.81): one-code Huffman tables, comments for the rest of the size."""
    start = b"\xff\xd8" + _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    tables = _segment(0xDB, b"\0" + b"\1" * 64) + _segment(0xC0, b"\x08" + pack(">HH", 200, 200) + b"\1\1\x11\0")
    one_code = b"\1" + b"\0" * 15 + b"\0"
    tables += _segment(0xC4, b"\x00" + one_code) + _segment(0xC4, b"\x10" + one_code)
    scan = _segment(0xDA, b"\1\1\0\0\x3f\0") + b"\0" * 156 + b"\x3f" + b"\xff\xd9"
    note = NOTE.encode()
    left = size - len(start) - len(tables) - len(scan) - len(note) - DIGITS - 4
    padding = b""
    while left >= 4:
        step = min(left, 60_000)
        step = step - 4 if 0 < left - step < 4 else step
        padding += _segment(0xFE, b"." * (step - 4))
        left -= step
    before = start + b"\xff\xfe" + pack(">H", len(note) + DIGITS + 2) + note
    return before, padding + tables + scan, as_is


def _segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + pack(">H", len(content) + 2) + content


def png(size: int) -> Template:
    """A grey picture of 16 × 16 (ISO 15948); a private ancillary chunk holds the rest of the size."""
    note = b"Comment\0" + NOTE.encode()
    start = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", pack(">IIBBBBB", 16, 16, 8, 0, 0, 0, 0))
    end = _chunk(b"IDAT", compress((b"\0" + b"\x80" * 16) * 16, 0)) + _chunk(b"IEND", b"")
    left = size - len(start) - len(end) - len(_chunk(b"tEXt", note + b"0" * DIGITS))
    padding = _chunk(b"esRp", b"." * (left - 12)) if left >= 12 else b""
    return start, padding + end, lambda digits: _chunk(b"tEXt", note + digits)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return pack(">I", len(content)) + kind + content + pack(">I", crc32(kind + content))


def gif(size: int) -> Template:
    """A grey picture of 16 × 16 (GIF89a); comments for the rest of the size.

    A clear code before every two pixels keeps all codes three bits wide.
    """
    start = b"GIF89a" + pack("<HHBBB", 16, 16, 0xF1, 0, 0) + b"\x80\x80\x80" * 4
    note = NOTE.encode()
    codes = [4, 0, 0] * 128 + [5]
    bits = sum(code << 3 * at for at, code in enumerate(codes))
    data = bits.to_bytes((3 * len(codes) + 7) // 8, "little")
    end = b"\x2c" + pack("<HHHHB", 0, 0, 16, 16, 0) + b"\x02" + bytes([len(data)]) + data + b"\0\x3b"
    before = start + b"\x21\xfe" + bytes([len(note) + DIGITS]) + note
    left = size - len(before) - DIGITS - 1 - len(end)
    return before, b"\0" + _gif_comment(left) + end, as_is


def _gif_comment(size: int) -> bytes:
    """A comment extension of exactly ``size`` bytes; nothing when that is too few for one."""
    if size < 3:
        return b""
    out, left = bytearray(b"\x21\xfe"), size - 3
    while left:
        step = min(left, 256)
        step -= left - step == 1
        if step < 2:
            return b""
        out += bytes([step - 1]) + b"." * (step - 1)
        left -= step
    return bytes(out + b"\0")


def webp(size: int) -> Template:
    """A grey picture of 16 × 16 (RFC 9649, lossless: each code has one symbol); an unknown chunk for the rest.

    Sizes are even: an odd one gets a byte more.
    """
    one_symbol = 0b101
    codes = [(one_symbol | 0x80 << 3, 11)] * 3 + [(one_symbol | 0xFF << 3, 11), (0b1, 4)]
    fields = [(0x2F, 8), (15, 14), (15, 14), (0, 1), (0, 3), (0, 3), *codes]
    bits = at = 0
    for value, width in fields:
        bits |= value << at
        at += width
    picture = _riff(b"VP8X", bytes(4) + b"\x0f\0\0" * 2) + _riff(b"VP8L", bits.to_bytes((at + 7) // 8, "little"))
    note = NOTE.encode()
    note = note + b" " * (len(note) % 2)
    head = b"esRn" + pack("<I", len(note) + DIGITS) + note
    left = size + size % 2 - 12 - len(picture) - len(head) - DIGITS
    padding = _riff(b"esRp", b"." * (left - 8)) if left >= 8 else b""
    length = 4 + len(picture) + len(head) + DIGITS + len(padding)
    return b"RIFF" + pack("<I", length) + b"WEBP" + picture + head, padding, as_is


def _riff(kind: bytes, content: bytes) -> bytes:
    return kind + pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
