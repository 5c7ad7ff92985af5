"""Owns what a translation is: canonical data, and for each of its places the place of the file it came from.

Knows nothing of any dialect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hms_esr.registry import did_you_mean
from hms_esr.scenario.source_locations import Mistake, Path

SHARED_KEYS = (
    *("description", "tags", "seed", "identity", "target", "targets", "http", "vars", "data", "clock", "drain"),
    *("max_people", "warm_up", "spacing", "before", "after", "sensors", "cost"),
)
"""Canonical keys that mean the same in every dialect."""


@dataclass(slots=True)
class Translation:
    """``origins``: canonical path → path in the file, for what moved; ``mistakes`` have paths of the file."""

    data: dict[str, Any] = field(default_factory=dict)
    origins: dict[Path, Path] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def origin(self, path: Path) -> Path:
        """Where the canonical ``path`` came from: by the longest part that moved, the rest unchanged."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]] + path[length:]
        return path

    def put(self, to: Path, value: Any, came_from: Path) -> None:
        """Set ``value`` at the canonical path ``to`` (mappings on the way are made), remembering where it came from."""
        at: Any = self.data
        for part in to[:-1]:
            at = at.setdefault(part, {}) if isinstance(at, dict) else at[part]
        at[to[-1]] = value
        self.origins[to] = came_from

    def wrong(self, path: Path, text: str, *, key: bool = False) -> None:
        """Note a mistake at ``path`` of the file."""
        self.mistakes.append(Mistake(path, text, key))

    def share(self, data: Mapping[str, Any], own: Iterable[str], shared: Iterable[str] = SHARED_KEYS) -> None:
        """Take over ``shared`` keys as they are; refuse what is neither among them nor the dialect's ``own``."""
        own, shared = list(own), list(shared)
        for key, value in data.items():
            if key in own:
                continue
            if key in shared:
                self.put((key,), value, (key,))
            else:
                self.wrong((key,), f"unknown key '{key}'.{did_you_mean(key, [*own, *shared])}", key=True)


def as_list(value: Any) -> list[Any]:
    """``value`` when it is a list, otherwise a list of it."""
    return list(value) if isinstance(value, (list, tuple)) else [value]
