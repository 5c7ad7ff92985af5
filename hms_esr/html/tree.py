"""Owns what is asked of nodes of a parsed page: text as it is read, what is hidden, what is no HTML.

Knows nothing of forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

SPACE = " \t\n\f\r"
"""ASCII white space; other spaces are letters to HTML."""
_SPACES = re.compile(r"[ \t\n\f\r]+")
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_UNREAD = frozenset(("script", "style", "template", "noscript", "head", "datalist"))
_UNSEEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_INTEGRATION = frozenset(("foreignobject", "desc", "mi", "mo", "mn", "ms", "mtext", "annotation-xml"))


def words(node: Any, without: frozenset[str] = frozenset()) -> str:
    """The text of a node with spaces joined; ``without`` leaves out elements of those tags."""
    if not without or not any(inner.tag in without for inner in node.traverse()):
        return " ".join(node.text(deep=True, separator=" ").split())
    parts: list[str] = []
    left = list(node.iter(include_text=True))[::-1]
    while left:
        child = left.pop()
        if child.is_text_node:
            parts.append(child.text(deep=False))
        elif child.tag not in without:
            left += list(child.iter(include_text=True))[::-1]
    return " ".join(" ".join(parts).split())


def joined(text: str) -> str:
    """ASCII white space stripped and collapsed."""
    text = text.strip(SPACE)
    many = "  " in text or "\n" in text or "\t" in text or "\r" in text or "\f" in text
    return _SPACES.sub(" ", text) if many else text


def foreign(node: Any) -> bool:
    """Whether an element is SVG's or MathML's and none of HTML's, or in a template and none of the page's."""
    at = node.parent
    while at is not None:
        if at.tag in ("svg", "math", "template"):
            return True
        if at.tag.lower() in _INTEGRATION:
            return False
        at = at.parent
    return False


def unseen(node: Any) -> bool:
    """Whether an element itself is hidden by its own marks."""
    marks = node.attributes
    if not marks:
        return False
    return "hidden" in marks or bool("style" in marks and _UNSEEN.search(marks["style"] or ""))


def hidden(node: Any) -> bool:
    """Whether an element or one around it is hidden."""
    at = node
    while at is not None:
        if unseen(at):
            return True
        at = at.parent
    return False


def accessible_text(node: Any) -> str:
    """What a person reads or hears of an element's content: without hidden parts, an image as its ``alt``."""
    return " ".join("".join(_heard(node)).split())


def _heard(node: Any) -> Iterator[str]:
    for child in node.iter(include_text=True):
        if child.is_text_node:
            yield child.text(deep=False)
            continue
        marks = child.attributes
        if child.tag in _UNREAD or unseen(child) or marks.get("aria-hidden") == "true":
            continue
        block = child.tag in _BLOCKS
        if block:
            yield " "
        if marks.get("aria-label"):
            yield marks["aria-label"]
        elif child.tag in ("img", "area"):
            yield marks.get("alt") or marks.get("title") or ""
        elif child.tag == "input":
            yield (marks.get("value") or "") if (marks.get("type") or "").lower() in ("button", "submit") else ""
        else:
            yield from _heard(child)
        if block:
            yield " "
