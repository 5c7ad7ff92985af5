"""Owns the JSON Schema of canonical scenario files, made from the model and the tables of kinds.

Knows nothing of dialects: editors complete and check the canonical form with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.faults import FAULTS
from hms_esr.profiles import PROFILES
from hms_esr.scenario.model import Scenario
from hms_esr.steps import STEPS

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": ["string", "number", "boolean"]}
_KINDS = {"step": "Step", "load": "Load", "fault": "Fault"}


def json_schema() -> dict[str, Any]:
    """The schema of a canonical file, with every kind of step, load and fault that is installed."""
    root: dict[str, Any] = Scenario.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = root.pop("$defs", {})
    whole = {"$schema": DRAFT, "title": "HMS-ESR scenario"} | {k: v for k, v in root.items() if k != "title"}
    for name, cls in ((name, STEPS.get(name)) for name in STEPS.names()):
        definitions[f"step-{name}"] = _step(name, _of(cls, definitions))
    for name in PROFILES.names():
        definitions[f"load-{name}"] = _of(PROFILES.get(name), definitions)
    for name in FAULTS.names():
        fault = _of(FAULTS.get(name), definitions)
        fault["properties"]["fault"] = {"const": name}
        definitions[f"fault-{name}"] = fault
    bare = {"enum": STEPS.names(), "description": "a step that needs nothing more"}
    definitions["Step"] = {"anyOf": [bare, *_references("step", STEPS.names())]}
    definitions["Load"] = {"anyOf": _references("load", PROFILES.names())}
    definitions["Fault"] = {"anyOf": _references("fault", FAULTS.names())}
    whole["properties"] |= {"target": _target()}
    definitions["Check"] = {"anyOf": [{"type": "string", "description": "a condition"}, definitions["Check"]]}
    whole["$defs"] = definitions
    linked: dict[str, Any] = _linked(whole)
    return linked


def _references(kind: str, names: list[str]) -> list[dict[str, str]]:
    return [{"$ref": f"#/$defs/{kind}-{name}"} for name in names]


def _of(cls: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = cls.model_json_schema(by_alias=True)
    definitions |= made.pop("$defs", {})
    return made


def _step(verb: str, fields: dict[str, Any]) -> dict[str, Any]:
    """A step as it is written: its value under the verb, or its keys beside it."""
    keys: dict[str, Any] = dict(fields.get("properties", {}))
    common = {key: keys.pop(key) for key in ("name", "save")}
    inner = {"type": "object", "properties": keys, "additionalProperties": False}
    if verb == "fill":  # any name may be a field of a form, also "field", "value" and "values"
        several = {"type": "array", "items": _TEXT}
        inner = {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"anyOf": [_TEXT, several, {"type": "object"}]},
        }
    short = {"type": ["string", "number", "boolean", "null"]}
    if verb == "upload":
        inner["properties"] = keys | {"path": {"type": "string", "description": "the same as file"}}
    return {
        "type": "object",
        "description": fields.get("description", ""),
        "required": [verb],
        "properties": {verb: {"anyOf": [short, inner]}} | {k: v for k, v in keys.items() if k != verb} | common,
        "additionalProperties": False,
    }


def _target() -> dict[str, Any]:
    return {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Target"}], "description": "short for targets.default.url"}


def _linked(value: Any) -> Any:
    """The schema with every place that takes a step, a load or a fault leading to the definition of its kinds."""
    if isinstance(value, Mapping):
        if value.get("x-kind") in _KINDS:
            return {"$ref": f"#/$defs/{_KINDS[value['x-kind']]}"}
        return {key: _linked(inner) for key, inner in value.items()}
    return [_linked(inner) for inner in value] if isinstance(value, list) else value
