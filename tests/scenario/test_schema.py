"""The JSON Schema of scenario files."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from hms_esr.library import all_scenarios, load_scenario
from hms_esr.scenario.model import Scenario
from hms_esr.scenario.schema import json_schema
from hms_esr.scenario.yaml_writer import canonical_data
from hms_esr.steps import STEPS
from tests.each import each
from tests.scenario.scenarios import SCENARIOS

SCHEMA = json_schema()
JUDGE = jsonschema.Draft202012Validator(SCHEMA)
HEAD: dict[str, Any] = {"name": "x", "load": {"people": 5, "over": "1m"}}


def test_it_is_a_schema_with_every_kind_of_step() -> None:
    """It follows the draft it names, and each step is in it."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert {f"step-{name}" for name in STEPS.names()} <= set(SCHEMA["$defs"])
    assert "x-kind" not in str(SCHEMA)


@given(SCENARIOS)
@settings(max_examples=80, deadline=None)
def test_it_accepts_what_the_model_accepts(data: dict[str, Any]) -> None:
    """Scenarios as written by people and as written by us are right by the schema."""
    JUDGE.validate(data)
    JUDGE.validate(canonical_data(Scenario.model_validate(data)))


@pytest.mark.parametrize("stem", [one.stem for one in all_scenarios()])
def test_it_accepts_the_canonical_form_of_the_examples(stem: str) -> None:
    """Every shipped scenario, shown, is right by the schema."""
    JUDGE.validate(canonical_data(load_scenario(stem).scenario))


@each(
    "wrong",
    [
        {"clok": {}},
        {"seed": -1},
        {"load": {"peple": 5}},
        {"journeys": [{"steps": [{"clik": "x"}]}]},
        {"journeys": [{"steps": [{"visit": "/", "nme": "x"}]}]},
        {"journeys": [{"steps": [{"maybe": {"share": 0.1, "steps": ["clik"]}}]}]},
        {"faults": [{"fault": "latncy", "service": "x"}]},
        {"duration": "5 parsecs"},
        {"clock": {"warp": 0}},
        {"identity": "fixd"},
    ],
)
def test_it_refuses_slips_of_the_pen(wrong: dict[str, Any]) -> None:
    """Editors mark unknown keys, steps and kinds, wrong units and ranges."""
    assert JUDGE.is_valid(HEAD)
    assert not JUDGE.is_valid(HEAD | wrong)
