"""Tests of hms_esr.verdicts.judge and the sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.formatting import NBSP
from hms_esr.record import Record, Tick
from hms_esr.verdicts.judge import judge
from hms_esr.verdicts.sentence import MOST_WORDS, words_in
from tests.each import each
from tests.records import CHECKS, Day, made_up_record, made_up_ticks, record_of

GOOD = Day(people=60, workers=2, checks=("success_rate > 0.5", *CHECKS[1:]))


@cache
def good_ticks() -> tuple[Tick, ...]:
    return tuple(made_up_ticks(GOOD))


def said(text: str) -> str:
    return text.replace(NBSP, " ")


def ends(run: Record, **changes: Any) -> Record:
    for name, value in changes.items():
        setattr(run, name, value)
    return run


WARN = {"check": "latency_p95_ms < 2000", "warn": "< 400"}


@each(
    ("run", "verdict", "code", "sentence"),
    [
        (
            {},
            "PASS",
            0,
            "The site kept every promise: 86.7% of people completed the journey “apply” (over 85% required), "
            "and all 4 checks hold.",
        ),
        (
            {"checks": ("error_rate < 0.2", "latency_p95_ms < 2000")},
            "PASS",
            0,
            "The site kept every promise: 2.8% of requests failed (under 20% required), and both checks hold.",
        ),
        (
            {"checks": ("sla_48h_success_rate > 0.9",)},
            "PASS",
            0,
            "The site kept its promise: 97.7% of claims were decided within 48 hours (over 90% required).",
        ),
        (
            {"checks": (WARN, "success_rate > 0.5")},
            "WARN",
            0,
            "The site kept every promise, one of them narrowly: 95 of 100 requests were answered within 417 ms, "
            "past the warning level of 400 ms but under the limit of 2 s.",
        ),
        (
            {"checks": ("success_rate > 0.98",)},
            "FAIL",
            1,
            "Too many people could not finish: 86.7% completed the journey “apply”, and over 98% is required.",
        ),
        (
            {"checks": ("sla_48h_success_rate > 0.99", "latency_p95_ms < 100")},
            "FAIL",
            1,
            "Decisions came too late: 97.7% of claims were decided within 48 hours, and over 99% is required.",
        ),
        (
            {"checks": ("recovery_s{fault='records_down'} < 5",)},
            "FAIL",
            1,
            "The site was slow to recover: after the fault “records_down” it took 8 s, and under 5 s is required.",
        ),
        (
            {"checks": ("error_rate < 0.01",)},
            "FAIL",
            1,
            "Too many requests failed: 2.8% of all requests, and under 1% is required.",
        ),
        (
            {"checks": ("latency_p95_ms{step='submit'} < 200",)},
            "FAIL",
            1,
            "The site answered too slowly: 95 of 100 requests of “submit” were answered within 387 ms, "
            "and under 200 ms is required.",
        ),
        (
            {"checks": ("requests > 5000",)},
            "FAIL",
            1,
            "A promise was not kept: 1,200 requests were sent, and over 5,000 is required.",
        ),
        (
            {"checks": ("success_rate > 0.5 and requests > 5000",)},
            "FAIL",
            1,
            "A promise was not kept: “success_rate > 0.5 and requests >…” did not hold.",
        ),
        (
            {"checks": ()},
            "FAIL",
            1,
            "Too many people could not finish: 86.7% completed the journey “apply”, and at least 99% is required.",
        ),
        (
            {"dropped": 0.05, "saturated": True},
            "INVALID",
            3,
            "This rehearsal says nothing about the site: 6.7% of the planned people never came because the load "
            "generator ran out of processor time (at most 1% allowed).",
        ),
        (
            {"checks": ("finance.overdue < 900",)},
            "INVALID",
            3,
            "This rehearsal says nothing about the site: the check “finance.overdue < 900” had no data.",
        ),
        (
            {"undone": False},
            "INVALID",
            3,
            "This rehearsal says nothing about the site: the fault “records_down” may still be on.",
        ),
    ],
)
def test_the_verdict_and_its_sentence(run: dict[str, Any], verdict: str, code: int, sentence: str) -> None:
    """Each verdict has its exit code and one sentence: what happened, measured, required."""
    found = judge(made_up_record(**run))
    assert (found.shown, found.exit_code, said(found.sentence)) == (verdict, code, sentence)
    assert words_in(found.sentence) <= MOST_WORDS


@each(
    ("changes", "verdict", "code", "sentence"),
    [
        (
            {"interrupted": "the operator", "real_s": 20.0, "sim_s": 1200.0},
            "INTERRUPTED",
            130,
            "Stopped by the operator after 20 of 60 seconds, before the fault “records_down”: "
            "too early to judge the site.",
        ),
        (
            {"interrupted": "Stopped by hms-esr stop.", "problems": ["records lost"]},
            "INTERRUPTED",
            130,
            "Stopped by hms-esr stop after 60 of 60 seconds, before everybody had finished: "
            "too early to judge the site.",
        ),
        (
            {"interrupted": "by a signal to end"},
            "INTERRUPTED",
            130,
            "Stopped by a signal to end after 60 of 60 seconds, before everybody had finished: "
            "too early to judge the site.",
        ),
        (
            {"interrupted": "the proof is gone: HTTP 404", "real_s": 30.0},
            "INTERRUPTED",
            130,
            "Stopped because the proof is gone: HTTP 404 after 30 of 60 seconds: too early to judge the site.",
        ),
        (
            {"aborted": "error_rate < 0.2", "real_s": 20.0},
            "FAIL",
            1,
            "The run was stopped to protect the target after 20 of 60 seconds: "
            "“Requests that fail” did not stay under 20%.",
        ),
        (
            {"aborted": "more than half of all requests failed for 30 s", "real_s": 40.0},
            "FAIL",
            1,
            "The run was stopped to protect the target after 40 of 60 seconds: "
            "more than half of all requests failed for 30 s.",
        ),
        (
            {"aborted": "error_rate < 0.2", "lost_records": 1},
            "INVALID",
            3,
            "This rehearsal says nothing about the site: 1 second of records is missing.",
        ),
        (
            {"time_limited": True, "real_s": 20.0},
            "INVALID",
            3,
            "This rehearsal says nothing about the site: the time limit ended it after 20 of 60 seconds.",
        ),
        (
            {"problems": ["The clocks of two workers were 40 ms apart."]},
            "INVALID",
            3,
            "This rehearsal says nothing about the site: the clocks of two workers were 40 ms apart.",
        ),
    ],
)
def test_runs_that_ended_early(changes: dict[str, Any], verdict: str, code: int, sentence: str) -> None:
    """A person's stop is INTERRUPTED whatever else; then INVALID beats the FAIL of a run stopped for the target."""
    found = judge(ends(made_up_record(), **changes))
    assert (found.verdict, found.exit_code, said(found.sentence)) == (verdict, code, sentence)


