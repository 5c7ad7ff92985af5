"""Files in the accents of the promises, and what they mean in canonical form."""

from __future__ import annotations

from typing import Any

import pytest

from hms_esr.dialects import DIALECTS
from hms_esr.dialects.keywords import Scenario as KeywordScenario
from hms_esr.dialects.recognition import dialect_of
from hms_esr.errors import BadInput
from hms_esr.library import read_scenario
from hms_esr.scenario.model import Scenario
from hms_esr.scenario.source import read_document
from hms_esr.scenario.yaml_writer import canonical_data
from tests.each import each

PLAN = """\
# renew_license.scn.yaml
scenario: renew-license-v2
steps:
  - visit:  "/start"
  - fill:   "license_id"   value: "L7654321"
  - upload: "face.jpg"     sizeKB: 310
  - pay:    "credit_card"  failIf: "amount>75"
  - expect: { page: "/done", status: 200 }
probes:
  - slow_service: records-svc latency_ms=650
personas: 40        # 40 synthetic drivers
duration: "12m"
tag: high_risk
"""
DRILL = """\
# scenarios/dog_tags.yml
name: DogTags
users: 800
ramp_up: 4m          # reach full load in 4 minutes
script:
  - click: "/tags"
  - fill:
      field: "state"
      value: "{{ random.states }}"
  - upload:
      path: "./fixtures/vaccination.pdf"
  - click: "Send"
checks:
  - type: latency_under_ms
    target: 250        # warn if >250 ms
  - type: status_code_ok
"""
TABLE = """\
{"name": "Pensions_72h", "duration_hours": 12, "time_warp": 120,
 "load_profile": [[0, 2], [6, 12.5]],
 "assertions": ["latency_p95_ms < 1500", "sla_72h_success_rate > 0.9"],
 "failure_injection": ["db_down@hour4", "db_down@hour8/30m"],
 "cost": {"per_hour": 2, "per_request": 0.001}}
"""
WHAT_IF = """\
{ "box":"SBX-77aa",
  "name":"5-day-plates",
  "changes":[
    { "service":"plate-svc", "env":"REVIEW_SLA_DAYS", "value":"5" }
  ] }
"""


def meant(text: str) -> dict[str, Any]:
    """Canonical data of a file that is right."""
    return canonical_data(read_scenario(read_document(text, "f")).scenario)


def test_flight_plan() -> None:
    """N personas come over the duration; several pairs on a line, probes that are faults, a tag."""
    assert meant(PLAN) == {
        "name": "renew-license-v2",
        "tags": ["high_risk"],
        "load": {"people": 40, "over": "12m"},
        "journeys": [
            {
                "name": "renew-license-v2",
                "steps": [
                    {"visit": "/start"},
                    {"fill": {"license_id": "L7654321"}},
                    {"upload": {"file": "face.jpg", "size_kb": 310}},
                    {"pay": {"method": "credit_card", "failIf": "amount>75"}},
                    {"expect": {"status": 200, "page": "/done"}},
                ],
            }
        ],
        "faults": [{"fault": "latency", "service": "records-svc", "latency_ms": 650}],
    }


def test_fire_drill() -> None:
    """Users come once each over the ramp; a latency target warns at itself and fails at twice itself."""
    assert meant(DRILL) == {
        "name": "DogTags",
        "load": {"people": 800, "over": "4m"},
        "journeys": [
            {
                "name": "DogTags",
                "steps": [
                    {"click": "/tags"},
                    {"fill": {"state": "{{ random.states }}"}},
                    {"upload": {"file": "./fixtures/vaccination.pdf"}},
                    {"click": "Send"},
                ],
            }
        ],
        "checks": [{"check": "latency_p95_ms < 500", "warn": "< 250"}, "error_rate == 0"],
    }


def test_load_table() -> None:
    """Rates by the hour, assertions, failures with and without a length, prices."""
    assert meant(TABLE) == {
        "name": "Pensions_72h",
        "clock": {"warp": 120},
        "duration": "12h",
        "load": {"rate": [["0s", 2], ["6h", 12.5]]},
        "faults": [
            {"fault": "down", "service": "db", "at": "4h", "for": "1h", "name": "db_down"},
            {"fault": "down", "service": "db", "at": "8h", "for": "30m", "name": "db_down"},
        ],
        "checks": ["latency_p95_ms < 1500", "sla_72h_success_rate > 0.9"],
        "cost": {"per_hour": 2, "per_request": 0.001},
    }


