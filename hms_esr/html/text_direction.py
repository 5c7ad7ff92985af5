"""Owns which way text runs (HTML standard, "the directionality"), as ``dirname`` sends it.

Knows nothing of what is sent.
"""

from __future__ import annotations

import unicodedata
from typing import Any

_BY_VALUE = frozenset(("hidden", "text", "search", "tel", "url", "email", "password", "submit", "reset", "button"))
"""Kinds of input whose ``dir=auto`` looks at the value, as do ``textarea``s."""
_APART = frozenset(("bdi", "script", "style", "textarea"))


def strong(text: str) -> str:
    """``ltr`` or ``rtl`` by the first letter that has a direction; empty without one."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind == "L":
            return "ltr"
        if kind in ("R", "AL"):
            return "rtl"
    return ""


def direction(node: Any, kind: str) -> str:
    """``ltr``, ``rtl``, or ``auto`` for a control whose own value says."""
    said = (node.attributes.get("dir") or "").lower()
    if said in ("ltr", "rtl"):
        return said
    if said == "auto" and (kind in _BY_VALUE or kind == "textarea"):
        return "auto"
    if kind == "tel" and not said:
        return "ltr"
    at = node.parent
    while at is not None and at.tag != "-document":
        said = ((at.attributes or {}).get("dir") or "").lower()
        if said in ("ltr", "rtl"):
            return said
        if said == "auto" or at.tag == "bdi":
            found = _contained(at)
            if found:
                return found
            if said == "auto":
                return "ltr"
        at = at.parent
    return "ltr"


def _contained(node: Any) -> str:
    """By the text in an element, without parts that have a direction of their own."""
    for child in node.iter(include_text=True):
        if child.is_text_node:
            found = strong(child.text(deep=False))
        elif child.tag in _APART or (child.attributes or {}).get("dir") is not None:
            continue
        else:
            found = _contained(child)
        if found:
            return found
    return ""
