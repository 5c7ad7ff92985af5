"""Owns which path is answered by which service: the table of all routes and the way to find one.

Knows nothing of what the services do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hms_esr.city.city_state import CityState
from hms_esr.city.html import CityForm
from hms_esr.city.wire import CityAnswer, CityRequest

Handler = Callable[[CityState, CityRequest], CityAnswer]
NO_NAMES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Route:
    """One method and path (``{id}`` stands for one part of it), the service it belongs to and what that service asks.

    A route with a ``form`` is checked for the form's token before it is carried out.
    """

    method: str
    path: str
    service: str
    handle: Handler
    asks: tuple[str, ...] = ()
    form: CityForm | None = None
    needs_login: bool = False

    @property
    def hidden(self) -> frozenset[str]:
        """Names of the form's hidden fields."""
        return self.form.hidden if self.form else NO_NAMES


@dataclass(frozen=True, slots=True)
class Found:
    """A path that exists: its name with ids collapsed, the ids, and its route per method."""

    path: str
    ids: tuple[str, ...]
    by_method: dict[str, Route]


class Router:
    """Finds routes by exact path first, then by pattern."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._exact: dict[str, Found] = {}
        self._patterns: dict[int, list[tuple[tuple[str, ...], Found]]] = {}
        for route in routes:
            found = self._exact.setdefault(route.path, Found(route.path, (), {}))
            if route.method in found.by_method:
                raise ValueError(f"two routes for {route.method} {route.path}")
            found.by_method[route.method] = route
        for path in [path for path in self._exact if "{id}" in path]:
            parts = tuple(path.split("/"))
            self._patterns.setdefault(len(parts), []).append((parts, self._exact.pop(path)))

    def find(self, path: str) -> Found | None:
        """What lives at ``path``; None when nothing does."""
        found = self._exact.get(path)
        if found is not None:
            return found
        parts = path.split("/")
        for pattern, found in self._patterns.get(len(parts), ()):
            if all(want in ("{id}", part) for want, part in zip(pattern, parts, strict=True)):
                ids = tuple(part for want, part in zip(pattern, parts, strict=True) if want == "{id}")
                return Found(found.path, ids, found.by_method)
        return None

    def paths(self) -> list[str]:
        """All paths, exact ones first."""
        return [*self._exact, *(found.path for kind in self._patterns.values() for _, found in kind)]
