"""Packed answers: unpacked whole, never taken for whole when cut short, stopped at the limit."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest

from hms_esr.errors import StepFailed
from hms_esr.http.response import HttpAnswer, decoded
from hms_esr.http.url import parse
from tests.each import each
from tests.engine.people import session
from tests.engine.target import ok, target

LARGE = bytes(range(256)) * 12_000
"""About 3 MB."""

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": lambda body: gzip.compress(body[:7]) + gzip.compress(body[7:]),
    "deflate": zlib.compress,
    "Deflate": lambda body: zlib.compress(body)[2:-4],
    "br": brotli.compress,
    "gzip, br": lambda body: brotli.compress(gzip.compress(body)),
    "identity": bytes,
}


@each(("encoding", "body"), [(one, body) for one in PACKED for body in (b"", b"a", LARGE)])
def test_a_packed_answer_is_unpacked(encoding: str, body: bytes) -> None:
    """Every encoding that is asked for, and how servers write it."""
    with target(lambda got: ok(PACKED[encoding](body), Content_Encoding=encoding)) as there:
        person, _ = session(there.url)
        assert person.fetch("GET", there.url).body == body
        assert person.fetch("HEAD", there.url).body == b""


@pytest.mark.parametrize("encoding", [name for name in PACKED if name != "identity"])
def test_a_packed_answer_that_is_cut_short_is_never_taken_for_whole(encoding: str) -> None:
    """At any place but the very start: with the right length, so that only the packing tells."""
    packed = PACKED[encoding](b"a line of text that is packed\n" * 3)
    for cut in range(1, len(packed)):
        answer = HttpAnswer("GET", parse("http://127.0.0.1/x"), 0.0, 1.0)
        answer.headers, answer.parts = [(b"Content-Encoding", encoding.encode())], [packed[:cut]]
        if encoding == "x-gzip" and cut == len(gzip.compress(b"a line ")):
            continue  # the first of two members is whole, and a whole answer
        with pytest.raises(StepFailed, match="encoding is broken"):
            _ = answer.body


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, br", "gzip, gzip"])
def test_a_bomb_stops_at_the_limit(encoding: str) -> None:
    """100 MB of zeros in a few bytes: told of, and never unpacked beyond the limit."""
    zeros = b"\0" * 5_000_000
    bomb = {
        "gzip": lambda: gzip.compress(zeros, 9) * 20,
        "deflate": lambda: zlib.compress(zeros * 4, 9),
        "br": lambda: brotli.compress(zeros * 4, quality=1),
        "gzip, br": lambda: brotli.compress(gzip.compress(zeros), quality=1),
        "gzip, gzip": lambda: gzip.compress(gzip.compress(zeros)),
    }[encoding]()
    with target(lambda got: ok(bomb, Content_Encoding=encoding)) as there:
        answer = session(there.url, largest_bytes=1_000_000)[0].fetch("GET", there.url)
        with pytest.raises(StepFailed, match="larger than 1 MiB when unpacked"):
            _ = answer.body


def test_a_million_empty_members_are_no_flood() -> None:
    """gzip members in a row cost in proportion to their number."""
    assert decoded(gzip.compress(b"") * 100_000 + gzip.compress(b"end"), "gzip") == b"end"
