"""What docs/personas.md says is so: its template, its lists, its field from another package, its Python."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from hms_esr.personas.defaults import USES
from hms_esr.personas.fields import FIELDS
from hms_esr.personas.person import PeopleMaker
from hms_esr.personas.random_values import check_random_name
from hms_esr.personas.template import PersonaTemplate

from .people import SHIPPED, template

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "personas.md").read_text(encoding="utf-8")


def block(language: str, number: int = 0) -> str:
    """A code block of the page."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[number]


def test_the_template_of_the_page_is_valid() -> None:
    """The page's template is read as it stands and makes what its comments say."""
    made = PersonaTemplate.model_validate(yaml.safe_load(block("yaml")))
    fields = PeopleMaker(made, 1, "fixed").person(0).fields
    assert fields["apiary"] == f"{fields['last_name']} Honey"
    assert fields["contact"].endswith("@bees.test")
    assert re.fullmatch(r"B-\d{4}", fields["permit"])


def test_the_lists_of_the_page_are_whole() -> None:
    """Every shipped persona, every kind of field and every usual field is on the page, and no usual field too many."""
    for name in [file.stem for file in SHIPPED.glob("*.yaml")]:
        assert f"`{name}`" in PAGE
    assert sorted(re.findall(r"^\| `(\w+)` \| [`{\"]", PAGE, re.MULTILINE)) == sorted(FIELDS.names())
    usual = re.search(r"## Fields everybody has\n\n`([^`]+)`", PAGE)
    assert usual and usual[1].replace("\n", " ").split(", ") == list(USES)


def test_the_random_names_of_the_page_exist() -> None:
    """Each random value that the page names can be asked for."""
    text = PAGE.split("plurals too: ")[1].split("Any other name")[0]
    names = re.findall(r"[a-z_]{3,}", re.sub(r"\([^)]*\)", "", text))
    assert len(names) > 20
    for name in names:
        check_random_name(name)


def test_the_field_of_another_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's own kind of field works when an entry point names it, and stays within 40 lines a file."""
    space: dict[str, Any] = {}
    exec(block("python", 0), space)
    assert len(block("python", 0).splitlines()) <= 40 and len(block("toml").splitlines()) <= 40
    group = re.search(r'entry-points\."([^"]+)"', block("toml"))
    assert group and group[1] == FIELDS.group
    monkeypatch.setattr(FIELDS, "_table", {**FIELDS.table(), "parcel": "parcels:ParcelField"})
    monkeypatch.setitem(FIELDS._loaded, "parcel", space["ParcelField"])
    made = template(fields={"lot": {"parcel": {"county": 77}}, "state": {"choice": ["Iowa"]}, "other": "parcel"})
    fields = PeopleMaker(made, 1, "fixed").person(0).fields
    assert re.fullmatch(r"IA-077-\d{4}", fields["lot"])
    assert fields["other"].startswith("IA-001-")
    with pytest.raises(ValueError, match="county is a whole number, found 'x'"):
        template(fields={"lot": {"parcel": {"county": "x"}}})


def test_the_python_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """The page's Python prints a person."""
    exec(block("python", 1), {})
    assert re.fullmatch(r"\S+ .+ \d+ None\n", capsys.readouterr().out)
