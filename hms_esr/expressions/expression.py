"""Owns the expressions of checks as others use them: parsed once, asked what they measure, computed.

Knows nothing of which metrics exist or where their values come from: a lookup is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from hms_esr.errors import NoData
from hms_esr.expressions.syntax import COMPARING, COMPARISONS, Lookup, MetricRef, Node, tree

__all__ = ["MAX_CHARACTERS", "Expression", "MetricRef", "parse"]

MAX_CHARACTERS = 512
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True)
class Expression:
    """A parsed check or metric. ``text`` is as it was written."""

    text: str
    root: Node

    @property
    def is_condition(self) -> bool:
        """Whether it is true or false at the end, not a number."""
        return self.root.is_condition

    @cached_property
    def _sides(self) -> tuple[Node, str, Node | None]:
        """What is measured, how it is compared, with what; a constant on the left changes sides."""
        if self.root.kind not in COMPARISONS:
            return self.root, "", None
        left, right = self.root.args
        if right.metrics() and not left.metrics():
            return right, _MIRRORED[self.root.kind], left
        return left, self.root.kind, right

    @property
    def measured_node(self) -> Node:
        """What is compared with the limit; the whole when nothing is compared at the top."""
        return self._sides[0]

    @cached_property
    def measured(self) -> str:
        """What is compared with the limit, in canonical text: ``latency_p95_ms{step="submit"}``."""
        return self._sides[0].canonical(COMPARING if self._sides[1] else 0)

    @property
    def operator(self) -> str:
        """``<``, ``<=``, ``>``, ``>=``, ``==`` or ``!=`` at the top; empty when there is none."""
        return self._sides[1]

    @cached_property
    def limit(self) -> float | None:
        """The number compared with; None when it is not constant or nothing is compared at the top."""
        node = self._sides[2]
        if node is None or node.metrics():
            return None
        try:
            return float(node.value(_nothing))
        except NoData:
            return None

    @cached_property
    def metrics(self) -> tuple[MetricRef, ...]:
        """Every metric named, once each, in the order of the text."""
        return self.root.metrics()

    @cached_property
    def canonical(self) -> str:
        """The whole in one spelling."""
        return self.root.canonical()

    def evaluate(self, lookup: Lookup) -> float | bool:
        """Its value; NoData when a metric has none, or for a division by zero."""
        return self.root.value(lookup)


def _nothing(ref: MetricRef) -> float:
    raise NoData(f"{ref} is not constant")


@lru_cache(maxsize=512)
def parse(text: str) -> Expression:
    """Read an expression of at most 512 characters, nested at most 32 deep.

    Raises ValueError with the place and what is allowed; nothing else, whatever the text.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"an expression has at most {MAX_CHARACTERS} characters, this one has {len(text)}")
    root = tree(text)
    if not root.metrics():
        raise ValueError(f"{text!r} measures nothing; name a metric, such as success_rate > 0.98")
    return Expression(text, root)
