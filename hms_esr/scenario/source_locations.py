"""Owns where things stand in a document: line and column of every key and value, kept as a tree.

Knows nothing of YAML. Lines and columns count from 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hms_esr.errors import Problem

Path = tuple[str | int, ...]
"""Keys and indexes from the top of a document down to a value."""
Spot = tuple[int, int]
"""Line and column."""


class Mistake(NamedTuple):
    """One mistake at a path; ``key``: the key there is wrong, not its value."""

    path: Path
    text: str
    key: bool = False


@dataclass(slots=True)
class SourceLocations:
    """Where one list or mapping stands, and what is in it. ``values`` holds a spot, or Places, by key or index."""

    at: Spot = (1, 1)
    keys: dict[str, Spot] = field(default_factory=dict)
    values: dict[str | int, Spot | SourceLocations] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: ``data`` of dicts, lists, texts, numbers, booleans and None, with the place of each."""

    name: str
    text: str
    data: Any
    places: SourceLocations

    def place(self, path: Path, *, key: bool = False) -> Spot:
        """Where the value at ``path`` stands (its key with ``key``); what is not there: the longest part that is."""
        at: Spot | SourceLocations = self.places
        for index, part in enumerate(path):
            last = index == len(path) - 1
            if not isinstance(at, SourceLocations):
                return at
            if key and last and isinstance(part, str) and part in at.keys:
                return at.keys[part]
            if part not in at.values:
                return at.keys.get(str(part), at.at)
            at = at.values[part]
        return at.at if isinstance(at, SourceLocations) else at

    def problem(self, path: Path, text: str, *, key: bool = False) -> Problem:
        """A mistake at ``path``."""
        line, column = self.place(path, key=key)
        return Problem(self.name, line, column, text)
