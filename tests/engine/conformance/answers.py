"""Owns answers made up for tests: what a server may write in HTTP/1.1, and what a reader must understand by it.

Knows nothing of the client.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

Header = tuple[bytes, bytes]
_TOKEN = "ABCXYZabcxyz019!#$%&'*+-.^_`|~"
_OWN = (b"content-length", b"transfer-encoding", b"connection", b"upgrade", b"proxy-connection", b"keep-alive")


@dataclass(frozen=True)
class Written:
    """An answer as bytes, with what it means. ``kept``: another request may follow on the connection."""

    raw: bytes
    status: int
    headers: tuple[Header, ...]
    body: bytes
    kept: bool
    to_the_end: bool


def _value(text: str) -> bytes:
    return text.encode("latin-1").strip()


names = st.text(_TOKEN, min_size=1, max_size=12).map(str.encode).filter(lambda name: name.lower() not in _OWN)
values = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=20).map(
    _value
)
fields = st.lists(st.tuples(names, values), max_size=5)
_reasons = st.sampled_from([b" OK", b" Not so fine at all", b" ", b""])
_ends = st.sampled_from([b"\r\n", b"\r\n", b"\n"])


def _block(headers: list[Header], end: bytes) -> bytes:
    return b"".join(name + b": " + value + end for name, value in headers)


@st.composite
def interims(draw: st.DrawFn) -> bytes:
    """Nothing, or up to three answers that only announce another."""
    made = b""
    for status in draw(st.lists(st.sampled_from([100, 102, 103]), max_size=3)):
        made += b"HTTP/1.1 %d Wait\r\n" % status + _block(draw(fields), b"\r\n") + b"\r\n"
    return made


@st.composite
def chunked(draw: st.DrawFn, body: bytes) -> bytes:
    """``body`` in chunks with extensions, lengths written in many ways, and trailers."""
    made, at = b"", 0
    for cut in [*sorted(draw(st.lists(st.integers(0, len(body)), max_size=4))), len(body)]:
        if cut > at:
            length = draw(st.sampled_from([b"%x", b"%X", b"000%x"])) % (cut - at)
            extension = draw(st.sampled_from([b"", b";a", b";name=value", b';q="x y"', b" "]))
            made += length + extension + b"\r\n" + body[at:cut] + b"\r\n"
            at = cut
    return made + b"0\r\n" + _block(draw(fields), b"\r\n") + b"\r\n"


@st.composite
def written(draw: st.DrawFn) -> Written:
    """Any answer a server may give to a GET."""
    form = draw(st.sampled_from(["length", "chunked", "none", "end"]))
    status = draw(st.sampled_from([204, 304] if form == "none" else [200, 201, 206, 301, 404, 413, 500, 503, 599]))
    version = draw(st.sampled_from([b"1.1", b"1.1", b"1.0"])) if form != "chunked" else b"1.1"
    end = draw(_ends)
    headers = draw(fields)
    closing = draw(st.sampled_from([b"", b"close", b"keep-alive"]))
    if closing:
        headers.append((b"Connection", closing))
    body = b"" if form == "none" else draw(st.binary(max_size=300))
    payload = body
    if form == "length":
        headers.append((b"Content-Length", b"%d" % len(body)))
    elif form == "chunked":
        headers.insert(0, (b"Transfer-Encoding", draw(st.sampled_from([b"chunked", b"Chunked"]))))
        payload = draw(chunked(body))
    raw = draw(interims()) + b"HTTP/" + version + b" %d" % status + draw(_reasons) + end
    raw += _block(headers, end) + end + payload
    kept = form != "end" and (closing == b"keep-alive" if version == b"1.0" else closing != b"close")
    return Written(raw, status, tuple(headers), body, kept, form == "end")


@st.composite
def cut_up(draw: st.DrawFn, raw: bytes) -> list[bytes]:
    """``raw`` in pieces: at any places, or byte by byte."""
    if draw(st.integers(0, 9)) == 0:
        return [raw[at : at + 1] for at in range(len(raw))]
    cuts = sorted({0, len(raw), *draw(st.lists(st.integers(1, max(1, len(raw) - 1)), max_size=12))})
    return [raw[start:stop] for start, stop in pairwise(cuts) if stop > start]
