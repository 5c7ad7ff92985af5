"""Owns pages served as XML (``application/xhtml+xml``): written down as the HTML that says the same.

Knows nothing of forms. As in browsers, what comes after a mistake in the XML is not there.
"""

from __future__ import annotations

import re
from contextlib import suppress
from html import escape
from html.entities import html5
from xml.parsers import expat

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_RAW = frozenset(("script", "style"))
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*;)")
_XML_OWN = frozenset(("amp;", "lt;", "gt;", "quot;", "apos;"))
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")


def as_html(text: str) -> str:
    """The page as HTML."""
    writer = _Writer()
    parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
    parser.StartElementHandler = writer.start
    parser.EndElementHandler = writer.end
    parser.CharacterDataHandler = writer.letters
    named = _ENTITY.sub(_character, _DECLARED.sub("", text))
    with suppress(expat.ExpatError):  # what was read before the mistake is the page
        parser.Parse(named.encode("utf-8", "replace"), True)
    return "<!doctype html>" + "".join(writer.out)


def _character(found: re.Match[str]) -> str:
    """A character that HTML has a name for, as a number: XML knows five names alone."""
    if found[1] in _XML_OWN or found[1] not in html5:
        return found[0]
    return "".join(f"&#{ord(letter)};" for letter in html5[found[1]])


class _Writer:
    """Elements as they come, written as HTML."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self._open: list[str] = []
        self._first = ""

    def start(self, name: str, marks: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        written = "".join(f' {key.rpartition(" ")[2]}="{escape(value)}"' for key, value in marks.items())
        self.out.append(f"<{local}{written}>")
        self._open.append(local)
        self._first = local

    def end(self, name: str) -> None:
        local = self._open.pop()
        if local not in _VOID:
            self.out.append(f"</{local}>")
        self._first = ""

    def letters(self, text: str) -> None:
        inside = self._open[-1] if self._open else ""
        if self._first in ("textarea", "pre") and text.startswith("\n"):
            self.out.append("\n")
        self._first = ""
        self.out.append(text if inside in _RAW else escape(text, quote=False))
