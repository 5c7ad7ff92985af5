"""Tests of hms_esr.charts.markup."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from hms_esr.charts.markup import Markup, esc, join, short, tag
from tests.each import each


@given(st.text())
def test_any_text_is_the_same_text_again_after_parsing(text: str) -> None:
    """Whatever a person or a target writes, an XML parser reads it back as one text, and never as an element."""
    element = ElementTree.fromstring(tag("p", text, title=text))
    assert len(element) == 0
    kept = "".join(character for character in text if esc(character) != "\ufffd")
    assert (element.text or "").replace("\ufffd", "") == kept.replace("\ufffd", "")


@each("character", ["\x00", "\x08", "\x1b", "\r", "\u202e", "\u2066", "\ud800", "\uffff", "\x85"])
def test_characters_that_break_or_turn_text_are_replaced(character: str) -> None:
    """Control characters, direction overrides and lone surrogates become a replacement character."""
    assert esc(f"a{character}b") == "a\ufffdb"


def test_markup_is_not_escaped_twice_and_text_always_once() -> None:
    """Markup passes through tag, join and plus; text beside it is escaped."""
    assert tag("b", Markup("<i>x</i>"), "<") == "<b><i>x</i>&lt;</b>"
    assert join(["<", Markup("<br>")], "&") == "&lt;&amp;<br>"
    assert Markup("<br>") + "<" == "<br>&lt;"


def test_attributes_are_spelled_as_html_spells_them() -> None:
    """Underscores become hyphens, a trailing one is dropped, None leaves the attribute out."""
    assert tag("line", class_="grid", text_anchor="end", x=None, y=0) == '<line class="grid" text-anchor="end" y="0"/>'
    assert tag("td") == "<td></td>"
    assert tag("br") == "<br>"


def test_long_text_is_cut_with_an_ellipsis_on_one_line() -> None:
    """Line breaks become spaces, and no more characters than asked are kept."""
    assert short("a\n b", 10) == "a b"
    assert short("x" * 11, 10) == "x" * 9 + "…"
