"""What somebody is told who looks for a link or button that is not there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hms_esr.errors import StepFailed
from hms_esr.formatting import mask
from hms_esr.html.page import Page
from hms_esr.steps.click import Click

NONE = "<p>Nothing</p>"
ADMIN = """<nav><a href="/">Home</a><a href="/out" title="Log out"><img src=x></a>
<a href="/h"><img src=h alt="Help"></a>
<a>No address</a></nav><form><button>Search</button><button type="button">Menu</button><button>Search</button></form>"""


def page_of(html: str) -> Page:
    """A page of the admin."""
    return Page(html, "http://127.0.0.1/admin/")


class Somebody:
    """A person on a page."""

    def __init__(self, html: str | None) -> None:
        self.answer = None if html is None else SimpleNamespace(path="/admin/")
        self._page: Any = page_of(html or "")

    def render(self, text: str) -> str:
        return text

    def find(self, text: str) -> Any:
        return self._page.find(text)

    def clickable(self) -> tuple[str, ...]:
        found: tuple[str, ...] = self._page.clickable()
        return found


def told(html: str | None) -> str:
    """Why a click on ``Images`` failed."""
    with pytest.raises(StepFailed) as failed:
        Click(target="Images").perform(Somebody(html))  # type: ignore[arg-type]
    return failed.value.message


@pytest.mark.parametrize(
    ("html", "there"),
    [
        (ADMIN, "/admin/; it has “Search, Home, Log out, Help” (what JavaScript draws cannot be seen)"),
        (NONE, "/admin/; it has none (what JavaScript draws cannot be seen)"),
        (None, "any page: nothing was visited yet"),
    ],
)
def test_what_there_is_is_listed(html: str | None, there: str) -> None:
    """Buttons that submit and links with an address, by what a person reads; every one of them can be clicked."""
    assert told(html) == f"no button or link 'Images' on {there}"
    assert all(page_of(html or "").find(text) for text in page_of(html or "").clickable())


def test_a_page_full_of_links_is_cut() -> None:
    """The message stays one that a person can read, and on record names nobody."""
    message = told("".join(f'<a href="/{n}">Case of Ann Lee number {n}</a>' for n in range(500)))
    assert len(message) < 400 and "…” (what JavaScript" in message
    assert mask(message) == "no button or link ‹text› on /admin/; it has ‹text› (what JavaScript draws cannot be seen)"
