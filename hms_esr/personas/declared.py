"""Owns the fields a template declares: reading them all, naming every mistake, refusing fields made from themselves.

Knows nothing of the kinds' rules or of seeds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from hms_esr.personas.defaults import USES, uses
from hms_esr.personas.fields import FIELDS, Field
from hms_esr.personas.fields.read import read_field
from hms_esr.personas.fields.template import TemplateField
from hms_esr.registry import did_you_mean
from hms_esr.schema.types import as_text

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Declared:
    """One field of a template: its kind, what the file writes under the kind, and the maker of its values."""

    kind: str
    spec: Any
    field: Field = field(compare=False, repr=False)


def declared_fields(value: Any, locale: str) -> dict[str, Declared]:
    """Fields from what a file writes; a ValidationError with every mistake, each below the field's name."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ValueError(
            f"fields are names with kinds, such as {{crop: {{choice: [corn, soy]}}}}, found {type(value).__name__}"
        )
    found: dict[str, Declared] = {}
    mistakes: list[tuple[str, str, Any]] = []
    for name, written_value in value.items():
        try:
            found[str(name)] = _declared(str(name), written_value, locale)
        except ValueError as error:
            mistakes.append((str(name), str(error), written_value))
    known = {*USES, *(str(name) for name in value)}
    mistakes += [(name, text, None) for name, text in _unknown_names(found, known)]
    if not mistakes:
        mistakes = [(name, text, None) for name, text in _circles(found)]
    if mistakes:
        raise _all(mistakes)
    return found


def written(declared: Mapping[str, Declared]) -> dict[str, Any]:
    """The fields as a file writes them."""
    return {name: one.kind if one.spec is None else {one.kind: one.spec} for name, one in declared.items()}


def account_fields(account: object, declared: Mapping[str, Declared]) -> dict[str, Declared]:
    """Fields that the texts of an account stand for, such as ``{email: "{work}"}``; ``{email: "{email}"}`` is none.

    ValueError when one names a field nobody has, or needs itself.
    """
    made: dict[str, Declared] = {}
    for key, text in account.items() if isinstance(account, Mapping) else ():
        field = TemplateField(text, "en_US")
        for name in field.uses:
            if name not in USES and name not in declared:
                raise ValueError(f"{key}: unknown field '{name}'.{did_you_mean(name, [*declared, *USES])}")
        if text.replace(" ", "") not in (f"{{{key}}}", f"{{{{persona.{key}}}}}"):
            made[key] = Declared("template", text, field)
    for name, text in _circles({**declared, **made}):
        raise ValueError(f"{name} {text}")
    return made


def _declared(name: str, value: Any, locale: str) -> Declared:
    if isinstance(value, Declared):
        return value
    if not _NAME.fullmatch(name):
        raise ValueError(f"'{name}' is no name for a field; letters, digits and _ are, not a digit first")
    kind, spec = read_field(value)
    spec = _plain(spec)
    return Declared(kind, spec, FIELDS.get(kind)(spec, locale))


def _plain(spec: Any) -> Any:
    """What was written, in JSON's own types: dates as ISO texts, keys as texts, listed numbers as they were spelled."""
    if isinstance(spec, Mapping):
        return {as_text(key): _plain(value) for key, value in spec.items()}
    if isinstance(spec, (list, tuple)):
        return [getattr(value, "text", None) or _plain(value) for value in spec]
    return spec.isoformat() if isinstance(spec, date) else spec


def _unknown_names(found: Mapping[str, Declared], known: Collection[str]) -> list[tuple[str, str]]:
    return [
        (name, f"unknown field '{used}'.{did_you_mean(used, sorted(known))}")
        for name, one in found.items()
        for used in one.field.uses
        if used not in known
    ]


def _circles(found: Mapping[str, Declared]) -> list[tuple[str, str]]:
    """Declared fields that need themselves, by the way they do."""
    needs = uses(found) | {name: one.field.uses for name, one in found.items()}
    circles = []
    for start in found:
        todo: list[tuple[str, tuple[str, ...]]] = [(used, (start, used)) for used in needs[start]]
        seen: set[str] = set()
        while todo:
            name, way = todo.pop()
            if name == start:
                circles.append((start, f"is made from itself: {' → '.join(way)}"))
                break
            if name not in seen:
                seen.add(name)
                todo += [(used, (*way, used)) for used in needs[name]]
    return circles


def _all(mistakes: list[tuple[str, str, Any]]) -> ValidationError:
    lines = [
        InitErrorDetails(
            type=PydanticCustomError("persona_field", text),
            loc=(name,),
            input=value,
        )
        for name, text, value in mistakes
    ]
    return ValidationError.from_exception_data("fields", lines)
