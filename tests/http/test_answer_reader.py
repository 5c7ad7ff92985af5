"""Heads and bodies read as Chromium 156 reads them (it was given each shape by a raw socket), and what is refused."""

from __future__ import annotations

import pytest

from hms_esr.http.answer_reader import AnswerReader

OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = b"Content-Length: 5\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"5\r\nhello\r\n0\r\n\r\n"


def read(raw: bytes, size: int = 0) -> tuple[AnswerReader, bytes]:
    """The reader after ``raw``, in pieces of ``size`` bytes or whole, and the body."""
    parts: list[bytes] = []
    reader = AnswerReader("GET", parts)
    for at in range(0, len(raw), size or len(raw)):
        reader.feed(raw[at : at + (size or len(raw))])
    return reader, b"".join(parts)


READ = {
    "chunked wins over a length that is right": (CHUNKED + b"Content-Length: 15\r\n", CHUNKS),
    "over one that is too small": (b"Content-Length: 3\r\n" + CHUNKED, CHUNKS),
    "over one that is too large": (CHUNKED + b"Content-Length: 300\r\n", CHUNKS),
    "over two that differ": (CHUNKED + b"Content-Length: 300\r\nContent-Length: 3\r\n", CHUNKS),
    "chunked among others": (b"Transfer-Encoding: identity, CHUNKED\r\n", CHUNKS),
    "equal lengths": (LENGTH + LENGTH + LENGTH.lower(), b"hello"),
    "equal lengths in one line": (b"Content-Length: 5, 5\r\n", b"hello"),
    "a folded line": (b"X-A: one\r\n  two\r\n" + LENGTH, b"hello"),
    "folded by a tab": (b"X-A: one\r\n\ttwo\r\n" + LENGTH, b"hello"),
    "a folded length": (b"X-A: one two\r\nContent-Length:\r\n 5\r\n", b"hello"),
    "folded last": (LENGTH + b"X-A: one\r\n two\r\n", b"hello"),
    "white space before a chunk's extension": (CHUNKED, b"5 ;a=b\r\nhello\r\n0  ; c\r\n\r\n"),
    "white space after a chunk's length": (CHUNKED, b"5   \r\nhello\r\n0 \r\n\r\n"),
    "extensions": (CHUNKED, b'5;a="\x01\xff"\r\nhello\r\n0;\r\n\r\n'),
    "trailers, with and without a colon": (CHUNKED, b"5\r\nhello\r\n0\r\nX: 1\r\njunk\r\n\r\n"),
    "line feeds alone": (CHUNKED.replace(b"\r", b""), CHUNKS.replace(b"\r\n", b"\n")),
    "a line without a colon": (b"this is garbage\r\n" + LENGTH, b"hello"),
    "one that goes on": (b"garbage\r\n more: x\r\n" + LENGTH, b"hello"),
    "one at the end": (LENGTH + b"garbage\r\n", b"hello"),
    "a line without a name": (b": x\r\n" + LENGTH, b"hello"),
    "a name that is none": (b"My Header: x\r\n" + LENGTH, b"hello"),
    "white space before a colon": (b"Content-Length : 5\r\n", b"hello"),
}


@pytest.mark.parametrize("shape", READ)
def test_what_browsers_read_is_read(shape: str) -> None:
    """Whole or byte by byte: the same body, the connection kept, folded lines joined by one space."""
    lines, body = READ[shape]
    for size in (0, 1):
        reader, got = read(OK + lines + b"\r\n" + body, size)
        assert (reader.status, got, reader.done, reader.keep) == (200, b"hello", True, True)
        assert reader.head is not None
        assert reader.head.by_name.get(b"x-a", ["one two"]) == ["one two"]
        assert not any(b"garbage" in line for pair in reader.headers for line in pair)


REFUSED = {
    LENGTH + b"Content-Length: 6\r\n": "'Content-Length: 6': another one says 5",
    b"Content-Length: 5, 6\r\n": "'Content-Length: 6': another one says 5",
    LENGTH + b"Content-Length: 05\r\n": "'Content-Length: 05': another one says 5",
    b"Content-Length: +5\r\n": "'Content-Length: +5': expected a number of bytes",
    b"X-A: a\x00b\r\n": "'X-A: a\\x00b': a NUL byte is in no header",
    CHUNKED + b"\r\nzz\r\n": "'zz': expected a chunk's length, a hexadecimal number",
    CHUNKED + b"\r\n0x5\r\n": "'0x5': expected a chunk's length, a hexadecimal number",
    CHUNKED + b"\r\n5\t;a\r\n": "'5\\t;a': expected a chunk's length, a hexadecimal number",
    CHUNKED + b"\r\n2\r\nokay\r\n": "'ay': expected the end of a chunk",
}


@pytest.mark.parametrize("lines", REFUSED)
def test_a_refusal_names_the_line_and_the_reason(lines: bytes) -> None:
    """What Chromium does not read either, or would have to guess at."""
    with pytest.raises(ValueError, match="the answer is not HTTP: ") as caught:
        read(OK + lines + b"\r\nhello")
    assert str(caught.value) == f"the answer is not HTTP: {REFUSED[lines]}"


@pytest.mark.parametrize(("code", "status"), [(b"099", 99), (b"000", 0), (b"020", 20), (b"600", 600), (b"999", 999)])
def test_a_status_of_any_three_digits_is_an_answer(code: bytes, status: int) -> None:
    """1xx alone announces another answer; status 0xx is the answer itself, as in browsers."""
    reader, body = read(b"HTTP/1.1 103 Early\r\nLink: </x>\r\n\r\nHTTP/1.1 " + code + b" X\r\n" + LENGTH + b"\r\nhello")
    assert (reader.status, body, reader.done) == (status, b"hello", True)
    assert reader.headers == [(b"Content-Length", b"5")]


def test_a_body_without_a_length_lasts_until_the_connection_ends() -> None:
    """Not kept then; inside a chunk or before a length is over the end is no end of the answer."""
    reader, body = read(OK + b"\r\nhello")
    assert (body, reader.done, reader.end(), reader.keep) == (b"hello", False, True, False)
    for lines, cut in ((LENGTH, b"hell"), (CHUNKED, b"5\r\nhello\r\n"), (CHUNKED, b"5\r\nhello\r\n0\r\n")):
        assert not read(OK + lines + b"\r\n" + cut)[0].end()
