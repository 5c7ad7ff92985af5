"""Tests of hms_esr.reports.summary and of the table of reports."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hms_esr.record import Record
from hms_esr.reports import REPORTS
from hms_esr.reports.summary import summary
from hms_esr.verdicts.judge import judge
from tests.records import Day, made_up_record, record_of

FIGURES = {"mean", "p50", "p90", "p95", "p99", "p99_9", "max"}
FIXED = {
    *("run_id", "scenario", "seed", "target", "state", "verdict", "reason", "warnings", "exit_code", "started_at"),
    *(
        "real_s",
        "simulated_s",
        "people",
        "requests",
        "unanswered",
        "setup_requests",
        "polls",
        "errors",
        "checks",
        "latency_ms",
    ),
    *("service_latency_ms", "steps", "error_kinds", "delivery", "sim", "target_requested"),
}


def of(record: Record) -> dict[str, Any]:
    """The summary as another program reads it back."""
    text = REPORTS.get("json")().write(record, judge(record))

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    found: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return found


def test_names_that_others_rely_on_are_there() -> None:
    """Every fixed name is in the summary, at every level."""
    found = of(made_up_record(scenario={"cost": {"per_hour": 1}}))
    assert set(found) >= FIXED
    assert set(found["people"]) == {"planned", "completed", "failed", "dropped", "lost", "unfinished"}
    assert set(found["checks"][0]) >= {"check", "value", "verdict", "reason"}
    assert set(found["latency_ms"]) == set(found["service_latency_ms"]) == FIGURES
    figures = {"latency_ms", "service_latency_ms", "phases_ms"}
    assert set(found["steps"][0]) == {"journey", "step", "requests", "errors", *figures}
    assert set(found["phases_ms"]) == {"connect", "tls", "first_byte", "reading"}
    assert set(found["phases_ms"]["connect"]) == {"count", "p50", "p95", "total"}
    assert set(found["error_kinds"][0]) >= {"step", "kind", "message", "n"}
    delivery = {"planned", "delivered", "late_p99_ms", "off_plan_max", "per_second", "workers_lost", "taken_over"}
    assert set(found["delivery"]) == delivery
    assert set(found["generator"]) == {"cpu_max", "loop_lag_p99_ms", "gc_pause_max_ms"}
    assert found["sim"] is True
    assert found["state"] == "FINISHED"


def test_figures_agree_with_each_other() -> None:
    """People, requests, errors and checks in the summary add up."""
    record = made_up_record(dropped=0.005, seed=3, checks=("success_rate > 0.5",))
    found = of(record)
    people = found["people"]
    assert people["planned"] == sum(people[state] for state in people if state != "planned")
    assert sum(step["requests"] for step in found["steps"]) == found["requests"] == record.requests
    assert sum(kind["n"] for kind in found["error_kinds"]) == found["errors"]
    assert found["checks"][0]["value"] == people["completed"] / (people["completed"] + people["failed"])
    assert found["delivery"]["delivered"] == people["planned"] - people["dropped"]
    assert sum(persona["completed"] for persona in found["personas"]) == people["completed"]
    assert found["decisions"][0]["reached"] == found["polls"]
    assert found["faults"][0]["recovery_s"] >= 0
    assert [part["warp"] for part in found["clock"]] == [60.0, 3600.0]
    assert (found["exit_code"], found["verdict"]) == (0, "PASS")


def test_without_data_figures_are_null() -> None:
    """A run nobody came to has null latencies, never 0 or NaN, and says INVALID."""
    found = of(record_of(Day(fault=None), []))
    assert set(found["latency_ms"].values()) == {None}
    assert (found["delivery"]["late_p99_ms"], found["steps"], found["personas"]) == (None, [], [])
    assert (found["verdict"], found["exit_code"]) == ("INVALID", 3)
    assert not any(check["judged"] for check in found["checks"])
    assert {check["value"] for check in found["checks"]} == {None}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_json_cannot_hold_is_null(value: float) -> None:
    """NaN and infinity, wherever they come from, are null."""
    record = made_up_record(people=5, fault=None)
    record.sensors = {"a": {"cpu": value}}
    record.probes = {"queue": value}
    assert of(record)["sensors"] == {"a": {"cpu": None}}
    assert of(record)["probes"] == {"queue": None}


def test_broken_text_does_not_break_the_file() -> None:
    """A message with half a character is written as a question mark, not as an error."""
    record = made_up_record(people=5, fault=None)
    record.problems.append("the target said \ud800")
    text = REPORTS.get("json")().write(record, judge(record))
    assert json.loads(text.encode("utf-8"))["reason"].endswith("the target said ?.")


def test_a_fault_without_a_known_recovery_says_why() -> None:
    """Recovery that is not known is null with the reason beside it."""
    found = summary(*(lambda run: (run, judge(run)))(made_up_record(fault=(0, 6))))
    assert found["faults"][0]["recovery_s"] is None
    assert "too few requests in the minute before" in found["faults"][0]["note"]
    never = of(made_up_record(recovery_s=100))
    assert (never["faults"][0]["recovery_s"], never["faults"][0]["note"]) == (
        None,
        "not recovered when the load ended",
    )


def test_every_report_can_be_written() -> None:
    """Each report of the table has a file name of its own and is text."""
    record = made_up_record(people=30)
    judgement = judge(record)
    reports = [REPORTS.get(name)() for name in REPORTS.names()]
    assert len({report.filename for report in reports}) == len(reports)
    assert all(len(report.write(record, judgement)) > 500 for report in reports)
