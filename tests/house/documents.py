"""Owns what documentation pages hold: headings, links, code blocks, commands.

Knows nothing of what the commands do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.house.sources import ROOT, files

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"(?:#|//|<!--) ([\w./-]+\.\w+)(?: -->)?\n")


@dataclass(frozen=True, slots=True)
class Block:
    """A code block: its language, its text, and the file it is when its first line says so (``# scenarios/x.yml``)."""

    language: str
    text: str

    @property
    def file(self) -> str:
        """Path of the file this block is; empty when it is none."""
        found = _FILE.match(self.text)
        return found[1] if found else ""

    @property
    def content(self) -> str:
        """The file's text, without the line that names it."""
        return _FILE.sub("", self.text, count=1) if self.file else self.text

    @property
    def commands(self) -> list[str]:
        """Lines after ``$``, continued lines joined; only in console blocks."""
        if self.language != "console":
            return []
        joined = self.text.replace("\\\n", " ")
        return [line[2:] for line in joined.splitlines() if line.startswith("$ ")]


def pages() -> list[str]:
    """Paths of all documentation pages people write."""
    found = [name for name in files() if name.endswith(".md")]
    return [name for name in found if not name.startswith(("docs/reference/", "tests/"))]


def text(page: str) -> str:
    """The page."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str) -> list[Block]:
    """Its code blocks, in order."""
    return [Block(found[1], found[2]) for found in _BLOCK.finditer(text(page))]


def anchors(page: str) -> set[str]:
    """Anchors of its headings, as common renderers make them."""
    plain = re.sub(r"^```.*?^```$", "", text(page), flags=re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^#+ (.+)$", plain, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def links(page: str) -> list[str]:
    """Where its links lead, as written."""
    plain = re.sub(r"^```.*?^```$", "", text(page), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"(?<!!)\[[^\]\n]+\]\(([^)\s]+)\)", plain)
