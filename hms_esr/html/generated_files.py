"""Owns made-up files: valid PDF, pictures, text and CSV of a wanted size, the same for the same draw.

Knows nothing of people or of where a file goes; what it makes says of itself that it is made up.
"""

from __future__ import annotations

from functools import lru_cache

from hms_esr.errors import StepFailed
from hms_esr.html.generated_images import DIGITS, NOTE, Template, as_is, gif, jpeg, png, webp
from hms_esr.html.media_types import media_type_of
from hms_esr.steps.step import Upload

LARGEST_KB = 64 * 1024
_USUAL_KB = {"pdf": 40.0, "jpg": 80.0, "png": 80.0, "gif": 20.0, "webp": 20.0, "txt": 4.0, "csv": 4.0}
_SAME = {"jpeg": "jpg", "jpe": "jpg", "text": "txt", "md": "txt", "log": "txt"}


def made_up(name: str, size_kb: float | None, number: int) -> Upload:
    """A file called ``name`` of ``size_kb`` × 1024 bytes (at least what its kind needs), different for each ``number``.

    ``size_kb`` None is a usual size for its ending. StepFailed("scenario") over :data:`LARGEST_KB`.
    """
    filename = name.replace("\\", "/").rsplit("/", 1)[-1]
    ending = _ending(filename)
    wanted_kb = _USUAL_KB.get(ending, 16.0) if size_kb is None else size_kb
    if not 0 <= wanted_kb <= LARGEST_KB:
        raise StepFailed("scenario", f"a made-up file of {wanted_kb:g} kB; 0 to {LARGEST_KB} are allowed")
    before, after, part = _mould(ending, round(wanted_kb * 1024))
    digits = f"{number & 0xFFFFFFFFFFFFFFFF:0{DIGITS}x}".encode()
    media_type = media_type_of(filename)
    return Upload(filename, media_type, b"".join((before, part(digits), after)))


def is_valid(name: str) -> bool:
    """Whether what is made up under ``name`` is a whole file of its kind; others are text of the wanted size."""
    return _ending(name) in _MAKERS


def _ending(name: str) -> str:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return _SAME.get(ending, ending)


@lru_cache(maxsize=32)
def _mould(ending: str, size: int) -> Template:
    return _MAKERS.get(ending, _other)(size)


def _pdf(size: int) -> Template:
    """One page of text, and a stream nobody reads for the rest of the size (ISO 32000-1, cross-reference table)."""
    text = f"BT /F1 12 Tf 72 720 Td ({NOTE}{'0' * DIGITS}) Tj ET\n".encode()
    least = len(_pdf_whole(text, 0))
    whole = _pdf_whole(text, max(0, size - least))
    at = whole.index(b"0" * DIGITS + b") Tj")
    return whole[:at], whole[at + DIGITS :], as_is


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


def _text(size: int) -> Template:
    return _lines(NOTE.encode(), b"\n", b"This line is made up and says nothing.\n", size)


def _csv(size: int) -> Template:
    return _lines(b"id,note\n", b",made up by HMS-ESR\n", b"0,made up\n", size)


def _other(size: int) -> Template:
    return _lines(NOTE.encode(), b"\n", b".", size)


def _lines(before: bytes, after: bytes, line: bytes, size: int) -> Template:
    """A first line with the number, then ``line`` again and again, the last one cut, but whole with a line end."""
    left = max(0, size - len(before) - DIGITS - len(after))
    rest = (line * (left // len(line) + 1))[:left]
    if left % len(line) and line.endswith(b"\n"):
        rest = rest[:-1] + b"\n"
    return before, after + rest, as_is


_MAKERS = {"pdf": _pdf, "jpg": jpeg, "png": png, "gif": gif, "webp": webp, "csv": _csv, "txt": _text}
