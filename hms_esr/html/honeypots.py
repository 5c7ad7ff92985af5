"""Owns which controls are traps: no person sees them, so whoever fills them is taken for a robot and refused.

Knows nothing of forms as data. Only text controls and boxes can be traps: file inputs, choices and custom boxes are
often hidden behind something nicer.
"""

from __future__ import annotations

import re
from typing import Any

_KINDS = frozenset(("text", "email", "url", "tel", "search", "number", "textarea", "password", "checkbox"))
_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])|(?:left|top|right|text-indent)\s*:\s*-\d{3,}"
    r"|(?:^|[;\s])(?:width|height)\s*:\s*0(?![.\d])|clip\s*:\s*rect\(\s*0",
    re.I,
)
_CLASS = re.compile(
    r"^(?:(?:\w+[-_])*(?:honeypot|honey|hp|pot)(?:[-_]\w+)*|d-none|hidden|hide|invisible|offscreen|off-screen|sr-only"
    r"|visually-hidden|visuallyhidden|screen-reader-text|\w+-(?:sr-only|visually-hidden))$",
    re.I,
)
_NAME = re.compile(r"honey_?-?pot|^hp[_-]|[_-]hp$|^h0n3y", re.I)
_LABEL = re.compile(
    r"leave (?:\w+ ){1,3}(?:blank|empty)|do not fill|don['’]t fill|if you(?: are|['’]re) (?:a )?human", re.I
)
_ANCESTORS = 4
_CUSTOM = frozenset(("checkbox",))


def is_trap(node: Any, kind: str, label: str) -> bool:
    """Whether a control is hidden from people: by label or name, style, class, ``aria-hidden`` or ``tabindex=-1``."""
    if kind not in _KINDS:
        return False
    marks = node.attributes
    if _LABEL.search(label) or _NAME.search(marks.get("name") or ""):
        return True
    if kind not in _CUSTOM and ((marks.get("tabindex") or "").strip() == "-1" or _unseen(node)):
        return True
    at = node.parent
    for _ in range(_ANCESTORS):
        if at is None or at.tag in ("form", "body"):
            return False
        if _unseen(at):
            return True
        at = at.parent
    return False


def _unseen(node: Any) -> bool:
    marks = node.attributes
    if "hidden" in marks or (marks.get("aria-hidden") or "").lower() == "true":
        return True
    return bool(_STYLE.search(marks.get("style") or "") or any(map(_CLASS.match, (marks.get("class") or "").split())))
