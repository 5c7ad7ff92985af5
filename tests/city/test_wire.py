"""Reading of requests: what is well formed is read whole, everything else is refused with 4xx."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hms_esr.city.wire import LARGEST_BODY_BYTES, CityRequest, RequestRefused, read_body

from .browser import multipart

TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
NAME = st.text("abcdefgh_", min_size=1, max_size=10)
MULTIPART = "multipart/form-data; boundary=x5e5e5e5e"
FORM = "application/x-www-form-urlencoded"


def request(body: bytes = b"", query: bytes = b"", **headers: str) -> CityRequest:
    pairs = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    made = CityRequest({"method": "POST", "path": "/", "query_string": query, "headers": pairs})
    made.body = body
    return made


@given(st.dictionaries(NAME, TEXT, max_size=5), st.dictionaries(NAME, st.binary(max_size=200), max_size=3))
def test_multipart_comes_back(fields: dict[str, str], files: dict[str, bytes]) -> None:
    """Fields and files of any content are read back unchanged from a multipart body."""
    body = multipart(fields, {name: ("f.pdf", data) for name, data in files.items()})
    got = request(body, content_type=MULTIPART)
    assert got.fields() == fields
    assert {name: (one.filename, one.data) for name, one in got.files().items()} == {
        name: ("f.pdf", data) for name, data in files.items()
    }


@given(st.binary(max_size=300), st.sampled_from([MULTIPART, FORM, "multipart/form-data", "text/plain", "\xff;;=", ""]))
def test_any_form_is_read_or_refused(body: bytes, kind: str) -> None:
    """Whatever bytes come as a form, they are read or refused with a 4xx."""
    try:
        request(body, content_type=kind).fields()
    except RequestRefused as refusal:
        assert refusal.status in (400, 415)


@given(st.binary(max_size=300))
def test_any_json_is_read_or_refused(body: bytes) -> None:
    """Whatever bytes come as JSON, they are read or refused with 400."""
    try:
        request(body).json()
    except RequestRefused as refusal:
        assert refusal.status == 400


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'"\\ud800"', b"1" * 5000, b"\xff", b"", b"{", multipart({"a": "b"}, {})],
    ids=["deep", "lone surrogate", "long number", "not UTF-8", "empty", "cut", "multipart"],
)
def test_json_that_hurts_is_refused(body: bytes) -> None:
    """JSON that is too deep, too long or cannot be written again is a 400."""
    with pytest.raises(RequestRefused, match="not JSON"):
        request(body).json()


@pytest.mark.parametrize(
    "body",
    [
        multipart({"a": "b"}, {})[:-6],
        multipart({"a": "b"}, {}).replace(b'name="a"', b""),
        multipart({str(n): "" for n in range(300)}, {}),
        multipart({"a": "b"}, {}).replace(b'"a"', b'"\xff"'),
        b"no boundary here",
    ],
    ids=["cut short", "no name", "too many", "not UTF-8", "nonsense"],
)
def test_malformed_multipart_is_refused(body: bytes) -> None:
    """A multipart body that is cut, nameless, or has hundreds of parts is a 400."""
    with pytest.raises(RequestRefused) as refusal:
        request(body, content_type=MULTIPART).fields()
    assert refusal.value.status == 400


@pytest.mark.parametrize(
    ("accept", "html"),
    [("", False), ("*/*", False), ("application/json", False), ("text/html,*/*", True), ("text/html, a/json", True),
     ("application/json, text/html", False)],
)  # fmt: skip
def test_accept_decides_between_page_and_json(accept: str, html: bool) -> None:
    """HTML is preferred only when Accept names it, and before JSON."""
    assert request(accept=accept).prefers_html() is html


@pytest.mark.parametrize(
    ("cookie", "session"),
    [
        ("city_session=abcdefghijklmnop", "abcdefghijklmnop"),
        ("a=b; city_session=abcdefghijklmnop; c=d", "abcdefghijklmnop"),
        ("city_session=short", ""),
        ("city_session=<script>alert(1)</script>", ""),
        ("xcity_session=abcdefghijklmnop", ""),
        (";;;===", ""),
    ],
)
def test_cookies_are_read(cookie: str, session: str) -> None:
    """The session is found among other cookies; what does not look like one is none."""
    assert request(cookie=cookie).session_id == session


@pytest.mark.parametrize("warp", ["0", "-1", "nan", "inf", "x", "1e9"])
def test_a_wrong_warp_is_refused(warp: str) -> None:
    """A warp that is no number in range is a 400."""
    with pytest.raises(RequestRefused, match="X-ESR-Warp"):
        request(x_esr_warp=warp).warp()


def test_hidden_fields_and_file_bytes_are_not_seen() -> None:
    """The log of values leaves hidden fields out and holds a file's name, size and digest only."""
    body = multipart({"csrf_token": "t", "state": "Iowa"}, {"f": ("a.pdf", b"12")})
    seen = request(body, content_type=MULTIPART).values_seen(frozenset({"csrf_token"}))
    digest = "6b51d431df5d7f141cbececcf79edf3dd861c3b4069f0b11661a3eefacbba918"
    assert seen == {"state": "Iowa", "f": f"a.pdf:2:{digest}"}
    assert request(json.dumps({"a": 1, "b": "x"}).encode(), content_type="application/json").values_seen(
        frozenset()
    ) == {"a": "1", "b": "x"}


async def _read(chunks: list[dict[str, Any]], **headers: str) -> tuple[bool, bytes]:
    made = request(**headers)

    async def receive() -> dict[str, Any]:
        return chunks.pop(0)

    return await read_body(made, receive), made.body


def test_a_body_comes_in_pieces() -> None:
    """A body that comes in pieces is put together; a client that leaves before the end is noticed."""
    piece = {"type": "http.request", "body": b"ab", "more_body": True}
    assert asyncio.run(_read([piece, piece | {"more_body": False}])) == (True, b"abab")
    assert asyncio.run(_read([piece, {"type": "http.disconnect"}])) == (False, b"")


@pytest.mark.parametrize("headers", [{"content_length": str(LARGEST_BODY_BYTES + 1)}, {}], ids=["declared", "sent"])
def test_a_body_that_is_too_large_is_refused(headers: dict[str, str]) -> None:
    """More than the cap is refused with 413, whether declared or just sent."""
    piece = {"type": "http.request", "body": bytes(LARGEST_BODY_BYTES), "more_body": True}
    with pytest.raises(RequestRefused) as refusal:
        asyncio.run(_read([piece, piece], **headers))
    assert refusal.value.status == 413
