"""Owns which form a control belongs to where nesting does not say it: as the parser of the HTML standard has it.

While a form is open its pointer takes every control met, wherever tables and misnested tags put it in the tree. The
tree alone does not show that, so start tags are numbered in the source, and the numbers found again in the tree.
"""

from __future__ import annotations

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from hms_esr.html.tree import foreign

NUMBER = "esr-5e5e5e5e"
"""The attribute that numbers a start tag."""
_TAG = re.compile(
    r"<!--(?:>|->|.*?(?:-->|--!>|\Z))|<[!?][^>]*>|</[^A-Za-z][^>]*>"
    r"|<(/?)([A-Za-z][^\s/>]*+)(?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+|(?=>)))*+>",
    re.DOTALL,
)
_CONTROLS = frozenset(("input", "select", "textarea", "button"))
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "xmp", "iframe", "noembed", "noframes", "noscript", "textarea", "title")
}


def numbered(html: str) -> tuple[str, list[tuple[int, str]]]:
    """The page with every control and form numbered and ``noscript`` emptied, and what its tags do to the pointer.

    Of each tag: its number, and ``form``, ``/form`` or ``control``. Tags in templates are left out.
    """
    pieces: list[str] = []
    tags: list[tuple[int, str]] = []
    at = done = templates = 0
    while (tag := _TAG.search(html, at)) is not None:
        at = tag.end()
        if tag[2] is None:
            continue
        name, is_end = tag[2].lower(), bool(tag[1])
        if name == "template":
            templates = max(0, templates + (-1 if is_end else 1))
        elif is_end:
            if name == "form" and not templates:
                tags.append((-1, "/form"))
        elif (name == "form" or name in _CONTROLS) and not templates:
            place = tag.end(2)
            pieces += (html[done:place], f" {NUMBER}={len(tags)} ")
            done = place
            tags.append((len(tags), "form" if name == "form" else "control"))
        if name in _RAW and not is_end:
            end = _RAW[name].search(html, at)
            stop = end.start() if end else len(html)
            if name == "noscript":
                pieces.append(html[done:at])
                done = stop
            at = stop
    pieces.append(html[done:])
    return "".join(pieces), tags


def owners(html: str) -> tuple[Any, dict[int, Any]]:
    """The page's tree, and the form of each control that one was open for, by the control's ``mem_id``."""
    text, tags = numbered(html)
    tree = LexborHTMLParser(text)
    by_number = {int(node.attributes[NUMBER] or 0): node for node in tree.css(f"[{NUMBER}]")}
    owned: dict[int, Any] = {}
    pointer = None
    for number, what in tags:
        node = by_number.get(number)
        if what == "/form":
            pointer = None
        elif what == "form":
            if pointer is None and node is not None and not foreign(node):
                pointer = node
        elif node is not None and pointer is not None:
            owned[node.mem_id] = pointer
    return tree, owned


def nested(html: str, nodes: list[Any]) -> dict[int, Any] | None:
    """The form around each control, by the control's ``mem_id``; None when nesting does not say everything.

    It does where each control stands in a form, no form in another, and nothing in ``noscript``.
    """
    if "<noscript" in html or "<NOSCRIPT" in html:
        return None
    around: dict[int, Any] = {}
    for node in nodes:
        form = form_around(node)
        if (form is None) != (node.tag == "form"):
            return None
        around[node.mem_id] = form
    return around


def form_around(node: Any) -> Any:
    """The nearest form that an element stands in; None without one."""
    at = node.parent
    while at is not None and at.tag != "form":
        at = at.parent
    return at
