"""Owns texts made for a tree: which lengths are possible, and one of such a length, drawn part by part.

Knows nothing of lookarounds and edges: they take no character, and who asked verifies the text.
"""

from __future__ import annotations

from collections.abc import Iterator

from hms_esr.personas.patterns.characters import typed
from hms_esr.personas.patterns.nodes import Chain, Chars, Choice, Node, Repeat
from hms_esr.personas.safe import Draw, below

MOST_SUMS = 20_000


class Lengths:
    """Lengths of the texts of a tree's parts, up to ``most``, as bits of a number: bit n is a text of n characters.

    At most :data:`MOST_SUMS` are worked out; beyond that a part has no more, so what is told is possible, if not all.
    """

    def __init__(self, most: int) -> None:
        self._left = MOST_SUMS
        self._all = (1 << most + 1) - 1
        self._of: dict[int, int] = {}
        self._after: dict[int, list[int]] = {}
        self._times: dict[int, list[int]] = {}

    def of(self, node: Node) -> int:
        """Lengths of a part."""
        found = self._of.get(id(node))
        if found is None:
            found = self._of[id(node)] = self._found(node)
        return found

    def after(self, node: Chain) -> list[int]:
        """Lengths of a row's parts from each one on; the last entry is nothing more."""
        found = self._after.get(id(node))
        if found is None:
            found = [1]
            for part in reversed(node.parts):
                found.append(self._sum(self.of(part), found[-1]))
            found.reverse()
            self._after[id(node)] = found
        return found

    def times(self, node: Repeat) -> list[int]:
        """Lengths of a repeat's part taken 0, 1, 2, … times, never empty."""
        found = self._times.get(id(node))
        if found is None:
            once = self.of(node.part) & ~1
            found = [1]
            while found[-1] and (node.most is None or len(found) <= node.most):
                found.append(self._sum(once, found[-1]))
            self._times[id(node)] = found
        return found

    def least_times(self, node: Repeat) -> int:
        """How often a repeat's part stands there at least, not counting empty ones."""
        return 0 if self.of(node.part) & 1 else node.least

    def _found(self, node: Node) -> int:
        match node:
            case Chars(allowed):
                return 2 if typed(allowed) else 0
            case Chain():
                return self.after(node)[0]
            case Choice(options):
                found = 0
                for option in options:
                    found |= self.of(option)
                return found
            case Repeat():
                found = 0
                for one in self.times(node)[self.least_times(node) :]:
                    found |= one
                return found
        return 1

    def _sum(self, one: int, other: int) -> int:
        """Every length of ``one`` and every length of ``other`` together."""
        if one.bit_count() > other.bit_count():
            one, other = other, one
        self._left -= one.bit_count()
        if self._left < 0:
            return 0
        made = 0
        for length in bits(one):
            made |= other << length
        return made & self._all


def bits(number: int) -> Iterator[int]:
    """Places of the bits that are set."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


class Maker:
    """Texts drawn for trees; each draw has a number of its own."""

    def __init__(self, lengths: Lengths, draw: Draw) -> None:
        self.lengths = lengths
        self._draw = draw
        self._drawn = 100

    def below(self, count: int) -> int:
        """A drawn number from 0 to ``count - 1``."""
        self._drawn += 1
        return below(self._draw(self._drawn), count)

    def text(self, node: Node, length: int) -> str:
        """A text of ``length`` characters, which is one of the node's lengths."""
        match node:
            case Chars(allowed):
                letters = typed(allowed)
                return letters[self.below(len(letters))]
            case Chain(parts):
                return "".join(
                    self.text(part, own) for part, own in zip(parts, self._shares(node, length), strict=True)
                )
            case Choice(options):
                fit = [option for option in options if self.lengths.of(option) >> length & 1]
                return self.text(fit[self.below(len(fit))], length)
            case Repeat():
                return self._repeated(node, length)
        return ""

    def _shares(self, node: Chain, length: int) -> Iterator[int]:
        after = self.lengths.after(node)
        for part, rest in zip(node.parts, after[1:], strict=True):
            own = self._one_of(self.lengths.of(part), rest, length)
            length -= own
            yield own

    def _repeated(self, node: Repeat, length: int) -> str:
        times = self.lengths.times(node)
        counts = [count for count in range(self.lengths.least_times(node), len(times)) if times[count] >> length & 1]
        once = self.lengths.of(node.part) & ~1
        made = []
        for left in range(counts[self.below(len(counts))], 0, -1):
            own = self._one_of(once, times[left - 1], length)
            length -= own
            made.append(self.text(node.part, own))
        return "".join(made)

    def _one_of(self, own: int, rest: int, length: int) -> int:
        """A length of ``own`` that leaves one of ``rest``."""
        fit = [one for one in bits(own) if one <= length and rest >> (length - one) & 1]
        return fit[self.below(len(fit))] if len(fit) > 1 else fit[0]
