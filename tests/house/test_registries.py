"""Every entry of every table loads, keeps its contract, is in the docs and is used by a scenario or a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from hms_esr.dialects import DIALECTS, Dialect
from hms_esr.events import Sink
from hms_esr.faults import FAULTS, Fault
from hms_esr.personas.fields import FIELDS, Field
from hms_esr.probes import PROBES, Probe
from hms_esr.profiles import PROFILES, Profile
from hms_esr.registry import Registry
from hms_esr.reports import REPORTS, Report
from hms_esr.sinks import SINKS
from hms_esr.steps import STEPS
from hms_esr.steps.step import Step
from hms_esr.verdicts.measures import MEASURES, Measure
from tests.each import each
from tests.house.sources import ROOT, files, python_files, tree

KINDS: list[tuple[Registry[Any], type, str]] = [
    (STEPS, Step, "steps.md"),
    (PROFILES, Profile, "loads.md"),
    (FIELDS, Field, "personas.md"),
    (FAULTS, Fault, "faults.md"),
    (MEASURES, Measure, "checks.md"),
    (PROBES, Probe, "checks.md"),
    (DIALECTS, Dialect, "dialects.md"),
    (REPORTS, Report, "runs.md"),
    (SINKS, Sink, "runs.md"),
]
ENTRIES = [(registry, contract, page, name) for registry, contract, page in KINDS for name in registry.names()]
EACH = each(("registry", "contract", "page", "name"), ENTRIES, name=lambda entry: f"{entry[0].kind} {entry[3]}")


def _tables() -> Iterator[str]:
    """Names of module-level registries, wherever they are."""
    for name in python_files("hms_esr"):
        for node in tree(name).body:
            value = getattr(node, "value", None)
            if isinstance(value, ast.Call) and ast.unparse(value.func) == "Registry":
                yield name


def test_every_table_is_checked_here() -> None:
    """A new table of kinds is added to these tests."""
    assert len(list(_tables())) == len(KINDS)


def test_groups_of_entry_points_differ() -> None:
    """No two kinds listen to the same entry point group."""
    groups = [registry.group for registry, _, _ in KINDS]
    assert len(set(groups)) == len(groups)


@EACH
def test_an_entry_loads_and_keeps_its_contract(registry: Registry[Any], contract: type, page: str, name: str) -> None:
    """The table's text leads to a class that has all its contract asks for."""
    cls = registry.get(name)
    if getattr(contract, "_is_protocol", False):
        wanted = {member for member in {*vars(contract), *contract.__annotations__} if not member.startswith("_")}
        offered = {member for one in cls.__mro__ for member in {*vars(one), *getattr(one, "__annotations__", {})}}
        assert wanted <= offered | _set_on_self(cls)
    else:
        assert issubclass(cls, contract) and cls is not contract


def _set_on_self(cls: type) -> set[str]:
    """Attributes that the class's module sets on self."""
    text = ast.parse(Path(str(import_module(cls.__module__).__file__)).read_text(encoding="utf-8"))
    return {
        node.attr
        for node in ast.walk(text)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self"
    }


@EACH
def test_an_entry_is_one_file_of_its_own(registry: Registry[Any], contract: type, page: str, name: str) -> None:
    """No two entries of a table live in the same module."""
    modules = [where.partition(":")[0] for where in registry.table().values()]
    assert modules.count(registry.table()[name].partition(":")[0]) == 1


@EACH
def test_an_entry_has_its_place_in_the_docs(registry: Registry[Any], contract: type, page: str, name: str) -> None:
    """The kind's page names each entry in code quotes."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for shown in registry.get(name).names if registry is MEASURES else [name]:
        assert re.search(rf"`[^`\n]*(?<![\w-]){re.escape(shown)}(?![\w-])[^`\n]*`", text), (
            f"{shown} is not in docs/{page}"
        )


@EACH
def test_an_entry_is_used(registry: Registry[Any], contract: type, page: str, name: str) -> None:
    """A shipped scenario or persona, or a test of the kind, names the entry."""
    names = registry.get(name).names if registry is MEASURES else (name,)
    pattern = "|".join(re.escape(one).replace("<duration>", r"\w+") for one in names)
    assert re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", _uses())


@cache
def _uses() -> str:
    data = [one for one in files() if one.startswith(("scenarios/", "personas/")) and Path(one).suffix != ".py"]
    tests = [one for one in python_files("tests") if not one.startswith("tests/house/")]
    return "\n".join((ROOT / one).read_text(encoding="utf-8", errors="replace") for one in data + tests)


@each("registry", [entry[0] for entry in KINDS])
def test_an_unknown_name_is_answered_with_the_nearest(registry: Registry[Any]) -> None:
    """A slip of the pen gets the right name."""
    known = registry.names()[0]
    with pytest.raises(KeyError, match=f"unknown {registry.kind} .*Did you mean '{known}'"):
        registry.get(f"{known}x")
