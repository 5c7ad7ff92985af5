"""What is read quickly of an answer's head is what the full parser reads, and the unusual is left to it."""

from __future__ import annotations

from typing import Any

import pytest
from httptools import HttpResponseParser
from hypothesis import given
from hypothesis import strategies as st

from hms_esr.http.response_head import Head, HeadMemory, whole_head
from tests.each import each

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n"
NAMES = st.sampled_from(
    ["Date", "ETag", "Set-Cookie", "set-cookie", "X-ESR-Service", "Location", "x-esr-sim-time", "content-type", "Vary"]
)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), min_size=1, max_size=30)


class Parsed:
    """What httptools reads."""

    def __init__(self, raw: bytes) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.parser = HttpResponseParser(self)
        self.parser.feed_data(raw)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))


def facts(head: Head) -> list[Any]:
    told = [head.by_name, head.service, head.content_type, head.encoding, head.cookies, head.location]
    return [dict(one) if isinstance(one, dict) else one for one in told]


@given(st.lists(st.tuples(NAMES, VALUES), max_size=6), st.integers(0, 10**6), st.sampled_from([200, 303, 404, 500]))
def test_a_usual_head_means_what_the_full_parser_says(fields: list[tuple[str, str]], length: int, status: int) -> None:
    """Whatever lines it has, the same again, and with one more cookie."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
    raw = f"HTTP/1.1 {status} Fine\r\n{lines}Content-Length: {length}\r\n\r\n".encode("latin-1")
    parsed = Parsed(raw)
    for _ in range(2):
        found = HeadMemory().quick_head(raw)
        if found is None:
            assert any(value.strip(" ") != value or not value for _, value in fields)
            return
        assert (found[0], found[1].length, found[1].keep) == (parsed.parser.get_status_code(), length, True)
        assert found[1].headers == parsed.headers
        assert facts(found[1]) == facts(whole_head(parsed.headers))


@pytest.mark.parametrize("connection", ["close", "Close", "keep-alive", "Keep-Alive"])
def test_what_a_head_says_of_the_connection_is_followed(connection: str) -> None:
    """As the full parser would."""
    raw = PLAIN[:-2] + f"Connection: {connection}\r\n\r\n".encode()
    found = HeadMemory().quick_head(raw)
    assert found is not None
    assert found[1].keep is (connection.lower() == "keep-alive")


@each(
    "change",
    [
        (b"HTTP/1.1", b"HTTP/1.0"),
        (b" 200 ", b" 100 "),
        (b" 200 ", b" 204 "),
        (b" 200 ", b" 304 "),
        (b"Content-Length: 5", b"Content-Length: 5\r\nContent-Length: 5"),
        (b"Content-Length: 5", b"Content-Length: \xb2"),
        (b"Content-Length: 5", b"Content-Length: +5"),
        (b"Content-Length: 5", b"Transfer-Encoding: chunked"),
        (b"Content-Length: 5", b"Content-Length: 5\r\nTransfer-Encoding: identity"),
        (b"Content-Length: 5", b"Content-Length: 5\r\nConnection: upgrade"),
        (b"Content-Length: 5", b"Content-Length: 5\r\nUpgrade: h2c"),
        (b"Content-Length: 5", b"X-A: 1"),
        (b"text/html", b"text/html\r\n folded"),
        (b"text/html", b"text/\x00html"),
        (b"text/html", b"text\nhtml"),
        (b"Content-Type:", b"Content-Type :"),
        (b"Content-Type: text/html", b"nonsense"),
        (b"Content-Type: text/html", b"Set-Cookie: a=\x01\r\nSet-Cookie: b=1"),
    ],
)
def test_an_unusual_head_is_left_to_the_full_parser(change: tuple[bytes, bytes]) -> None:
    """Other versions, answers without a body, lengths that are none, transfer codings, folded and broken lines."""
    assert HeadMemory().quick_head(PLAIN) is not None
    assert HeadMemory().quick_head(PLAIN.replace(*change)) is None