def test_load_table_with_one_rate() -> None:
    """``rps=80`` is 80 people per second all the time."""
    text = TABLE.replace("[[0, 2], [6, 12.5]]", '"rps=80"')
    assert meant(text)["load"] == {"rate": [["0s", 80]]}


def test_what_if() -> None:
    """Changes of a box need no load; days, number or text, are the duration."""
    changes = [{"service": "plate-svc", "env": "REVIEW_SLA_DAYS", "value": "5"}]
    assert meant(WHAT_IF) == {"name": "5-day-plates", "changes": changes, "box": "SBX-77aa"}
    for days in ("14", '"14"'):
        assert meant(WHAT_IF.replace('"box"', f'"days": {days}, "box"'))["duration"] == "14d"


def test_keywords_make_the_same_as_the_table() -> None:
    """The Python object, its dictionary and a file of that dictionary are one scenario."""
    scenario = KeywordScenario(
        "Pensions_72h",
        duration_hours=12,
        time_warp=120,
        load_profile=[(0, 2), (6, 12.5)],
        assertions=["latency_p95_ms < 1500"],
        failure_injection=["db_down@hour4", "db_down@hour8/30m"],
        cost={"per_hour": 2, "per_request": 0.001},
    )
    scenario.assertions.append("sla_72h_success_rate > 0.9")
    assert scenario.canonical() == read_scenario(read_document(TABLE, "f")).scenario
    assert DIALECTS.get("load_table").recognizes(scenario.to_dict())


def test_keywords_name_every_mistake() -> None:
    """A wrong keyword object is refused with the keyword and the cure."""
    scenario = KeywordScenario("x y", load_profile=[(0, 1, 2)], assertions=["a >"], speed=3)  # type: ignore[list-item]
    with pytest.raises(BadInput) as caught:
        scenario.canonical()
    text = str(caught.value)
    assert "name: 'x y' is not a name" in text
    assert "load_profile.0: [hour, people per second] is wanted here" in text
    assert "assertions.0.check: 'a >', character 4" in text
    assert "speed: unknown key 'speed'" in text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (PLAN, "flight_plan"),
        (DRILL, "fire_drill"),
        (TABLE, "load_table"),
        (WHAT_IF, "what_if"),
        ("name: x", "canonical"),
    ],
)
def test_each_accent_is_known_by_its_keys(text: str, name: str) -> None:
    """Exactly one dialect other than the canonical form recognizes a file, or none."""
    data = read_document(text, "f").data
    assert dialect_of(data) == name
    others = [one for one in DIALECTS.names() if one != "canonical" and DIALECTS.get(one).recognizes(data)]
    assert others == ([] if name == "canonical" else [name])


