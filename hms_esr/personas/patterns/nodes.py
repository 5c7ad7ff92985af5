"""Owns a pattern as a tree of parts. Knows nothing of texts, written or made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hms_esr.personas.patterns.characters import Ranges


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    allowed: Ranges


@dataclass(frozen=True, slots=True)
class Chain:
    """One part after another; no part is the empty text."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part ``least`` to ``most`` times; None is without end."""

    part: Node
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """A condition on what follows, or with ``behind`` on what is before; it takes no character."""

    part: Node
    wanted: bool
    behind: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """A place: ``^`` start, ``$`` end, ``b`` edge of a word, ``B`` no edge of a word."""

    kind: str


Node = Chars | Chain | Choice | Repeat | Look | Edge


def inside(node: Node) -> Iterator[Node]:
    """The node and every node in it."""
    yield node
    if isinstance(node, Chain):
        for part in node.parts:
            yield from inside(part)
    elif isinstance(node, Choice):
        for option in node.options:
            yield from inside(option)
    elif isinstance(node, Repeat | Look):
        yield from inside(node.part)
