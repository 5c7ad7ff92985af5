"""Owns what no single value can tell: names used in one part of a scenario that must exist in another.

Knows nothing of files: what personas, data sets and metrics there are comes in. Works on canonical data, so that it
finds every mistake also when the model refuses other parts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from hms_esr.registry import did_you_mean
from hms_esr.scenario.source_locations import Mistake, Path
from hms_esr.scenario.templates import Reference, references

MAX_STEPS = 5000
_MOST: dict[str, int] = (
    {"journeys": 500}
    | dict.fromkeys(("checks", "faults", "tags", "probes", "changes"), 500)
    | {
        "data": 100,
        "targets": 100,
        "sensors": 100,
    }
)
"""Most items under a key of a scenario."""
_MOST_PERSONAS = 100


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What a scenario may name: fields by persona, columns by data set, variables given from outside."""

    personas: Mapping[str, Collection[str]] = field(default_factory=dict)
    data: Mapping[str, Collection[str]] = field(default_factory=dict)
    variables: Collection[str] = ()


@dataclass(slots=True)
class _Scope:
    """What templates may use at one place."""

    known: KnownNames
    vars: set[str]
    roles: Collection[str] | None
    """Personas who may come here; None where there is no person."""
    shared: bool = False
    """Whether the text is the same for everybody, as a header is."""


def size_mistakes(data: Mapping[str, Any]) -> list[Mistake]:
    """Too many steps, journeys, checks …; found before anything is built from them."""
    found = []
    for key, most in _MOST.items():
        items = data.get(key)
        if isinstance(items, (list, Mapping)) and len(items) > most:
            found.append(Mistake((key,), f"{len(items):,} {key} are too many; at most {most} are allowed"))
    for index, journey in enumerate(_list(data.get("journeys"))):
        personas = _mapping(_mapping(journey).get("persona"))
        if len(personas) > _MOST_PERSONAS:
            text = f"{len(personas):,} personas are too many; at most {_MOST_PERSONAS} are allowed"
            found.append(Mistake(("journeys", index, "persona"), text))
    steps = sum(1 for _ in _all_steps(data))
    if steps > MAX_STEPS:
        found.append(Mistake(("journeys",), f"{steps:,} steps are too many; at most {MAX_STEPS:,} are allowed"))
    return found


def roles_of(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every persona named in a journey, with its place."""
    for index, journey in enumerate(_list(data.get("journeys"))):
        persona = journey.get("persona") if isinstance(journey, Mapping) else None
        if isinstance(persona, str):
            yield ("journeys", index, "persona"), persona
        elif isinstance(persona, Mapping):
            yield from ((("journeys", index, "persona", role), role) for role in persona)


def template_mistakes(data: Mapping[str, Any], known: KnownNames) -> list[Mistake]:
    """Wrong ``{{ … }}`` in steps, ``before``, ``after`` and headers."""
    given = {*_mapping(data.get("vars")), *known.variables}
    found: list[Mistake] = []
    before = _Scope(known, set(given), None)
    found += _in_steps(data.get("before"), ("before",), before)
    found += _in_steps(data.get("after"), ("after",), _Scope(known, set(before.vars), None))
    headers = _Scope(known, set(before.vars), None, shared=True)
    found += _in_value(_mapping(data.get("http")), ("http",), headers)
    for index, journey in enumerate(_list(data.get("journeys"))):
        if isinstance(journey, Mapping):
            scope = _Scope(known, set(before.vars), _roles(journey))
            found += _in_steps(journey.get("steps"), ("journeys", index, "steps"), scope)
    return found


def _roles(journey: Mapping[str, Any]) -> Collection[str]:
    persona = journey.get("persona", "citizen")
    return [persona] if isinstance(persona, str) else list(_mapping(persona))


def _in_steps(steps: Any, path: Path, scope: _Scope) -> Iterator[Mistake]:
    for index, step in enumerate(_list(steps)):
        here = (*path, index)
        if not isinstance(step, Mapping):
            continue
        inner = _mapping(step.get("maybe")).get("steps")
        outer = {key: value for key, value in step.items() if key not in ("save", "maybe")}
        yield from _in_value(outer, here, scope)
        if inner is not None:
            yield from _in_steps(inner, (*here, "maybe", "steps"), scope)
        scope.vars.update(_saved(step))


def _saved(step: Mapping[str, Any]) -> Iterator[str]:
    """Names saved beside the verb or under it."""
    yield from _mapping(step.get("save"))
    for value in step.values():
        yield from _mapping(_mapping(value).get("save"))


def _in_value(value: Any, path: Path, scope: _Scope) -> Iterator[Mistake]:
    if isinstance(value, str):
        if "{{" in value:
            yield from _in_text(value, path, scope)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _in_value(inner, (*path, key), scope)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _in_value(inner, (*path, index), scope)


def _in_text(text: str, path: Path, scope: _Scope) -> Iterator[Mistake]:
    try:
        for reference in references(text):
            if scope.shared and reference.kind not in ("secret", "vars", "run"):
                yield Mistake(path, _SHARED)
                continue
            wrong = _CHECKS[reference.kind](reference, scope) if reference.kind in _CHECKS else ""
            if wrong:
                yield Mistake(path, wrong)
    except ValueError as error:
        yield Mistake(path, str(error))


_SHARED = "headers are the same for everybody; only {{ secret.X }}, {{ vars.x }} and {{ run.id }} have a value here"


def _persona(reference: Reference, scope: _Scope) -> str:
    if scope.roles is None:
        return "there is no person before or after the run, so {{ persona.x }} has no value here"
    for role in scope.roles:
        fields = scope.known.personas.get(role)
        if fields is not None and reference.name not in fields:
            return f"persona '{role}' has no field '{reference.name}'.{did_you_mean(reference.name, sorted(fields))}"
    return ""


def _random(reference: Reference, scope: _Scope) -> str:
    return _random_name(reference.name)


@lru_cache(maxsize=1024)
def _random_name(name: str) -> str:
    from hms_esr.personas.random_values import check_random_name

    try:
        check_random_name(name)
    except ValueError as error:
        return str(error)
    return ""


def _vars(reference: Reference, scope: _Scope) -> str:
    if reference.name in scope.vars:
        return ""
    cure = did_you_mean(reference.name, sorted(scope.vars)) if scope.vars else ""
    return f"nothing called '{reference.name}' is in vars or was saved before this step.{cure}"


def _data(reference: Reference, scope: _Scope) -> str:
    if scope.roles is None:
        return "there is no person before or after the run, so {{ data.set.column }} has no value here"
    columns = scope.known.data.get(reference.of)
    if columns is None:
        return f"unknown data set '{reference.of}'.{did_you_mean(reference.of, sorted(scope.known.data))}"
    if columns and reference.name not in columns:
        text = f"data set '{reference.of}' has no column '{reference.name}'."
        return f"{text}{did_you_mean(reference.name, sorted(columns))}"
    return ""


_CHECKS = {"persona": _persona, "random": _random, "vars": _vars, "data": _data}


def _all_steps(data: Mapping[str, Any]) -> Iterator[Any]:
    todo = [data.get("before"), data.get("after")]
    todo += [journey.get("steps") for journey in _list(data.get("journeys")) if isinstance(journey, Mapping)]
    while todo:
        for step in _list(todo.pop()):
            yield step
            if isinstance(step, Mapping) and isinstance(step.get("maybe"), Mapping):
                todo.append(step["maybe"].get("steps"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
