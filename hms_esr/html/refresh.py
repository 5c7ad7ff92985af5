"""Owns where a page leads by itself: a ``Refresh`` header or meta (HTML, "shared declarative refresh steps").

Knows nothing of waiting or of requests.
"""

from __future__ import annotations

import re

from hms_esr.errors import StepFailed
from hms_esr.html.page import page_of
from hms_esr.http.response import HttpAnswer
from hms_esr.http.url import join

LONGEST_S = 10.0
"""A page that leads on later than this is one that a person reads."""
_SEEN_BYTES = 16384
"""How far into a page such a meta is looked for: it stands in the head."""
_RULE = re.compile(
    r"\s*(?:([0-9]+)[0-9.]*|\.[0-9.]*)(?=[;,\s]|$)\s*[;,]?\s*(?:url\s*=\s*)?(.*)", re.ASCII | re.IGNORECASE | re.DOTALL
)
_MARKS = (b"ttp-equiv", b"TTP-EQUIV", b"ttp-Equiv")


def refresh_of(answer: HttpAnswer) -> tuple[float, str] | None:
    """Seconds and the absolute address of another page that this one leads to; None when it stays.

    A page that asks for itself again polls itself and stays; so do an error and a page that waits over LONGEST_S.
    """
    if answer.status >= 400:
        return None
    try:
        said, base = answer.head.refresh, answer.url
        if not said and _may_have_meta(answer):
            page = page_of(answer)
            said, base = _meta(page.tree), page.base
        return _other_page(answer, said, base) if said else None
    except StepFailed:
        return None


def _other_page(answer: HttpAnswer, said: str, base: str) -> tuple[float, str] | None:
    found = _RULE.fullmatch(said)
    if found is None or not found[2] or float((found[1] or "0")[:9]) > LONGEST_S:
        return None
    reference = found[2]
    if reference[0] in "'\"":
        reference = reference[1:].partition(reference[0])[0]
    address = join(base, reference.strip()).url
    return None if address == answer.url else (float(found[1] or "0"), address)


def _may_have_meta(answer: HttpAnswer) -> bool:
    if answer.media_type not in ("text/html", "application/xhtml+xml"):
        return False
    start = answer.beginning(_SEEN_BYTES)
    return any(mark in start for mark in _MARKS)


def _meta(tree: object) -> str:
    """What the first such meta says that counts with scripting on."""
    for node in tree.css("meta[http-equiv][content]"):  # type: ignore[attr-defined]
        if (node.attributes["http-equiv"] or "").strip().lower() != "refresh":
            continue
        above = node.parent
        while above is not None and above.tag not in ("noscript", "template"):
            above = above.parent
        if above is None:
            return node.attributes["content"] or ""
    return ""
