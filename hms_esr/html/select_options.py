"""Owns what a select offers and has chosen when nobody touched it. Knows nothing of forms."""

from __future__ import annotations

import re
from typing import Any

from hms_esr.html.tree import foreign, joined

_INTEGER = re.compile(r"[ \t\n\f\r]*(?:\+?(\d+)|-0+)", re.ASCII)
Texts = tuple[str, ...]


def non_negative(text: str | None) -> int:
    """HTML standard, "rules for parsing non-negative integers"; 0 where they give an error."""
    found = _INTEGER.match(text or "")
    return int(found[1] or 0) if found else 0


def read_options(node: Any) -> tuple[Texts, Texts, Texts]:
    """Values and texts of the options that can be chosen, and the values a select sends untouched."""
    values, texts, chosen = [], [], []
    multiple = "multiple" in node.attributes
    last: list[str] | None = None
    plain = node.css_first("option script,option svg") is None
    grouped = node.css_first("optgroup") is not None
    for option in node.css("option"):
        marks = option.attributes
        text = joined(option.text(deep=True)) if plain else _text(option)
        value = (marks["value"] or "") if "value" in marks else text
        off = "disabled" in marks or (grouped and _in_disabled_group(option))
        if not off:
            values.append(value)
            texts.append(marks.get("label") or text)
        if "selected" in marks:
            last = [] if off else [value]
            chosen += last
    if not multiple:
        chosen = last if last is not None else values[:1] if _size(node) == 1 else []
    return tuple(values), tuple(texts), tuple(chosen)


def _size(node: Any) -> int:
    """Rows shown of a select that takes one choice."""
    return non_negative(node.attributes.get("size")) or 1


def _in_disabled_group(option: Any) -> bool:
    at = option.parent
    while at is not None and at.tag != "select":
        if at.tag == "optgroup":
            return "disabled" in at.attributes
        at = at.parent
    return False


def _text(option: Any) -> str:
    """Text of an option without scripts, ASCII white space collapsed."""
    parts = [
        node.text(deep=False)
        for node in option.traverse(include_text=True)
        if node.is_text_node and node.parent.tag != "script" and not foreign(node)
    ]
    return joined("".join(parts))
