"""Owns whether a text fits a tree: in the linear engine's syntax, and by a matcher of our own for lookarounds.

Ours follows sets of places through the tree, so that nothing is tried twice; its budget is a number of steps.
"""

from __future__ import annotations

from hms_esr.personas.patterns import characters
from hms_esr.personas.patterns.nodes import Chain, Chars, Choice, Edge, Look, Node, Repeat

MOST_STEPS = 10_000


class TooManySteps(Exception):
    """The budget is used up; caught where a value is made."""


class Budget:
    """Steps left for one value, whatever is tried for it."""

    def __init__(self, steps: int = MOST_STEPS) -> None:
        self.steps = steps

    def spend(self, steps: int) -> None:
        """TooManySteps when there are not as many left."""
        self.steps -= steps
        if self.steps < 0:
            raise TooManySteps


def matches(node: Node, text: str, budget: Budget) -> bool:
    """Whether all of ``text`` is of the tree; TooManySteps when that cannot be told within the budget."""
    return len(text) in _Matching(text, budget).ends(node, frozenset((0,)))


_EDGES = {"^": r"\A", "$": r"\z", "b": r"\b", "B": r"\B"}


def linear(node: Node) -> str:
    """A tree in the linear engine's syntax; ValueError for a lookaround, which it does not know."""
    match node:
        case Chars(allowed):
            # An empty class fits nothing; half surrogate pairs are no characters.
            whole = characters.common(allowed, ((0, 0xD7FF), (0xE000, 0x10FFFF)))
            listed = "".join(rf"\x{{{first:x}}}-\x{{{last:x}}}" for first, last in whole)
            return f"[{listed}]" if listed else r"[^\x{0}-\x{10FFFF}]"
        case Chain(parts):
            return "".join(map(linear, parts))
        case Choice(options):
            return f"(?:{'|'.join(map(linear, options))})"
        case Repeat(part, least, most):
            return f"(?:{linear(part)}){{{least},{'' if most is None else most}}}"
        case Edge(kind):
            return _EDGES[kind]
        case Look():
            raise ValueError("lookaround")


class _Matching:
    """One text being matched."""

    def __init__(self, text: str, budget: Budget) -> None:
        self.text = text
        self.budget = budget

    def ends(self, node: Node, starts: frozenset[int]) -> frozenset[int]:
        """Every place where ``node`` can end that begins at one of ``starts``."""
        self.budget.spend(len(starts) or 1)
        match node:
            case Chars(allowed):
                text, last = self.text, len(self.text)
                return frozenset(at + 1 for at in starts if at < last and characters.has(allowed, text[at]))
            case Chain(parts):
                for part in parts:
                    if starts:
                        starts = self.ends(part, starts)
                return starts
            case Choice(options):
                return frozenset().union(*(self.ends(option, starts) for option in options))
            case Repeat():
                return self.repeated(node, starts)
            case Edge(kind):
                return frozenset(at for at in starts if self.stands(kind, at))
            case Look(part, wanted, behind):
                return frozenset(at for at in starts if self.seen(part, at, behind) == wanted)

    def repeated(self, node: Repeat, starts: frozenset[int]) -> frozenset[int]:
        for _ in range(node.least):
            before, starts = starts, self.ends(node.part, starts)
            if starts == before or not starts:
                break
        found, times = starts, node.least
        while starts and (node.most is None or times < node.most):
            starts = self.ends(node.part, starts) - found
            found |= starts
            times += 1
        return found

    def seen(self, part: Node, at: int, behind: bool) -> bool:
        if not behind:
            return bool(self.ends(part, frozenset((at,))))
        return at in self.ends(part, frozenset(range(at + 1)))

    def stands(self, kind: str, at: int) -> bool:
        if kind == "^":
            return at == 0
        if kind == "$":
            return at == len(self.text)
        around = [0 <= one < len(self.text) and characters.has(characters.WORD, self.text[one]) for one in (at - 1, at)]
        return (around[0] != around[1]) == (kind == "b")
