"""Owns the reference pages: commands, scenario keys, steps, loads, faults, metrics and the JSON Schema, from the code.

Knows nothing the code does not say. ``python docs/generate.py`` writes them; a test holds that they are up to date.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from typing import Any

import click

from hms_esr.cli import COMMANDS, group
from hms_esr.faults import FAULTS
from hms_esr.profiles import PROFILES
from hms_esr.scenario import model
from hms_esr.scenario.schema import json_schema
from hms_esr.steps import STEPS
from hms_esr.units import duration_text
from hms_esr.verdicts.measures import MEASURES

FOLDER = Path(__file__).resolve().parent / "reference"
MADE = "<!-- Made by `make docs` from the code; do not edit. -->"
COMMON_STEP_KEYS = ("name", "save")


def commands() -> str:
    """The help of every command as a terminal of 100 columns shows it."""
    lines = ["# Commands", MADE, "", "`hms-esr` and `esr` are the same program.", "", *_help(group, "hms-esr")]
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        assert command is not None
        lines += ["", f"## {name}", "", *_help(command, f"hms-esr {name}")]
        for part, one in command.commands.items() if isinstance(command, click.Group) else ():
            if one.hidden:
                continue
            lines += ["", f"### {name} {part}", "", *_help(one, f"hms-esr {name} {part}")]
    return _page(lines)


def _help(command: click.Command, name: str) -> list[str]:
    command._help_option = None  # click keeps the help option of whoever asked first
    names = ["-h", "--help"]
    context = click.Context(command, info_name=name, terminal_width=100, max_content_width=100, help_option_names=names)
    return ["```text", *(line.rstrip() for line in command.get_help(context).splitlines()), "```"]


def scenario_keys() -> str:
    """Every key of a canonical scenario and of what is in it."""
    schema = json_schema()
    defs = schema["$defs"]
    lines = ["# Keys of a scenario", MADE, "", "The canonical form; `hms-esr show FILE` prints any file in it."]
    lines += ["Durations carry a unit: `250ms`, `30s`, `5m`, `1h30m`, `2d`.", "", *_keys(schema, defs)]
    parts = ("Journey", "Pace", "Target", "Http", "Clock", "DataSet", "Check", "Cost", "Change", "Extract")
    for name in parts:
        about = getdoc(getattr(model, name, None) or import_module("hms_esr.steps.step").Extract) or ""
        lines += ["", f"## {name}", "", _plain(about), "", *_keys(defs[name], defs)]
    return _page(lines)


def steps() -> str:
    """Every kind of step with its keys."""
    lines = [
        "# Steps",
        MADE,
        "",
        "Every step also takes `name` (what it is called in reports; the verb by default) and",
    ]
    lines += ['`save` (values taken from the answer: `save: {case: {css: "#case-id"}}`).']
    for verb in STEPS.names():
        cls = STEPS.get(verb)
        lines += ["", f"## {verb}", "", _plain(getdoc(cls) or ""), ""]
        lines += _keys(cls.model_json_schema(by_alias=True), {}, leave_out=COMMON_STEP_KEYS)
    return _page(lines)


def loads() -> str:
    """Every kind of load with its keys."""
    return _kinds("Loads", ((name, PROFILES.get(name)) for name in PROFILES.names()))


def faults() -> str:
    """Every kind of fault with its keys."""
    return _kinds("Faults", ((name, FAULTS.get(name)) for name in FAULTS.names()))


def _kinds(title: str, kinds: Iterator[tuple[str, Any]]) -> str:
    lines = [f"# {title}", MADE]
    for name, cls in kinds:
        schema = cls.model_json_schema(by_alias=True)
        lines += ["", f"## {name}", "", _plain(getdoc(cls) or ""), "", *_keys(schema, schema.get("$defs", {}))]
    return _page(lines)


def metrics() -> str:
    """Every built-in metric that a check may name."""
    lines = ["# Metrics", MADE, "", "| metric | what it is | selectors |", "|---|---|---|"]
    for name in MEASURES.names():
        measure = MEASURES.get(name)
        about = _plain(getdoc(measure) or "").replace("\n", " ")
        selectors = ", ".join(f"`{one}`" for one in measure.selectors) or "–"
        lines.append(f"| {', '.join(f'`{one}`' for one in measure.names)} | {about} | {selectors} |")
    return _page(lines)


def _keys(schema: Mapping[str, Any], defs: Mapping[str, Any], leave_out: tuple[str, ...] = ()) -> list[str]:
    rows = ["| key | value | default |", "|---|---|---|"]
    schema = next((one for one in schema.get("anyOf", []) if one.get("type") == "object"), schema)
    required = schema.get("required", [])
    for key, value in schema.get("properties", {}).items():
        if key in leave_out:
            continue
        default = "required" if key in required else _default(value)
        rows.append(f"| `{key}` | {_value(value)} | {default} |")
    return rows if len(rows) > 2 else ["Takes nothing more."]


def _default(schema: Mapping[str, Any]) -> str:
    value = schema.get("default")
    if value is None or value in ("", {}, []) or "$ref" in schema or isinstance(value, list):
        return "–"
    if _value(schema) == "duration" and isinstance(value, float):
        value = duration_text(value)
    return f"`{json.dumps(value, ensure_ascii=False)}`".replace('"', "")


_PAGES = {"Step": "[step](steps.md)", "Load": "[load](loads.md)", "Fault": "[fault](faults.md)"}


def _value(schema: Mapping[str, Any]) -> str:
    """A key's values in words."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return _PAGES.get(name, f"[{name}](#{name.lower()})")
    if "250ms" in schema.get("examples", []):
        return "duration"
    if "anyOf" in schema:
        found = [_value(one) for one in schema["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(found))
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    kind = schema.get("type")
    if kind == "array":
        return f"list of {_value(schema.get('items', {}))}"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"names to {_value(inner)}" if isinstance(inner, Mapping) and inner else "names to values"
    words = {"integer": "whole number", "number": "number", "string": "text", "boolean": "true or false"}
    return "text" if isinstance(kind, list) else words.get(str(kind), "value") + _range(schema)


def _range(schema: Mapping[str, Any]) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤"}
    found = [f"{sign} {schema[key]:,.10g}" for key, sign in signs.items() if key in schema]
    return f" {', '.join(found)}" if found else ""


def _plain(docstring: str) -> str:
    return docstring.replace("``", "`").strip()


def _page(lines: list[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def pages() -> dict[str, str]:
    """File name in docs/reference/ → its whole text."""
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    return {
        "commands.md": commands(),
        "scenario.md": scenario_keys(),
        "steps.md": steps(),
        "loads.md": loads(),
        "faults.md": faults(),
        "metrics.md": metrics(),
        "scenario.schema.json": schema,
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, text in pages().items():
        (FOLDER / file).write_text(text, encoding="utf-8")
