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


def test_an_address_of_a_page_that_is_none_fails_the_step() -> None:
    """A link such as ``//[x`` is refused in words, not by an error of the program."""
    with target(lambda got: ok()) as there:
        caught = failure(there.url, "//[x", base=there.url)
    assert (caught.kind, caught.message) == ("refused", "'//[x' is not an http or https address")


def test_bytes_that_are_not_http_are_told_without_the_parser_s_words() -> None:
    """Only what a reader of the report can use."""
    with target(lambda got: b"SSH-2.0-OpenSSH_9\r\n\r\n") as there:
        caught = failure(there.url, there.url)
    assert (caught.kind, caught.message) == ("connection", "the answer is not HTTP")
