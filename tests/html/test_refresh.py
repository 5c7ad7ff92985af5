"""Where pages lead by themselves, as the HTML standard and Chromium 156 have it."""

from __future__ import annotations

import gzip

import pytest

from hms_esr.html.refresh import refresh_of
from hms_esr.http.response import HttpAnswer
from hms_esr.http.url import parse

HERE = "http://127.0.0.1:9800/a/here"


def answer(html: str, *, status: int = 200, **headers: str) -> HttpAnswer:
    """An answer that holds ``html``."""
    made = HttpAnswer("GET", parse(HERE), 0.0, 1.0)
    made.status = status
    given = {"Content-Type": "text/html"} | {name.replace("_", "-"): value for name, value in headers.items()}
    made.headers = [(name.encode(), value.encode()) for name, value in given.items()]
    body = html.encode()
    made.parts = [gzip.compress(body) if "Content_Encoding" in headers else body]
    made.settle()
    return made


LEADS = {
    "0;url=/b": (0.0, "/b"),
    "0; URL='/b'": (0.0, "/b"),
    '9.9; url = "/b" x': (9.0, "/b"),
    "0 , /b c": (0.0, "/b%20c"),
    "3 /b": (3.0, "/b"),
    ".5;b": (0.0, "/a/b"),
    " 10;url=b?x=1#y": (10.0, "/a/b?x=1"),
    "0;url": (0.0, "/a/url"),
}
STAYS = (
    "5",
    "0;",
    "0;url=",
    "0;url=here",
    "0;url=/a/here#x",
    "11;url=/b",
    "x;url=/b",
    "0x;url=/b",
    "0;url=javascript:x",
)


def test_header_and_meta_lead_to_the_same_page() -> None:
    """Seconds, separators, quotes and relative addresses as browsers read them."""
    for said, (after_s, path) in LEADS.items():
        expected = after_s, f"http://127.0.0.1:9800{path}"
        assert refresh_of(answer("<p>x", Refresh=said)) == expected, said
        quoted = said.replace('"', "&quot;")
        meta = f'<title>x</title><META HTTP-EQUIV="Refresh" CONTENT="{quoted}">'
        assert refresh_of(answer(meta)) == expected, said
        assert refresh_of(answer(meta, Content_Encoding="gzip")) == expected, said


def test_a_page_that_polls_itself_or_waits_long_stays() -> None:
    """Neither does an error lead on, nor what is no page of HTML."""
    for said in STAYS:
        assert refresh_of(answer("<p>x", Refresh=said)) is None, said
        assert refresh_of(answer(f'<meta http-equiv=refresh content="{said}">')) is None, said
    assert refresh_of(answer("<p>x", status=404, Refresh="0;url=/b")) is None
    assert refresh_of(answer("<meta http-equiv=refresh content='0;url=/b'>", Content_Type="text/plain")) is None


@pytest.mark.parametrize("around", ["noscript", "template"])
def test_what_scripting_hides_leads_nowhere(around: str) -> None:
    """The first one outside counts; relative to the page's base."""
    hidden = f"<{around}><meta http-equiv=refresh content='0;url=/bad'></{around}>"
    assert refresh_of(answer(hidden)) is None
    shown = "<base href=/c/><meta http-equiv=refresh content='0;url=b'>"
    assert refresh_of(answer(f"<body>{hidden}{shown}")) == (0.0, "http://127.0.0.1:9800/c/b")
