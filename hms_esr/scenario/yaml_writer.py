"""Owns writing a scenario down: canonical YAML that reads back to an equal scenario.

Knows nothing of the dialect it came in.
"""

from __future__ import annotations

from typing import Any

import yaml

from hms_esr.scenario.model import Scenario
from hms_esr.scenario.scalars import FloatText, IntText, scalar

_WIDTH = 110


def canonical_data(scenario: Scenario) -> dict[str, Any]:
    """The canonical form as values of JSON's types; what equals a default is left out."""
    return scenario.model_dump(by_alias=True, exclude_defaults=True, mode="json")


def canonical_yaml(scenario: Scenario) -> str:
    """The canonical form as text."""
    return yaml.dump(
        canonical_data(scenario),
        Dumper=_Writer,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
        default_flow_style=None,
        indent=2,
    )


class _Writer(yaml.SafeDumper):
    """Writes texts so that our own reading gives them back, whole floats as whole numbers, lists indented."""

    def ignore_aliases(self, data: Any) -> bool:
        """Values are written out each time."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Items of a list stand deeper than its key."""
        super().increase_indent(flow, False)


def _text(writer: _Writer, value: str) -> yaml.Node:
    """Quoted when the plain word would be read as something else than this text."""
    plain = value != "" and value == value.strip() and isinstance(scalar(value), str) and value != "<<"
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')


def _number(writer: _Writer, value: float) -> yaml.Node:
    if value.is_integer() and abs(value) < 1e15:
        return writer.represent_int(int(value))
    text = repr(float(value))
    return writer.represent_scalar("tag:yaml.org,2002:float", text if "." in text else text.replace("e", ".0e"))


_Writer.add_representer(str, _text)
_Writer.add_representer(float, _number)
_Writer.add_representer(FloatText, _number)
_Writer.add_representer(IntText, lambda writer, value: writer.represent_int(int(value)))
