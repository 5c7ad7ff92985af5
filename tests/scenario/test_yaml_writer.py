"""The canonical form as text."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from hms_esr.dialects import DIALECTS
from hms_esr.dialects.recognition import dialect_of
from hms_esr.scenario.model import Scenario
from hms_esr.scenario.source import read_document
from hms_esr.scenario.yaml_writer import canonical_data, canonical_yaml
from tests.scenario.scenarios import SCENARIOS


def reread(text: str) -> Scenario:
    """A canonical text as a model."""
    data = read_document(text, "f").data
    return Scenario.model_validate(DIALECTS.get(dialect_of(data)).translate(data).data, by_alias=True, by_name=False)


@given(SCENARIOS)
@settings(max_examples=250, deadline=None)
def test_what_is_written_reads_back_equal(data: dict[str, Any]) -> None:
    """For any scenario: its YAML and its JSON are read as an equal scenario, and written again they are the same."""
    scenario = Scenario.model_validate(data, by_alias=True, by_name=False)
    text = canonical_yaml(scenario)
    assert reread(text) == scenario
    assert canonical_yaml(reread(text)) == text
    assert reread(json.dumps(canonical_data(scenario))) == scenario


def test_defaults_are_left_out_and_whole_numbers_stay_whole() -> None:
    """A short scenario is written short."""
    scenario = Scenario.model_validate({"name": "x", "load": {"people": 5, "over": "90s"}, "clock": {"warp": 2.0}})
    assert canonical_yaml(scenario) == "name: x\nclock: {warp: 2}\nload: {people: 5, over: 1m30s}\n"


def test_texts_that_look_like_something_else_are_quoted() -> None:
    """A variable that spells a number or a word of YAML stays the text it is."""
    given_vars = {"a": "014", "b": "true", "c": "~", "d": "", "e": " x", "f": "1e5", "g": "a: b", "h": "- x"}
    scenario = Scenario.model_validate({"name": "x", "load": {"people": 5, "over": "90s"}, "vars": given_vars})
    assert read_document(canonical_yaml(scenario), "f").data["vars"] == given_vars
