"""Owns ``{{ … }}`` in texts: splitting a text into plain parts and references. A fixed table, no expressions.

Knows nothing of values: who renders looks the references up.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple

_BRACES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
_REFERENCE = re.compile(rf"\s*(persona|random|vars|secret|run|sim|data\.{_NAME})\.({_NAME})\s*")
ALLOWED = "persona.x, random.x, vars.x, data.set.column, secret.X, run.id, sim.now"


class Reference(NamedTuple):
    """``{{ kind.name }}``; for data ``kind`` is ``data`` and ``of`` the set."""

    kind: str
    name: str
    of: str = ""

    def __str__(self) -> str:
        """As it is written between the braces."""
        return ".".join(part for part in (self.kind, self.of, self.name) if part)


@lru_cache(maxsize=4096)
def split(text: str) -> tuple[str | Reference, ...]:
    """Plain parts and references in order. ValueError, naming what is allowed, for anything else between braces."""
    if "{{" not in text:
        return (text,)
    parts: list[str | Reference] = []
    at = 0
    for found in _BRACES.finditer(text):
        if found.start() > at:
            parts.append(text[at : found.start()])
        parts.append(_reference(found[1]))
        at = found.end()
    if "{{" in text[at:]:
        raise ValueError("'{{' is never closed; write {{ persona.email }}")
    if at < len(text):
        parts.append(text[at:])
    return tuple(parts)


def _reference(inside: str) -> Reference:
    matched = _REFERENCE.fullmatch(inside)
    if matched is None:
        raise ValueError(f"unknown template '{{{{{inside[:60]}}}}}'. Allowed: {ALLOWED}")
    kind, name = matched[1], matched[2]
    if kind in ("run", "sim") and (kind, name) not in (("run", "id"), ("sim", "now")):
        raise ValueError(f"unknown template '{kind}.{name}'. Allowed: {ALLOWED}")
    if kind.startswith("data."):
        return Reference("data", name, kind.partition(".")[2])
    return Reference(kind, name)


def references(text: str) -> tuple[Reference, ...]:
    """The references of ``text``, in order."""
    return tuple(part for part in split(text) if isinstance(part, Reference))


def as_words(value: Any) -> str:
    """A value inside other text: as JSON writes it, strings bare."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