WRONG: list[tuple[str, str]] = [
    (PLAN.replace("personas: 40", "persona_s: 40"), "f:11:1  unknown key 'persona_s'. Did you mean 'personas'?"),
    (PLAN.replace("personas: 40", "personas: many"), "f:11:11  a whole number is wanted here, such as 5, found 'many'"),
    (PLAN.replace('"12m"', "12"), "f:12:11  '12' is not a duration"),
    (PLAN.replace("sizeKB: 310", "sizeKB: big"), "f:6:36  a number is wanted here, such as 5, found 'big'"),
    (PLAN.replace("sizeKB", "sizeMB"), "f:6:28  unknown key 'sizeMB' beside 'upload'."),
    (PLAN.replace("failIf", "failsIf"), "f:7:28  unknown key 'failsIf' beside 'pay'. Did you mean 'failIf'?"),
    (PLAN.replace("amount>75", "amount>"), "f:7:13  'amount>', character 8"),
    (PLAN.replace("slow_service", "slow_servce"), "f:10:5  unknown fault 'slow_servce'. Did you mean 'slow_service'?"),
    (PLAN.replace("latency_ms=650", "latency=650"), "f:10:19  unknown setting 'latency=650'. Did you mean 'latency_ms"),
    (PLAN.replace("latency_ms=650", "latency_ms=-1"), "f:10:5  over 0 is allowed here, such as 1, found -1"),
    (PLAN.replace(" records-svc latency_ms=650", ""), "f:10:18  a service and its settings are wanted here"),
    (PLAN.replace("renew-license-v2", "renew license"), "f:2:11  'renew license' is not a name"),
    (DRILL.replace("ramp_up", "ramp"), "f:4:1  unknown key 'ramp'. Did you mean 'ramp_up'?"),
    (DRILL.replace("users: 800", "users: 0"), "f:3:8  at least 1 is allowed here, such as 1, found 0"),
    (DRILL.replace("status_code_ok", "status_ok"), "f:16:11  unknown check 'status_ok'. Did you mean 'status_code_ok'"),
    (DRILL.replace("target: 250", "limit: 250"), "f:15:5  unknown key 'limit'. Allowed: type, target."),
    (DRILL.replace("target: 250", "target: soon"), "f:15:13  a number of milliseconds over 0 is wanted here"),
    (DRILL.replace('click: "Send"', 'clik: "Send"'), "f:12:5  unknown step 'clik'. Did you mean 'click'?"),
    (TABLE.replace('"time_warp": 120', '"time_wrap": 120'), "f:1:48  unknown key 'time_wrap'. Did you mean 'time_warp"),
    (TABLE.replace('"time_warp": 120', '"time_warp": 0'), "f:1:61  at least 0.001 is allowed here, such as 0.001"),
    (TABLE.replace("[6, 12.5]", "[6]"), "f:2:27  [hour, people per second] is wanted here, such as [8, 30], found a l"),
    (TABLE.replace("[6, 12.5]", "[six, 12.5]"), "f:2:28  'six' is not a duration"),
    (TABLE.replace("[6, 12.5]", "[6, fast]"), "f:2:31  a number is wanted here, such as 5, found 'fast'"),
    (TABLE.replace("[[0, 2], [6, 12.5]]", '"80 rps"'), "f:2:18  'rps=80' or [[0, 5], [8, 30]] is wanted here, found '"),
    (TABLE.replace("p95_ms <", "p95_ms"), "f:3:17  'latency_p95_ms 1500', character 16"),
    (TABLE.replace("db_down@hour4", "db_down@noon"), "f:4:24  a failure is written db_down@hour12"),
    (TABLE.replace("db_down@hour4", "db_down@hour40"), "f:4:24  starts at 40h, but people come only for 12h"),
    (WHAT_IF.replace('"env"', '"evn"'), "f:4:30  unknown key 'evn'. Did you mean 'env'?"),
    (WHAT_IF.replace('"box"', '"days": "soon", "box"'), "f:1:11  a number of days is wanted here"),
]  # fmt: skip


@each(("text", "expected"), WRONG)
def test_mistakes_are_placed_where_the_person_wrote_them(text: str, expected: str) -> None:
    """Places and words are those of the accent, whatever the canonical form looks like."""
    with pytest.raises(BadInput) as caught:
        read_scenario(read_document(text, "f"))
    assert expected in str(caught.value), str(caught.value)
    assert all(problem.line > 1 or problem.column > 1 for problem in caught.value.problems)


def test_all_fault_kinds_of_a_flight_plan() -> None:
    """Slow service, error and down, with settings inside the text or beside it."""
    probes = """\
  - slow_service: a latency_ms=80 at=1m for=30s
  - error: b status=504 share=0.5
  - down: c at=2m
  - down: d  at: 3m
  - slow_service: {service: e, latency_ms: 5}
"""
    text = PLAN.replace("  - slow_service: records-svc latency_ms=650\n", probes)
    assert meant(text)["faults"] == [
        {"fault": "latency", "service": "a", "at": "1m", "for": "30s", "latency_ms": 80},
        {"fault": "error", "service": "b", "status": 504, "share": 0.5},
        {"fault": "down", "service": "c", "at": "2m"},
        {"fault": "down", "service": "d", "at": "3m"},
        {"fault": "latency", "service": "e", "latency_ms": 5},
    ]


@pytest.mark.parametrize("text", [PLAN, DRILL, TABLE, WHAT_IF])
def test_translating_changes_nothing_it_was_given(text: str) -> None:
    """A dialect leaves the data it reads as it is."""
    data = read_document(text, "f").data
    before = repr(data)
    DIALECTS.get(dialect_of(data)).translate(data)
    assert repr(data) == before


@pytest.mark.parametrize("text", [PLAN, DRILL, TABLE, WHAT_IF])
def test_the_canonical_form_of_each_accent_is_read_as_the_same_scenario(text: str) -> None:
    """After translation nothing knows which accent a file was written in."""
    scenario = read_scenario(read_document(text, "f")).scenario
    assert Scenario.model_validate(canonical_data(scenario)) == scenario
