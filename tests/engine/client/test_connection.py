"""Answers in pieces: wherever the network cuts them, what is read is the same."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hms_esr.engine.client.connection import Connection
from hms_esr.engine.client.tcp_socket import BUFFER
from hms_esr.http.response import HttpAnswer
from hms_esr.http.url import parse

ANSWERS = {
    "plain": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nSet-Cookie: a=1\r\n\r\nhello",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;e=1\r\nlo\r\n0\r\nX-T: 1\r\n\r\n",
    "continue": b"HTTP/1.1 100 Continue\r\nX-No: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "empty": b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n",
    "until the end": b"HTTP/1.1 200 OK\r\nX-A: b\r\n\r\nhello",
}


class Pieces:
    """A socket that gives one piece each time it is read."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces

    def recv_into(self, buffer: bytearray) -> int:
        piece = self.pieces.pop(0)
        buffer[: len(piece)] = piece
        return len(piece)


class Heard(Connection):
    """A connection whose pieces are there before it waits for them."""

    def _wait(self, deadline: float) -> None:
        self._on_readable()
        if self.problem is not None and not self.done:
            raise self.problem

    def _send(self, data: bytes, deadline: float) -> None:
        return

    def close(self) -> None:
        return


def read(pieces: list[bytes]) -> tuple[HttpAnswer, bool]:
    connection = Heard(1_000_000)
    connection._sock = Pieces(pieces)
    connection._watcher = type("Watcher", (), {"stop": lambda self: None})()
    answer = HttpAnswer("GET", parse("http://127.0.0.1/"), 0.0, 1.0)
    again = connection.exchange(b"GET / HTTP/1.1\r\n\r\n", b"", answer, 10.0)
    return answer, again


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_split_at_any_byte_is_the_same_answer(name: str) -> None:
    """In two pieces at each place, and byte by byte."""
    whole = ANSWERS[name]
    ending = [b""] if name == "until the end" else []
    expected, kept = read([whole, *ending])
    assert expected.body == (b"" if name == "empty" else b"hello")
    splits = [[whole[:at], whole[at:]] for at in range(1, len(whole))]
    splits.append([whole[at : at + 1] for at in range(len(whole))])
    for pieces in splits:
        answer, again = read([*pieces, *ending])
        assert (answer.status, answer.headers, answer.body) == (expected.status, expected.headers, expected.body)
        assert (again, answer.bytes_received) == (kept, len(whole))


@given(st.sampled_from(sorted(ANSWERS)), st.lists(st.integers(1, 140), max_size=12), st.binary(max_size=40))
def test_an_answer_in_any_pieces_is_the_same_answer(name: str, cuts: list[int], body: bytes) -> None:
    """Any number of cuts, any body."""
    whole = (
        ANSWERS[name]
        .replace(b"Content-Length: 5", b"Content-Length: %d" % len(body))
        .replace(b"\r\n\r\nhello", b"\r\n\r\n" + body)
    )
    at = sorted({0, *(cut for cut in cuts if cut < len(whole)), len(whole)})
    pieces = [whole[start:end] for start, end in pairwise(at)]
    answer, _ = read([*pieces, b""])
    assert answer.body == (b"hello" if name == "chunked" else b"" if name == "empty" else body)


@given(st.binary(min_size=1, max_size=200))
def test_garbage_never_passes_for_an_answer(garbage: bytes) -> None:
    """Whatever bytes come, they are read as an answer with a status or refused; nothing else is raised."""
    from hms_esr.engine.client.tcp_socket import Broken

    try:
        answer, _ = read([garbage, b""])
    except Broken as broken:
        assert broken.text
    else:
        assert 100 <= answer.status <= 999
    assert len(BUFFER) == 256 * 1024
