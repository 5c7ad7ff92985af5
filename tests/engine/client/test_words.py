"""Words of a person's HTTP: what a target answered that cannot be followed or read."""

from __future__ import annotations

from typing import Any

import pytest

from hms_esr.errors import StepFailed
from tests.engine.people import session
from tests.engine.target import ok, redirect, target


def failure(address: str, path: str, **options: Any) -> StepFailed:
    """What a person meets there."""
    with pytest.raises(StepFailed) as caught:
        session(address)[0].fetch("GET", path, **options)
    return caught.value


@pytest.mark.parametrize("location", ["//[::bad/x", "http://[::bad", "http://", "http://h:99999/", "ftp://h/x"])
def test_a_redirect_nobody_can_follow_is_told_as_one(location: str) -> None:
    """The message names the page, says that it was a Location, and quotes it."""
    with target(lambda got: redirect(location)) as there:
        caught = failure(there.url, f"{there.url}/here")
    assert caught.kind == "refused"
    assert caught.message == f"/here redirects to the Location {location!r}, which cannot be followed"


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        (b"/to/caf\xe9", "/to/caf%E9"),
        ("/to/café".encode(), "/to/caf%C3%A9"),
        (b"/to/\xe9\xc3\xa9?x=\xfc#\xe9", "/to/%E9%C3%A9?x=%FC"),
        (b"/to/%E9\xe9 b", "/to/%E9%E9%20b"),
        (b"\r\n /to/folded", "/to/folded"),
    ],
)
def test_a_location_beyond_ascii_is_asked_for_byte_by_byte(location: bytes, asked: str) -> None:
    """As Chromium: Latin-1 or UTF-8, each byte is percent-encoded as it came."""
    raw = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n"
    with target(lambda got: raw if got.number == 0 else ok()) as there:
        session(there.url)[0].fetch("GET", f"{there.url}/here")
    assert [got.path for got in there.got] == ["/here", asked]


def test_an_address_of_a_page_that_is_none_fails_the_step() -> None:
    """A link such as ``//[x`` is refused in words, not by an error of the program."""
    with target(lambda got: ok()) as there:
        caught = failure(there.url, "//[x", base=there.url)
    assert (caught.kind, caught.message) == ("refused", "'//[x' is not an http or https address")


def test_bytes_that_are_not_http_are_told_with_their_line_and_the_reason() -> None:
    """What a reader of the report needs to find the mistake."""
    with target(lambda got: b"SSH-2.0-OpenSSH_9\r\n\r\n") as there:
        caught = failure(there.url, there.url)
    said = "the answer is not HTTP: 'SSH-2.0-OpenSSH_9': expected HTTP/1.1 and a status"
    assert (caught.kind, caught.message) == ("connection", said)
