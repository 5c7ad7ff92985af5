"""Tests of hms_esr.reports.junit."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.record import Record
from hms_esr.reports.junit import STOP_CASE, TRUST_CASE, JunitReport
from hms_esr.verdicts.judge import judge
from tests.records import made_up_record

ALLOWED = {
    "testsuite": ({"name", "timestamp", "hostname", "tests", "failures", "errors", "skipped", "time"}, None),
    "properties": (set(), None),
    "property": ({"name", "value"}, None),
    "testcase": ({"classname", "name", "time"}, {"failure", "error", "skipped", "system-out"}),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "skipped": ({"message"}, set()),
    "system-out": (set(), set()),
}


def written(record: Record, **options: Any) -> ElementTree.Element:
    """The suite, read back and held against the schema's rules: elements, attributes, counts, order."""
    text = JunitReport().write(record, judge(record, **options))
    suite = ElementTree.fromstring(text.encode("utf-8"))
    for element in suite.iter():
        attributes, children = ALLOWED[element.tag]
        assert set(element.attrib) == attributes
        assert children is None or {child.tag for child in element} <= children
    assert suite[0].tag == "properties"
    assert suite[-1].tag == "system-out"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
    for attribute, tag in (("tests", ""), ("failures", "/failure"), ("errors", "/error"), ("skipped", "/skipped")):
        assert int(suite.attrib[attribute]) == len(suite.findall(f"testcase{tag}"))
    return suite


def outcomes(suite: ElementTree.Element) -> dict[str, str]:
    """Test case → failure, error, skipped or passed."""
    found = {}
    for case in suite.findall("testcase"):
        tags = [child.tag for child in case if child.tag != "system-out"]
        found[case.attrib["name"]] = tags[0] if tags else "passed"
    return found


CHECKS = ("success_rate > 0.5", "latency_p95_ms < 100", {"check": "error_rate < 0.9", "warn": "< 0.001"})


@pytest.mark.parametrize(
    ("run", "changes", "expected"),
    [
        ({}, {}, ["passed", "failure", "passed", "passed"]),
        ({"checks": ("requests > 1", "finance.overdue < 900")}, {}, ["skipped", "error", "error"]),
        ({"dropped": 0.1}, {}, ["skipped", "skipped", "skipped", "error"]),
        ({}, {"interrupted": "the operator"}, ["skipped", "skipped", "skipped", "error"]),
        (
            {"checks": ("requests > 1", "cloud_cost < 5")},
            {"aborted": "the breaker"},
            ["passed", "skipped", "failure", "passed"],
        ),
    ],
)
def test_checks_become_test_cases(run: dict[str, Any], changes: dict[str, Any], expected: list[str]) -> None:
    """FAIL is a failure, INVALID and INTERRUPTED are errors, what was not judged is skipped."""
    record = made_up_record(**{"people": 60, "checks": CHECKS} | run)
    for name, value in changes.items():
        setattr(record, name, value)
    found = outcomes(written(record))
    assert list(found.values()) == expected
    assert list(found)[-1] == TRUST_CASE
    assert (STOP_CASE in found) == ("aborted" in changes)


def test_warnings_pass_and_fail_under_strict() -> None:
    """A warning is told in a case that passes; under strict the case fails."""
    record = made_up_record(people=60, checks=CHECKS)
    case = next(case for case in written(record).findall("testcase") if case.attrib["name"] == "error_rate < 0.9")
    assert str(case.findtext("system-out")).startswith("WARN Requests that fail")
    assert outcomes(written(record, strict=True))["error_rate < 0.9"] == "failure"


def test_two_checks_of_one_text_are_two_cases() -> None:
    """A scenario may repeat a check; each is a case."""
    assert written(made_up_record(people=60, checks=("requests > 1", "requests > 1"))).attrib["tests"] == "3"


@given(st.text(max_size=40) | st.just("]]><x & \x00\x1b\ud800\ufffe\"'"))
@settings(deadline=None, max_examples=60)
def test_any_text_makes_a_file_that_can_be_read(text: str) -> None:
    """Whatever a run's texts hold, the file is well-formed XML without characters XML forbids."""
    record = BASE
    record.problems = [text or "?"]
    record.manifest.workers[0]["host"] = text
    suite = written(record)
    assert suite.attrib["errors"] == "1"


BASE = made_up_record(people=5, fault=None, checks=("requests > 1",))
