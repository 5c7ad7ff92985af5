"""Owns a pattern as forms use it: read once, asked whether a text fits and for a text that does.

Knows nothing of forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache

from hms_esr.personas.patterns.maker import Lengths, Maker, bits
from hms_esr.personas.patterns.matcher import MOST_STEPS, Budget, TooManySteps, linear, matches
from hms_esr.personas.patterns.nodes import Chain, Chars, Look, Node, inside
from hms_esr.personas.patterns.parser import NotSupported, read_pattern
from hms_esr.personas.safe import Draw, made_safe
from hms_esr.schema.regex import LinearRegex, compile_linear

_MOST_ATTEMPTS = 60
_MOST_ATTEMPTS_WITHOUT_LOOKS = 8
_SPREAD = 8
_USUAL_LENGTH, _LONGEST = 64, 1024


@lru_cache(maxsize=512)
def pattern_of(text: str) -> Pattern | None:
    """The pattern of an attribute's text; None for one that browsers ignore; NotSupported for one we cannot read."""
    try:
        return Pattern(read_pattern(text)) if text else None
    except NotSupported:
        raise
    except ValueError:
        return None


class Pattern:
    """A pattern that can be read. Texts are verified by the linear engine, or by our matcher where it has looks."""

    def __init__(self, node: Node) -> None:
        self.node = node
        looks = [part for part in inside(node) if isinstance(part, Look)]
        self._pieces = [look.part for look in looks if look.wanted and not look.behind]
        self._engine: LinearRegex | None = None
        if not looks:
            with suppress(ValueError):  # too large for the engine: our own matcher can tell
                self._engine = compile_linear(linear(node))
        self._lengths: dict[int, Lengths] = {}

    def fits(self, text: str, budget: Budget | None = None) -> bool:
        """Whether all of ``text`` is of the pattern; False too when that takes more steps than are left."""
        try:
            if self._engine is not None:
                return self._engine.fullmatch(text) is not None
            return matches(self.node, text, budget or Budget())
        except (TooManySteps, UnicodeEncodeError):
            return False

    def value(
        self, wishes: Iterable[str], draw: Draw, least: int = 1, most: int = 0, *, as_drawn: bool = False
    ) -> str | None:
        """The first of ``wishes`` that fits, else a text drawn; ``least`` to ``most`` characters, 0 is no end.

        None when none was found within :data:`MOST_STEPS` steps of our matcher. What is drawn can be no real person's,
        but ``as_drawn``: for long texts of chance where a page demands a domain of its own.
        """
        budget = Budget(MOST_STEPS)
        for wish in wishes:
            if least <= len(wish) and (not most or len(wish) <= most) and self.fits(wish, budget):
                return wish
        for text in self._drawn(draw, max(least, 1), most):
            safe = text if as_drawn else made_safe(text, draw)
            if self.fits(safe, budget):
                return safe
        return None

    def ending(self) -> str:
        """The characters every text ends with, as far as the last parts are single ones."""
        parts = self.node.parts if isinstance(self.node, Chain) else (self.node,)
        found = ""
        for part in reversed(parts):
            if not isinstance(part, Chars) or len(part.allowed) != 1 or part.allowed[0][0] != part.allowed[0][1]:
                break
            found = chr(part.allowed[0][0]) + found
        return found

    def _drawn(self, draw: Draw, least: int, most: int) -> Iterator[str]:
        """Texts that fit but for looks and edges, short ones first."""
        maker, possible = self._lengths_between(draw, least, most)
        attempts = _MOST_ATTEMPTS_WITHOUT_LOOKS if self._engine is not None else _MOST_ATTEMPTS
        for attempt in range(attempts if possible else 0):
            near = [length for length in possible if length <= possible[0] + _SPREAD + 2 * attempt]
            text = maker.text(self.node, near[maker.below(len(near))])
            yield text if attempt % 4 == 3 else self._with_pieces(text, maker)

    def _lengths_between(self, draw: Draw, least: int, most: int) -> tuple[Maker, list[int]]:
        """Possible lengths, and who makes texts of them; long ones are looked for when there are no short ones."""
        possible: list[int] = []
        for longest in (_USUAL_LENGTH, _LONGEST):
            lengths = self._lengths.setdefault(longest, Lengths(longest))
            possible = [one for one in bits(lengths.of(self.node)) if least <= one and (not most or one <= most)]
            if possible:
                break
        return Maker(lengths, draw), possible

    def _with_pieces(self, text: str, maker: Maker) -> str:
        """``text`` with what its lookaheads want to see written over drawn places."""
        for piece in self._pieces:
            length = next(bits(maker.lengths.of(piece)), 0)
            if 0 < length <= max(1, len(text) // 2):
                at = maker.below(len(text) - length + 1)
                text = text[:at] + maker.text(piece, length) + text[at + length :]
        return text
