"""Owns tables of named things: name -> lazy ``"module:Class"``, joined by entry points of other packages.

Knows nothing of what the things do; each kind's folder holds its own table.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from hms_esr.errors import BadInput

T = TypeVar("T")


def did_you_mean(name: str, known: list[str]) -> str:
    """``" Did you mean 'click'?"``, or the list of what is allowed when nothing is close."""
    close = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    if close:
        return f" Did you mean '{close[0]}'?"
    return f" Allowed: {', '.join(known)}." if known else ""


class Registry(Generic[T]):
    """One kind of thing. ``kind`` is its singular noun; the entry point group is ``hms_esr.<kind>s``."""

    def __init__(self, kind: str, table: Mapping[str, str]) -> None:
        self.kind = kind
        self.group = f"hms_esr.{kind.replace(' ', '_')}s"
        self._table: dict[str, str] | None = None
        self._own = dict(table)
        self._loaded: dict[str, T] = {}

    def table(self) -> dict[str, str]:
        """Every name with where it lives: our own first, then installed packages; ours win."""
        if self._table is None:
            found = {point.name: point.value for point in entry_points(group=self.group)}
            self._table = self._own | {name: where for name, where in found.items() if name not in self._own}
        return self._table

    def names(self) -> list[str]:
        """All names, in the table's order."""
        return list(self.table())

    def get(self, name: str) -> T:
        """The thing called ``name``; KeyError with a suggestion when there is none."""
        if name not in self._loaded:
            where = self._own.get(name) or self.table().get(name)
            if where is None:
                raise KeyError(f"unknown {self.kind} '{name}'.{did_you_mean(name, self.names())}")
            module, _, attribute = where.partition(":")
            try:
                thing: Any = import_module(module)
                for part in attribute.split("."):
                    thing = getattr(thing, part)
            except (ImportError, AttributeError) as error:
                if where == self._own.get(name):
                    raise
                text = f"the {self.kind} '{name}' of an installed package cannot be loaded from {where}: {error}"
                raise BadInput(text) from None
            self._loaded[name] = thing
        return self._loaded[name]
