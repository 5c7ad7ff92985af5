"""Tests of hms_esr.verdicts.checks."""

from __future__ import annotations

from typing import Any

import pytest

from hms_esr.formatting import NBSP
from hms_esr.record import Record
from hms_esr.scenario.model import Check
from hms_esr.verdicts.checks import judge_check
from hms_esr.verdicts.judgement import CheckResult
from hms_esr.verdicts.metrics import Metrics
from tests.each import each
from tests.records import made_up_record

RECORD = made_up_record(people=40, fault=None)


def judged(
    check: Any, figures: dict[str, float] | None = None, *, strict: bool = False, of: Record = RECORD
) -> CheckResult:
    """A check over a record, or over figures that stand in for built-in metrics of the same unit."""
    metrics = Metrics(of, {name: lambda metrics, value=value: value for name, value in (figures or {}).items()})
    return judge_check(of, Check.model_validate(check), metrics, strict=strict)


def latency(p95_ms: float) -> Record:
    """A record all of whose answers took so long."""
    record = made_up_record(people=3, fault=None)
    for cell in record.series.values():
        cell.intended = type(cell.intended)()
        cell.intended.add(p95_ms, cell.requests)
    return record


def finishing(completed: int, failed: int) -> Record:
    """A record in which so many people finished."""
    record = made_up_record(people=3, fault=None)
    record.judged_states = {"completed": completed, "failed": failed}
    return record


WARNED = {"check": "latency_p95_ms < 2000", "warn": "< 1000"}


@each(
    ("check", "record", "verdict", "shown", "limit", "room", "close"),
    [
        (WARNED, latency(1420), "WARN", "1.42 s", "under 2 s", "0.58 s left; 0.42 s past warning", False),
        (WARNED, latency(420), "PASS", "420 ms", "under 2 s", "1.58 s left", False),
        (WARNED, latency(2300), "FAIL", "2.30 s", "under 2 s", "0.30 s over; 1.30 s past warning", False),
        ("latency_p95_ms < 2000", latency(1850), "PASS", "1.85 s", "under 2 s", "0.15 s left", True),
        ("latency_p95_ms <= 400", latency(350), "PASS", "350 ms", "at most 400 ms", "50 ms left", False),
        ("success_rate > 0.98", finishing(960, 40), "FAIL", "96.0%", "over 98%", "2.0 points short", False),
        ("success_rate > 0.98", finishing(981, 19), "PASS", "98.1%", "over 98%", "0.10 points left", True),
        ("success_rate > 0.98", finishing(999, 1), "PASS", "99.9%", "over 98%", "1.9 points left", False),
        ("0.98 <= success_rate", finishing(98, 2), "PASS", "98.0%", "at least 98%", "0 points left", True),
        ("success_rate == 1", finishing(9, 0), "PASS", "100%", "exactly 100%", "", False),
        (
            {"check": "success_rate", "warn": ">= 0.99"},
            finishing(97, 3),
            "WARN",
            "97.0%",
            "",
            "2.0 points past warning",
            False,
        ),
    ],
)
def test_checks_are_judged_and_told(
    check: Any, record: Record, verdict: str, shown: str, limit: str, room: str, close: bool
) -> None:
    """A check has a verdict, its value and limit in words, what room is left, and whether that is little."""
    result = judged(check, of=record)
    told = [text.replace(NBSP, " ") for text in (result.verdict, result.shown, result.limit_shown, result.room)]
    assert [*told, result.close] == [verdict, shown, limit, room, close]
    assert result.value is not None


@pytest.mark.parametrize(
    ("check", "figures", "verdict", "shown", "limit"),
    [
        ("own < 0.05", {"own": 0.031}, "PASS", "0.031", "under 0.05"),
        ("own > 1000", {"own": 900.0}, "FAIL", "900", "over 1,000"),
        ("own < other * 2", {"own": 3.0, "other": 2.0}, "PASS", "3", "under 4"),
        ("own / other < 2", {"own": 3.0, "other": 2.0}, "PASS", "1.5", "under 2"),
        ("own < 5 and other > 1", {"own": 3.0, "other": 2.0}, "PASS", "yes", ""),
        ("not own < 5 or other > 3", {"own": 3.0, "other": 2.0}, "FAIL", "no", ""),
        ("own != 3", {"own": 3.0}, "FAIL", "3", "other than 3"),
    ],
)
def test_own_figures_and_arithmetic(
    check: str, figures: dict[str, float], verdict: str, shown: str, limit: str
) -> None:
    """Figures of the scenario's own, sums of metrics and joined conditions are judged like any other."""
    result = judged(check, figures)
    assert (result.verdict, result.shown, result.limit_shown) == (verdict, shown, limit)


@pytest.mark.parametrize(
    ("check", "says"),
    [
        ("finance.overdue < 900", "no data: unknown metric 'finance.overdue'"),
        ("own / zero < 2", "no data: division by zero"),
        ("own > 2 or gone > 2", "no data: unknown metric 'gone'"),
        ({"check": "own < 9", "warn": "< gone"}, "no data: unknown metric 'gone'"),
        ("own < gone", "no data: unknown metric 'gone'"),
        ("cloud_cost < 5", "no data: the scenario has no cost"),
    ],
)
def test_a_check_without_data_is_invalid(check: Any, says: str) -> None:
    """Whatever a check lacks, its verdict is INVALID, its value none and its reason says what is missing."""
    result = judged(check, {"own": 3.0, "zero": 0.0})
    assert (result.verdict, result.value, result.shown, result.close) == ("INVALID", None, "–", False)
    assert says in result.reason


def test_strict_makes_a_warning_a_failure() -> None:
    """A warning level that is not met is FAIL under strict and WARN otherwise."""
    assert judged(WARNED, of=latency(1420), strict=True).verdict == "FAIL"
    assert judged(WARNED, of=latency(1420)).verdict == "WARN"
    assert (
        judged(WARNED, of=latency(1420)).reason.replace(NBSP, " ") == "1.42 s, past the warning level: warns from 1 s"
    )


@pytest.mark.parametrize(
    ("check", "verdict"),
    [
        ("recovery_s{fault='records_down'} < 10", "FAIL"),
        ("recovery_s{fault='records_down'} < 1000", "INVALID"),
        ("recovery_s{fault='records_down'} > 10", "INVALID"),
        ("recovery_s{fault='records_down'} + 1 < 10", "INVALID"),
    ],
)
def test_a_lower_bound_can_only_break_an_upper_limit(check: str, verdict: str) -> None:
    """A site that never recovered breaks a limit already passed; nothing else is claimed from it."""
    record = made_up_record(people=200, recovery_s=200, checks=(check,))
    assert judged(check, of=record).verdict == verdict


def test_what_is_measured_is_told_in_words() -> None:
    """Titles and notes are words of readers; the metric keeps its own name beside them."""
    result = judged("error_rate{step='submit'} < 0.5")
    assert result.title == "Requests of “submit” that fail"
    assert result.metric == 'error_rate{step="submit"}'
    assert result.note.endswith("of 40 requests")
