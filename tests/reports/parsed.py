"""Owns the reading of a page by a parser that forgives nothing: every element closed in order, no id twice.

Knows nothing of what a page is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "br", "col", "hr", "link", "img", "input"}


@dataclass
class Element:
    """An element: name, attributes, the text right inside and below it."""

    name: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page:
    """All elements of a page in order, and its ids."""

    elements: list[Element] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def all(self, name: str, class_: str = "") -> list[Element]:
        """Elements of that name, with that class among theirs when one is given."""
        return [
            one
            for one in self.elements
            if one.name == name and (not class_ or class_ in one.attributes.get("class", "").split())
        ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"attribute twice in <{tag}>: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.page.elements.append(element)
        if "id" in element.attributes:
            self.page.ids.append(element.attributes["id"])
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> without a start"
        assert self.open[-1].name == tag, f"</{tag}> inside <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def parsed(text: str) -> Page:
    """The page; AssertionError where it is not well-formed."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open, f"never closed: {[one.name for one in reader.open]}"
    return reader.page


def svgs(text: str) -> list[str]:
    """Every chart of a page as XML text: from ``<svg`` to its own end."""
    found = []
    for start in (
        match.start() for match in re.finditer(r'<svg (?=role="img"|class="bullet|class="strip|class="hbar)', text)
    ):
        depth = 0
        for token in re.finditer(r"<svg\b[^>]*?(/?)>|</svg>", text[start:]):
            depth += -1 if token[0] == "</svg>" else 0 if token[1] else 1
            if depth == 0:
                found.append(text[start : start + token.end()])
                break
    return found
