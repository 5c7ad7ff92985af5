"""Owns the tables values are drawn from: Faker's own lists, weighted, made once per locale and process.

Knows nothing of persons. A table drawn from costs a microsecond or two where a call of Faker costs twenty.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

from hms_esr.personas.locales import generator

_SAMPLES = 1024
_SAMPLE_SEED = 20260101
SPAN = 1 << 32
"""Tables are asked with a number in [0, SPAN)."""


class Table:
    """Values with weights. ``at(n)`` for n in [0, 2**32) is one of them, as often as its weight says."""

    __slots__ = ("_upto", "values")

    def __init__(self, values: Sequence[str], weights: Sequence[float] | None = None) -> None:
        if not values:
            raise ValueError("a table needs at least one value")
        self.values: tuple[str, ...] = tuple(values)
        self._upto: list[int] | None = None
        if weights is not None:
            sums = list(accumulate(weights))
            if sums[-1] <= 0:
                raise ValueError("at least one weight must be over 0")
            self._upto = [int(upto / sums[-1] * SPAN) for upto in sums[:-1]]

    def at(self, number: int) -> str:
        """The value at ``number`` in [0, 2**32)."""
        if self._upto is None:
            return self.values[number * len(self.values) >> 32]
        return self.values[bisect_right(self._upto, number)]


@lru_cache(maxsize=64)
def table(locale: str, provider: str) -> Table:
    """The table behind a Faker provider: Faker's own list where it has one, else 1024 values of one fixed seed."""
    made = _LISTS.get(provider)
    parts = {type(one).__module__.split(".")[2]: one for one in generator(locale).get_providers()}
    listed = made(parts) if made else None
    if listed:
        return Table(list(listed), list(listed.values())) if isinstance(listed, Mapping) else Table(listed)
    source = generator(locale)
    source.seed_instance(_SAMPLE_SEED)
    return Table([str(getattr(source, provider)()) for _ in range(_SAMPLES)])


Listed = Sequence[str] | Mapping[str, float] | None


def _attribute(part: str, name: str) -> Callable[[Mapping[str, Any]], Listed]:
    """Reads a provider's own list; None where the locale has none, so that the table is sampled."""

    def read(parts: Mapping[str, Any]) -> Listed:
        found = getattr(parts.get(part), name, None)
        if isinstance(found, Mapping):
            return {str(key): float(weight) for key, weight in found.items()}
        if isinstance(found, (list, tuple)) and all(isinstance(one, str) for one in found):
            return list(found)
        return None

    return read


_LISTS: dict[str, Callable[[Mapping[str, Any]], Listed]] = {
    "first_name": _attribute("person", "first_names"),
    "first_name_female": _attribute("person", "first_names_female"),
    "first_name_male": _attribute("person", "first_names_male"),
    "last_name": _attribute("person", "last_names"),
    "job": _attribute("job", "jobs"),
    "word": _attribute("lorem", "word_list"),
    "country": _attribute("address", "countries"),
}
TABLED = frozenset([*_LISTS, "city", "street_name", "company", "bs", "catch_phrase", "color_name", "language_name"])
"""Providers that are drawn from a table when they are given no arguments."""
