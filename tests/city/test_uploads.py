"""What is checked in a file's bytes."""

from __future__ import annotations

from hms_esr.city.uploads import LARGEST_BYTES, problem
from tests.each import each

from .browser import JPEG, PDF


@each(
    ("kind", "data", "found"),
    [
        ("pdf", PDF, None),
        ("pdf", PDF + b"\n", None),
        ("pdf", b"", (422, "Plan is not a PDF file")),
        ("pdf", b"%PDF-1.4 cut short", (422, "Plan is not a PDF file")),
        ("pdf", b"hello %%EOF", (422, "Plan is not a PDF file")),
        ("pdf", JPEG, (422, "Plan is not a PDF file")),
        ("jpeg", JPEG, None),
        ("jpeg", JPEG[:-2], (422, "Plan is not a JPEG picture")),
        ("jpeg", PDF, (422, "Plan is not a JPEG picture")),
        ("pdf", PDF + bytes(LARGEST_BYTES), (413, f"Plan is too large: {LARGEST_BYTES + len(PDF):,} bytes")),
    ],
)
def test_bytes_are_what_they_claim(kind: str, data: bytes, found: tuple[int, str] | None) -> None:
    """A PDF starts and ends as one, a JPEG too, and neither is over 5 MB."""
    got = problem(kind, "Plan", data)
    if found is None:
        assert got is None
    else:
        assert got is not None and got[0] == found[0] and got[1].startswith(found[1])
