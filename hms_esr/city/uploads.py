"""Owns what the city checks in an uploaded file's bytes: a PDF is a PDF, a JPEG is a JPEG, none is too large.

Knows nothing of forms or storage.
"""

from __future__ import annotations

LARGEST_BYTES = 5 * 1024 * 1024

ACCEPT = {"pdf": ".pdf,application/pdf", "jpeg": ".jpg,.jpeg,image/jpeg"}
"""Kind of file -> the ``accept`` attribute of its input."""


def problem(kind: str, label: str, data: bytes) -> tuple[int, str] | None:
    """Status and message of what is wrong with the bytes of a file of ``kind``; None when they are what they claim."""
    if len(data) > LARGEST_BYTES:
        return 413, f"{label} is too large: {len(data):,} bytes; at most {LARGEST_BYTES:,} are taken"
    if kind == "pdf" and not (data.startswith(b"%PDF-") and b"%%EOF" in data[-1024:]):
        return 422, f"{label} is not a PDF file"
    if kind == "jpeg" and not (data.startswith(b"\xff\xd8\xff") and data.rstrip(b"\0\r\n").endswith(b"\xff\xd9")):
        return 422, f"{label} is not a JPEG picture"
    return None
