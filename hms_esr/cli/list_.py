"""Owns ``hms-esr list``: scenarios, personas and every kind of thing a scenario can use.

Knows nothing of what the things do: each describes itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hms_esr.registry import Registry

EXAMPLES = """
\b
hms-esr list                          everything
hms-esr list scenarios                one kind
hms-esr list scenarios --tag high_risk
hms-esr list steps --format json
"""

Row = dict[str, Any]


def _scenarios() -> list[Row]:
    from hms_esr.library import all_scenarios
    from hms_esr.library.folders import shown

    return [
        {
            "name": one.name or one.stem,
            "file": shown(one.path),
            "dialect": one.dialect,
            "tags": list(one.tags),
            "about": one.error or one.description or "(no description)",
        }
        for one in all_scenarios(with_shipped=True)
    ]


def _personas() -> list[Row]:
    from hms_esr.library import persona_names, persona_template

    return [{"name": role, "about": persona_template(role).description} for role in persona_names()]


def _metrics() -> list[Row]:
    from hms_esr.verdicts.metrics import known_metrics

    return [{"name": name, "about": ""} for name in known_metrics()]


def _kinds(where: str) -> Callable[[], list[Row]]:
    """Rows of a registry: each name with the first sentence its class says of itself."""

    def rows() -> list[Row]:
        from importlib import import_module

        module, _, attribute = where.partition(":")
        registry: Registry[Any] = getattr(import_module(module), attribute)
        return [{"name": name, "about": _first_line(registry.get(name))} for name in registry.names()]

    return rows


def _first_line(thing: Any) -> str:
    return str(thing.__doc__ or "").strip().split("\n")[0].replace("``", "")


KINDS: dict[str, Callable[[], list[Row]]] = {
    "scenarios": _scenarios,
    "personas": _personas,
    "steps": _kinds("hms_esr.steps:STEPS"),
    "loads": _kinds("hms_esr.profiles:PROFILES"),
    "faults": _kinds("hms_esr.faults:FAULTS"),
    "metrics": _metrics,
    "fields": _kinds("hms_esr.personas.fields:FIELDS"),
    "dialects": _kinds("hms_esr.dialects:DIALECTS"),
}


@click.command(help=f"List scenarios, personas and kinds of things.\n{EXAMPLES}")
@click.argument("kind", type=click.Choice(list(KINDS)), required=False)
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Only scenarios with this tag; may be repeated.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the output.")
def command(kind: str | None, tags: tuple[str, ...], form: str) -> None:
    """One kind, or all."""
    import json

    kinds = [kind] if kind else ["scenarios"] if tags else list(KINDS)
    found = {name: KINDS[name]() for name in kinds}
    if tags and "scenarios" in found:
        found["scenarios"] = [row for row in found["scenarios"] if set(tags) & set(row["tags"])]
    if form == "json":
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for name, rows in found.items():
        click.echo(name)
        for line in _lines(rows):
            click.echo(f"  {line}")


def _place(file: str) -> str:
    """A file as a person would type it; those that lie elsewhere came with the package and go by their name."""
    from pathlib import Path

    return "comes with hms-esr" if Path(file).is_absolute() else file


def _lines(rows: list[Row]) -> list[str]:
    width = max((len(row["name"]) for row in rows), default=0)
    lines = []
    for row in rows:
        tags = f"  [{', '.join(row['tags'])}]" if row.get("tags") else ""
        file = f"  ({_place(row['file'])})" if "file" in row else ""
        lines.append(f"{row['name']:<{width}}  {row['about']}{tags}{file}".rstrip())
    return lines or ["none"]