def test_an_aborted_run_is_a_fail_without_all_data() -> None:
    """Checks that had no time to get data do not turn a run stopped for the target into INVALID."""
    run = ends(made_up_record(), aborted="error_rate < 0.2")
    run.decisions.clear()
    found = judge(run)
    assert found.verdict == "FAIL"
    assert [check.verdict for check in found.checks] == ["PASS", "PASS", "PASS", "INVALID"]


def test_further_reasons_follow() -> None:
    """Other broken checks follow in the order readers ask, then warning levels; INVALID tells other conditions."""
    checks = ("latency_max_ms < 10", WARN, "error_rate < 0.01", "success_rate > 0.98")
    found = judge(made_up_record(checks=checks))
    assert [said(text) for text in found.also] == [
        "Also not met: 2.8% of requests failed (under 1% required).",
        "Also not met: the slowest of all requests took 3.32 s (under 10 ms required).",
        "Past its warning level: 95 of 100 requests were answered within 417 ms "
        "(warning from 400 ms, limit under 2 s).",
    ]
    assert found.warnings == 1
    broken = judge(made_up_record(dropped=0.05, saturated=True))
    assert [said(text) for text in broken.also] == [
        "Also: the load generator was out of processor time for 10 seconds."
    ]


def test_an_interrupted_run_still_says_that_a_fault_may_be_on() -> None:
    """INTERRUPTED hides no danger: a fault not undone is told beside it."""
    found = judge(ends(made_up_record(undone=False), interrupted="the operator"))
    assert found.also == ("Also: the fault “records_down” may still be on.",)
    assert "No check is judged" in found.trust


def test_strict_counts_warnings() -> None:
    """Under strict a warning level not met is FAIL and says that warnings count."""
    found = judge(made_up_record(checks=(WARN,)), strict=True)
    assert (found.verdict, found.exit_code, found.warnings) == ("FAIL", 1, 0)
    assert said(found.sentence) == (
        "A warning level was passed, and warnings count here: 95 of 100 requests were answered within 417 ms "
        "(warning from 400 ms)."
    )


@pytest.mark.parametrize(
    ("checks", "added"),
    [((), True), (({"check": "latency_p95_ms", "warn": "< 400"},), True), (("requests > 1",), False)],
)
def test_a_default_check_is_added(checks: tuple[Any, ...], added: bool) -> None:
    """Without a check that has a limit, people finishing is judged, shown as default; warnings alone never fail."""
    results = judge(made_up_record(checks=checks)).checks
    assert [result.check for result in results if result.default] == (["success_rate >= 0.99"] if added else [])


