"""Owns turning the model's complaints into mistakes at places: every one, once, in the order of the file.

Knows nothing of dialects or files beyond a document's places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pydantic import ValidationError

from hms_esr.errors import BadInput, Problem
from hms_esr.scenario.source_locations import Document, Mistake, Path
from hms_esr.schema.validation_errors import plain

_AT_KEY = frozenset({"key", "unknown_key"})


def mistakes_of(error: ValidationError) -> list[Mistake]:
    """The mistakes of a validation, by canonical path."""
    found = []
    for one in error.errors(include_url=False):
        path: Path = tuple(part for part in one["loc"] if part != "[key]")
        found.append((one["type"], Mistake(path, plain(one), one["type"] in _AT_KEY or "[key]" in one["loc"])))
    return [mistake for kind, mistake in found if kind != "too_short" or not _has_inner(mistake, found)]


def _has_inner(outer: Mistake, found: Iterable[tuple[str, Mistake]]) -> bool:
    """Whether a list is too short only because its items are wrong."""
    size = len(outer.path)
    return any(len(one.path) > size and one.path[:size] == outer.path for _, one in found)


def placed(document: Document, mistakes: Iterable[Mistake], origin: Callable[[Path], Path]) -> list[Problem]:
    """Problems with lines and columns; ``origin`` leads from a canonical path to the one in the file."""
    problems = (document.problem(origin(path), text, key=key) for path, text, key in mistakes)
    return sorted(dict.fromkeys(problems))


def refuse(problems: Iterable[Problem]) -> None:
    """Raise BadInput when there are any."""
    problems = tuple(problems)
    if problems:
        raise BadInput(problems)
