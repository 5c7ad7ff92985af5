"""Addresses: what a reference on a page means, and what is written on the request line."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hms_esr.errors import StepFailed
from hms_esr.http.url import Addresses, join, target_of
from tests.each import each

PAGE = "http://h.test:81/dir/page?q=1"


@each(
    ("reference", "url"),
    [
        ("/a", "http://h.test:81/a"),
        ("/a#part", "http://h.test:81/a"),
        ("/a/../b/./c", "http://h.test:81/b/c"),
        ("b", "http://h.test:81/dir/b"),
        ("./b", "http://h.test:81/dir/b"),
        ("../b", "http://h.test:81/b"),
        ("?x=2", "http://h.test:81/dir/page?x=2"),
        ("", PAGE),
        ("#top", PAGE),
        ("//o.test/x", "http://o.test/x"),
        ("/\\o.test/x", "http://o.test/x"),
        ("https://O.test:443/X", "https://o.test/X"),
        ("HTTP://o.test", "http://o.test/"),
        ("http://o.test?x", "http://o.test/?x"),
        ("http://o.test:80/", "http://o.test/"),
        ("http://bücher.test/ü ö", "http://xn--bcher-kva.test/%C3%BC%20%C3%B6"),
        (" /a b\n", "http://h.test:81/a%20b"),
        ("/%7e/%2F?a=%20&b={}", "http://h.test:81/%7e/%2F?a=%20&b=%7B%7D"),
        ("/a\r\nHost: evil", "http://h.test:81/aHost:%20evil"),
    ],
)
def test_a_reference_is_joined_as_browsers_do(reference: str, url: str) -> None:
    """Absolute, relative, with another host, with what must be encoded."""
    assert join(PAGE, reference).url == url


OTHERS = [
    "mailto:a@b.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://h.test/",
    "file:///etc/passwd",
    "http://",
]


@each(
    "reference", [*OTHERS, "http://a:b@h.test/", "http://h.test:99999/", "http://h test/", "http:///x", "tel:5550100"]
)
def test_what_is_not_http_is_refused(reference: str) -> None:
    """Nothing is opened for it."""
    with pytest.raises(StepFailed) as caught:
        join(PAGE, reference)
    assert caught.value.kind == "refused"


def test_an_origin_is_one_object() -> None:
    """However it is written."""
    book = Addresses()
    assert (
        len({id(book.parse(url).origin) for url in ("http://h.test/", "HTTP://H.test:80/x", "http://h.test.:80")}) == 1
    )


@given(st.text(max_size=60))
def test_no_text_breaks_a_request_line(text: str) -> None:
    """A target is visible ASCII without spaces, whatever was asked for."""
    target = target_of(text)
    assert target.startswith("/")
    assert all(33 <= ord(character) <= 126 for character in target)


@given(st.lists(st.sampled_from(["a", "b.c", "..", ".", "x%20y"]), max_size=6), st.booleans())
def test_plain_references_mean_what_the_standard_says(parts: list[str], rooted: bool) -> None:
    """The same as the standard library's join."""
    reference = ("/" if rooted else "") + "/".join(parts)
    expected = urljoin(PAGE, reference)
    assert join(PAGE, reference).url == expected
