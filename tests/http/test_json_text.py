"""Tests of hms_esr.http.json_text."""

from __future__ import annotations

from typing import Any

import pytest

from hms_esr.http.json_text import read_json


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"id": 1}', {"id": 1}),
        ('{"id": "ä"}'.encode("utf-16"), {"id": "ä"}),
        ('{"id": "ä"}'.encode("utf-32"), {"id": "ä"}),
        ('\ufeff{"id": "ä"}'.encode(), {"id": "ä"}),
        (b'{"\\ud800": ["\\udfff", {"a": "\\ud83d\\ude00"}]}', {"\ufffd": ["\ufffd", {"a": "😀"}]}),
        (b'["\xff"]', ["\ufffd"]),
        (b"[1" + b"0" * 5000 + b", 7]", [float("inf"), 7]),
        (b"[1e999]", [float("inf")]),
    ],
)
def test_what_is_json_is_read(body: bytes, found: Any) -> None:
    """Whatever it is encoded in and however long its numbers are; no half of a surrogate pair comes out."""
    assert read_json(body) == found


@pytest.mark.parametrize("body", [b"", b"{", b"nul", b"x" * 9000, b"\xff\xfe{"])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    """ValueError, which the person's step turns into its failure."""
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|property"):
        read_json(body)


def test_deep_nesting_is_refused() -> None:
    """RecursionError, which callers expect."""
    with pytest.raises(RecursionError):
        read_json(b"[" * 100_000)
