"""Whatever leads to a place nobody named, no connection is made there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hms_esr.engine.client.http_client import PersonSession
from hms_esr.errors import StepFailed
from hms_esr.html.error_messages import status_link
from hms_esr.html.form_submission import HtmlForm, submission
from hms_esr.html.page import page_of
from hms_esr.http.response import HttpAnswer
from tests.each import each
from tests.engine.people import session
from tests.engine.target import Got, ok, redirect, target


def page(foreign: str) -> bytes:
    """A page that leads to a stranger in every way a page can."""
    html = (
        f"<a href='{foreign}/l'>Link</a><a rel=status href='{foreign}/s'>Status</a>"
        f"<form method=post action='{foreign}/f'><input name=a value=1><button>Send</button>"
        f"<button formaction='{foreign}/b'>Other</button></form>"
    )
    return ok(html.encode(), Content_Type="text/html")


def posted(person: PersonSession, form: HtmlForm | None, button: str = "") -> None:
    assert form is not None
    made = submission(form, {}, {}, button=button)
    person.fetch(made.method, made.url, body=made.body, media_type=made.media_type, referer=form.url)


def linked(person: PersonSession, found: object) -> None:
    assert isinstance(found, tuple) and found[0] == "link"
    person.fetch("GET", found[1])


WAYS: dict[str, Callable[[PersonSession, HttpAnswer, str, str], object]] = {
    "address": lambda person, page, here, foreign: person.fetch("GET", foreign),
    "redirect": lambda person, page, here, foreign: person.fetch("GET", f"{here}/redirect"),
    "redirect after a form": lambda person, page, here, foreign: person.fetch("POST", f"{here}/redirect", body=b"x"),
    "redirect that keeps the body": lambda person, page, here, foreign: person.fetch("POST", f"{here}/keep", body=b"x"),
    "second redirect": lambda person, page, here, foreign: person.fetch("GET", f"{here}/twice"),
    "form": lambda person, page, here, foreign: posted(person, page_of(page).form()),
    "button": lambda person, page, here, foreign: posted(person, page_of(page).form(), "other"),
    "link": lambda person, page, here, foreign: linked(person, page_of(page).find("link")),
    "status link": lambda person, page, here, foreign: person.fetch("GET", status_link(page) or ""),
    "another name": lambda person, page, here, foreign: person.fetch("GET", foreign.replace("127.0.0.1", "0x7f.1")),
    "IPv6": lambda person, page, here, foreign: person.fetch("GET", foreign.replace("127.0.0.1", "[::ffff:127.0.0.1]")),
    "user name": lambda person, page, here, foreign: person.fetch("GET", foreign.replace("//", f"//{here[7:]}@")),
    "base": lambda person, page, here, foreign: person.fetch("GET", "x", base=f"{foreign}/"),
    "no scheme": lambda person, page, here, foreign: person.fetch("GET", foreign.removeprefix("http:"), base=here),
    "back slashes": lambda person, page, here, foreign: person.fetch("GET", "\\\\" + foreign[7:], base=here),
}


@each("policy", ["per_person", "reused"])
@each("way", WAYS)
def test_no_way_leads_to_a_stranger(way: str, policy: str) -> None:
    """A second port of this machine, not named: the step fails saying so, and 0 connections are made there."""
    with target(lambda got: ok()) as foreign:
        where = {"/redirect": foreign.url, "/twice": "/redirect"}

        def answer(got: Got) -> bytes:
            if got.path == "/keep":
                return redirect(foreign.url, "307 Temporary Redirect")
            return redirect(where[got.path]) if got.path in where else page(foreign.url)

        with target(answer) as here:
            person, hops = session(here.url, connections=policy)
            start = person.fetch("GET", here.url)
            with pytest.raises(StepFailed) as caught:
                WAYS[way](person, start, here.url, foreign.url)
    assert caught.value.kind == "refused"
    assert foreign.connections == 0
    assert all(hop.failure is None for hop in hops)
    if "redirect" in way:
        assert f"redirects to http://127.0.0.1:{foreign.port}: refused:" in caught.value.message


def test_a_person_may_go_where_the_run_may() -> None:
    """The same redirect to a place named under ``also`` is followed."""
    with target(lambda got: ok(b"there")) as other, target(lambda got: redirect(other.url)) as here:
        person, hops = session(here.url, f"127.0.0.1:{other.port}")
        assert person.fetch("GET", here.url).body == b"there"
    assert (len(hops), other.connections) == (2, 1)
