"""Owns what a person reads on a page: its text without what browsers do not show, and the passage nearest to a text.

Knows nothing of forms or of what is done when a text is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hms_esr.html.page import page_of
from hms_esr.http.response import HttpAnswer

_UNREAD = frozenset(("script", "style", "template", "noscript"))
_INLINE_TAGS = (
    "a abbr b bdi bdo cite code data del dfn em font i ins kbd label mark q s samp small span strong sub sup time u "
    "var wbr"
)
_INLINE = frozenset(_INLINE_TAGS.split())
_BUTTONS = frozenset(("submit", "button", "reset"))
_OPENS = ("<!--", "<script", "<style", "<template", "<noscript")
_CLOSES = ("-->", "</script", "</style", "</template", "</noscript")
_END = "\0"
"""Where a block begins or ends."""
_PAGES = ("text/html", "application/xhtml+xml")
_LONGEST_PASSAGE = 120
_MOST_PASSAGES = 2000


def _hidden(node: Any) -> bool:
    return "hidden" in node.attributes


def pieces(node: Any, hidden: Callable[[Any], bool] = _hidden, unread: frozenset[str] = _UNREAD) -> list[str]:
    """Text below ``node`` as a person meets it, block by block; each piece is one line, none is empty."""
    parts: list[str] = []

    ahead: list[Any] = list(node.iter(include_text=True))[::-1]
    while ahead:
        child = ahead.pop()
        if isinstance(child, str):
            parts.append(child)
            continue
        if child.is_text_node:
            parts.append(child.text(deep=False))
            continue
        tag = child.tag
        if tag in unread or hidden(child):
            continue
        if tag == "input" or tag == "img":
            parts.append(_shown(child))
            continue
        if tag not in _INLINE:
            parts.append(_END)
            ahead.append(_END)
        ahead += list(child.iter(include_text=True))[::-1]
    found = (" ".join(piece.split()) for piece in "".join(parts).split(_END))
    return [piece for piece in found if piece]


def _shown(node: Any) -> str:
    """A button's text, a picture's alternative."""
    marks = node.attributes
    if node.tag == "img":
        return f" {marks.get('alt') or ''} "
    return f"\0{marks.get('value') or ''}\0" if (marks.get("type") or "").lower() in _BUTTONS else ""


def passage(answer: HttpAnswer, wanted: str) -> str | None:
    """None when a person reads ``wanted`` in the answer, white space joined; else the nearest passage, maybe empty."""
    if answer.media_type not in _PAGES:
        text = answer.text
        return None if wanted in text or " ".join(wanted.split()) in " ".join(text.split()) else ""
    if _plainly_there(answer.text, wanted):
        return None
    wanted = " ".join(wanted.split())
    tree = page_of(answer).tree
    found = pieces(tree.root) if tree.root is not None else []
    return None if wanted in " ".join(found) else _nearest(found, wanted)


def _plainly_there(html: str, wanted: str) -> bool:
    """Whether the first occurrence in the source is one that is read, without parsing (which costs much more)."""
    at = html.find(wanted)
    if at < 0 or "<" in wanted or "&" in wanted:
        return False
    if html.rfind("<", 0, at) > html.rfind(">", 0, at):
        return False
    before = html[:at].lower()
    if " hidden" in before:
        return False
    for opens, closes in zip(_OPENS, _CLOSES, strict=True):
        start = before.rfind(opens)
        if start >= 0 and before.find(closes, start) < 0:
            return False
    return True


_WORD = re.compile(r"\w+")


def _nearest(found: list[str], wanted: str) -> str:
    """The piece that shares most words with ``wanted``; empty when none shares any."""
    words = {word.casefold() for word in _WORD.findall(wanted)}
    best, most = "", 0
    for piece in found[:_MOST_PASSAGES]:
        shared = len(words & {word.casefold() for word in _WORD.findall(piece[:1000])})
        if shared > most:
            best, most = piece, shared
    return best if len(best) <= _LONGEST_PASSAGE else best[: _LONGEST_PASSAGE - 1].rstrip() + "…"
