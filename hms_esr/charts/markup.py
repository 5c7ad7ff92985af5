"""Owns text that is safe to stand in HTML and SVG: everything is escaped unless it is Markup already.

Knows nothing of pages or charts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Characters XML refuses, and those that turn the direction of text around."""
_SELF_CLOSING = frozenset({"line", "rect", "path", "circle", "use"})
_VOID = frozenset({"br", "meta", "col", "hr"})


class Markup(str):
    """Text that is markup: made here or by :func:`tag`, never from a scenario or a target."""

    __slots__ = ()

    def __add__(self, other: object) -> Markup:
        """Both, the other escaped unless Markup."""
        return Markup(str.__add__(self, esc(other)))


def esc(value: object) -> Markup:
    """``value`` as text, escaped for element and attribute; Markup stays as it is."""
    if isinstance(value, Markup):
        return value
    return Markup(escape(_FORBIDDEN.sub("\ufffd", str(value)), quote=True))


def join(parts: Iterable[object], between: str = "") -> Markup:
    """Parts one after the other, each escaped unless Markup."""
    return Markup(str(esc(between)).join(esc(part) for part in parts))


def tag(name: str, /, *content: object, **attributes: object) -> Markup:
    """An element. ``text_anchor`` becomes ``text-anchor``, ``class_`` ``class``; None leaves an attribute out."""
    listed = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{esc(value)}"' for key, value in attributes.items() if value is not None
    )
    if name in _SELF_CLOSING and not content:
        return Markup(f"<{name}{listed}/>")
    if name in _VOID:
        return Markup(f"<{name}{listed}>")
    return Markup(f"<{name}{listed}>{join(content)}</{name}>")


def short(text: str, most: int) -> str:
    """``text`` on one line, with at most ``most`` characters; an ellipsis shows that some were left out."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
