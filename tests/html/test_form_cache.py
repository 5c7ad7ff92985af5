"""Forms learned from pages seen before are those a full parse would give."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hms_esr.html.form_cache import CHECK_EVERY, FormMemory, Forms
from hms_esr.html.form_parser import read_forms
from hms_esr.html.page import Page

URL = "http://h.test/apply"


class Reader:
    """The full parse, counted."""

    def __init__(self) -> None:
        self.parses = 0

    def __call__(self, html: str) -> Forms:
        self.parses += 1
        page = Page(html, URL)
        return read_forms(page.tree, html, page.base, URL, "utf-8")


def html(token: str, other: str = "o", outside: str = "", label: str = "Name") -> str:
    return (
        f"<p>{outside}</p><label for=n>{label}</label><form method=post><input type='hidden' name=csrf value='{token}'>"
        f'<input id=n name=name required><input type="hidden" name="two" id="x" value="{other}">'
        "<select name=s><option>1<option selected>2</select><button>Go</button></form>"
    )


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30), st.text(max_size=5)), min_size=3, max_size=9))
def test_learned_forms_are_the_parsed_ones(views: list[tuple[str, str, str]]) -> None:
    """Any hidden values, quoted as pages quote them, and any text around the form."""
    memory, reader = FormMemory(), Reader()
    for token, other, outside in views:
        page = html(*(escape(text.replace("\x00", "").replace("\r", "")) for text in (token, other, outside)))
        assert memory.forms(page, URL, "utf-8", reader) == reader(page)


def test_a_page_is_parsed_twice_and_then_only_to_check() -> None:
    """Seen, seen again (and learned by two more parses), then one in a hundred."""
    memory, reader = FormMemory(), Reader()
    counts = []
    for view in range(2 + 2 * CHECK_EVERY):
        memory.forms(html(f"token{view}"), URL, "utf-8", reader)
        counts.append(reader.parses)
    assert counts[:4] == [1, 4, 4, 4]
    assert counts[1 + CHECK_EVERY] - counts[CHECK_EVERY] == 1
    assert counts[-1] == 6


def test_a_form_that_changed_is_read_again() -> None:
    """Another field, option or visible value is another region."""
    memory, reader = FormMemory(), Reader()
    for _ in range(3):
        memory.forms(html("t"), URL, "utf-8", reader)
    for change in (("<option>1", "<option>3"), ("id=n", "id=n value=5"), ("method=post", "method=get"), ("two", "too")):
        page = html("t").replace(*change)
        assert memory.forms(page, URL, "utf-8", reader) == reader(page) != reader(html("t"))


def test_a_difference_found_by_the_check_ends_the_learning() -> None:
    """A label outside the form changed: the page that is checked is right, and every one after it is parsed."""
    memory, reader = FormMemory(), Reader()
    for _ in range(3):
        memory.forms(html("t"), URL, "utf-8", reader)
    changed = html("t", label="Full name")
    found = [memory.forms(changed, URL, "utf-8", reader) == reader(changed) for _ in range(CHECK_EVERY + 3)]
    assert found[CHECK_EVERY:] == [True] * 3
    before = reader.parses
    memory.forms(changed, URL, "utf-8", reader)
    assert reader.parses == before + 1


@pytest.mark.parametrize(
    "change",
    [
        lambda page: page + "<input name=o form=f>",
        lambda page: "<base href=/x/>" + page,
        lambda page: page.replace("</form>", ""),
        lambda page: page.replace("<form", "<FORM"),
        lambda page: "<!-- <form> -->" + page.replace("type='hidden'", "type='hidden' data-x='<'"),
        lambda page: page.replace("<button>", "<script>'<input type=hidden name=no value=1>'</script><button>"),
    ],
)
def test_unusual_pages_are_parsed(change: Callable[[str], str]) -> None:
    """What a pattern cannot be trusted with gives the same forms as a parse, as often as it comes."""
    memory, reader = FormMemory(), Reader()
    for view in range(4):
        page = change(html(f"token{view}"))
        assert memory.forms(page, URL, "utf-8", reader) == reader(page)


def test_pages_of_another_address_are_learned_apart() -> None:
    """The address is part of what is remembered: an empty action means it."""
    for url in ("http://h.test/a", "http://h.test/b") * 4:
        assert [form.action for form in Page(html("t"), url).forms] == [url]