def test_trust_is_told_in_figures() -> None:
    """A trusted result says how many of the planned started and how late; an INVALID one what to change."""
    assert said(judge(made_up_record()).trust) == (
        "The result can be trusted: 300 of 300 planned people started, 99 in 100 of them within 0.9 ms of plan."
    )
    assert "for diagnosis only; no check is judged" in judge(made_up_record(late=0.1)).trust


def _without_ends(ticks: list[Tick], n: int) -> list[Tick]:
    having = [at for at, tick in enumerate(ticks) if tick.ends]
    at = having[n % len(having)]
    return [replace(tick, ends=tick.ends[1:]) if number == at else tick for number, tick in enumerate(ticks)]


def _without_tick(ticks: list[Tick], n: int) -> list[Tick]:
    """Not an empty last one: nothing is lost with it."""
    last = max(tick.seq for tick in ticks)
    full = [at for at, tick in enumerate(ticks) if tick.ends or tick.seq < last]
    return [tick for at, tick in enumerate(ticks) if at != full[n % len(full)]]


REMOVALS: dict[str, Callable[[list[Tick], int], list[Tick]]] = {
    "a tick": _without_tick,
    "a person's end": _without_ends,
    "a worker": lambda ticks, n: [tick for tick in ticks if tick.worker != f"worker-{1 + n % 2}"],
    "everything after a second": lambda ticks, n: [tick for tick in ticks if tick.second < n % 60],
    "all answers": lambda ticks, n: [replace(tick, cells={}) for tick in ticks],
    "all decisions": lambda ticks, n: [replace(tick, decisions={}) for tick in ticks],
    "all starts": lambda ticks, n: [replace(tick, delivered={}) for tick in ticks],
}


@given(st.sampled_from(list(REMOVALS)), st.integers(0, 500))
@settings(deadline=None, max_examples=50)
def test_missing_records_never_pass(what: str, n: int) -> None:
    """Whatever part of a good run's records is taken away, the verdict is INVALID."""
    assert judge(record_of(GOOD, good_ticks())).verdict == "PASS"
    assert judge(record_of(GOOD, REMOVALS[what](list(good_ticks()), n))).verdict == "INVALID"


@given(
    st.sets(st.sampled_from(["dropped", "late", "saturated", "undone", "undecided"])),
    st.booleans(),
    st.booleans(),
)
@settings(deadline=None, max_examples=40)
def test_invalid_beats_fail_beats_pass(broken: set[str], failing: bool, warning: bool) -> None:
    """With any condition broken the verdict is INVALID; else a broken check is FAIL; else PASS, warned or not."""
    worse: dict[str, Any] = {"dropped": 0.1, "late": 0.2, "saturated": True, "undone": False, "undecided": 0.2}
    checks: list[Any] = ["success_rate > 0.5", *CHECKS[1:3]]
    checks += ["latency_max_ms < 1"] if failing else []
    checks += [{"check": "latency_mean_ms", "warn": "< 1"}] if warning else []
    found = judge(made_up_record(people=60, checks=tuple(checks), **{name: worse[name] for name in broken}))
    assert found.verdict == ("INVALID" if broken else "FAIL" if failing else "PASS")
    assert found.exit_code == {"INVALID": 3, "FAIL": 1, "PASS": 0}[found.verdict]
    assert found.warnings == int(warning)
    assert found.shown == ("WARN" if warning and found.verdict == "PASS" else found.verdict)


LONG = "word " * 12
NAMES = st.sampled_from(["apply", "a" * 90, "renew-my-passport-quickly"])


@given(
    st.sampled_from(
        [
            *CHECKS,
            "latency_p99_9_ms < 1",
            "service_latency_p99_9_ms{step='submit', persona='farmer', status='200'} < 1",
            "service_latency_p99_9_ms{step='submit', persona='farmer', status='200'} < 100000",
            "requests{step='submit', persona='farmer'} + latency_max_ms * 2 - people / 3 < 1",
            "success_rate{persona='farmer', journey='apply'} == 1",
            "recovery_s < 1",
            "cost_per_grant < 2",
        ]
    ),
    st.sampled_from(["", "< 0.0001", "> 99999999"]),
    st.sampled_from(["", "interrupted", "aborted", "problems"]),
    st.booleans(),
)
@settings(deadline=None, max_examples=60)
def test_sentences_are_short(check: str, warn: str, early: str, strict: bool) -> None:
    """Every sentence has at most 30 words, one full stop at its end and no metric's name but the scenario's own."""
    run = made_up_record(people=60, checks=({"check": check, "warn": warn} if warn else check,))
    if early:
        setattr(run, early, [LONG] if early == "problems" else LONG)
    found = judge(run, strict=strict, custom={"cost_per_grant": lambda metrics: 1.5})
    for text in (found.sentence, *found.also):
        assert words_in(text) <= MOST_WORDS, text
        assert text.endswith(".")
        assert "{" not in text.partition("“")[0]
