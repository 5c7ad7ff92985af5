"""Owns choosing one kind of thing (a step, a profile, a fault) by the key a file writes it with.

Knows nothing of the things themselves: classes come from their kind's table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from hms_esr.registry import Registry, did_you_mean


def mistake(text: str, loc: tuple[str | int, ...] = (), value: Any = None, kind: str = "value") -> ValidationError:
    """One mistake at ``loc`` below here, in the form that joins the other mistakes of the same document."""
    line = InitErrorDetails(type=PydanticCustomError(kind, text), loc=loc, input=value)
    return ValidationError.from_exception_data(kind, [line])


def under(error: ValidationError, loc: tuple[str | int, ...]) -> ValidationError:
    """The mistakes of ``error``, each moved below ``loc``."""
    lines = [
        InitErrorDetails(
            type=PydanticCustomError(one["type"], one["msg"]),
            loc=loc + one["loc"],
            input=one["input"],
        )
        for one in error.errors(include_url=False)
    ]
    return ValidationError.from_exception_data(error.title, lines)


def key_of(registry: Registry[Any], value: Mapping[str, Any], common: tuple[str, ...]) -> str:
    """The one key of ``value`` that names a thing in ``registry``; ``common`` keys may stand beside it."""
    found = [key for key in value if key in registry.table()]
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        raise mistake(f"two kinds of {registry.kind} at once: {', '.join(found)}; write one", (found[1],), kind="key")
    unknown = [key for key in value if key not in common]
    if not unknown:
        raise mistake(f"a {registry.kind} is missing here. Allowed: {', '.join(registry.names())}")
    known = registry.names()
    text = f"unknown {registry.kind} '{unknown[0]}'.{did_you_mean(str(unknown[0]), known)}"
    raise mistake(text, (unknown[0],), kind="key")
