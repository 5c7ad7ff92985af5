"""Owns the verdict of a run: checks, conditions, which of them decides, the exit code, the sentences.

Knows nothing of how figures were measured or where the verdict is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from hms_esr.record import Record
from hms_esr.scenario.model import Check
from hms_esr.verdicts import sentence
from hms_esr.verdicts.checks import judge_check
from hms_esr.verdicts.conditions import conditions
from hms_esr.verdicts.judgement import CheckResult, Condition, Judgement, Limits, Outcome
from hms_esr.verdicts.metrics import Custom, Metrics
from hms_esr.verdicts.silence import silence

DEFAULT_CHECK = Check(check="success_rate >= 0.99")
"""Added, and shown as default, when no check of the scenario has a limit: a warning alone can never fail."""
EXIT_CODES: dict[Outcome, int] = {"PASS": 0, "FAIL": 1, "INVALID": 3, "INTERRUPTED": 130}


def judge(
    record: Record, *, custom: Custom | None = None, limits: Limits | None = None, strict: bool = False
) -> Judgement:
    """The verdict over a whole record; a pure function of its arguments.

    INTERRUPTED when somebody stopped the run, whatever else happened (what was broken too is told in ``also``);
    otherwise INVALID beats FAIL beats PASS. A run stopped by ``abort_after`` or the breaker is FAIL even if checks
    are left without data: the stop itself was the finding. ``strict``: a warning level not met is a FAIL.
    """
    metrics = Metrics(record, custom)
    results = judge_checks(record, metrics, strict=strict)
    found = conditions(record, results, limits or Limits())
    broken = [one for one in found if one.state == "broken"]
    verdict = _verdict(record, results, broken)
    warnings = sum(result.verdict == "WARN" for result in results)
    return Judgement(
        verdict=verdict,
        shown="WARN" if verdict == "PASS" and warnings else verdict,
        sentence=_sentence(record, verdict, results, broken),
        also=_also(record, verdict, results, broken),
        trust=_trust(record, verdict, broken),
        warnings=warnings,
        exit_code=EXIT_CODES[verdict],
        checks=results,
        conditions=found,
    )


def judge_checks(record: Record, metrics: Metrics, *, strict: bool = False) -> tuple[CheckResult, ...]:
    """Each check of the scenario in its order, then the default one when none has a limit."""
    checks = record.scenario.checks
    results = [judge_check(record, check, metrics, strict=strict) for check in checks]
    if not any(check.has_limit for check in checks):
        results.append(judge_check(record, DEFAULT_CHECK, metrics, default=True))
    return tuple(results)


def _verdict(record: Record, results: Sequence[CheckResult], broken: Sequence[Condition]) -> Outcome:
    if record.interrupted:
        return "INTERRUPTED"
    if broken:
        return "INVALID"
    if record.aborted or any(result.verdict == "FAIL" for result in results):
        return "FAIL"
    return "PASS"


def _failed(record: Record, results: Sequence[CheckResult]) -> list[CheckResult]:
    return sentence.in_order(record, [result for result in results if result.verdict == "FAIL"])


def _sentence(record: Record, verdict: Outcome, results: Sequence[CheckResult], broken: Sequence[Condition]) -> str:
    if verdict == "INTERRUPTED":
        return sentence.interrupted(record)
    if verdict == "INVALID":
        return sentence.untrusted(broken[0])
    if record.aborted:
        return sentence.protected(record, results)
    if verdict == "FAIL":
        return sentence.failed(record, _failed(record, results)[0])
    if any(result.verdict == "WARN" for result in results):
        return sentence.warned(record, results)
    return sentence.passed(record, results)


def _also(
    record: Record, verdict: Outcome, results: Sequence[CheckResult], broken: Sequence[Condition]
) -> tuple[str, ...]:
    silent = [] if verdict == "INVALID" else [one for one in (silence(record),) if one]
    if verdict in ("INVALID", "INTERRUPTED"):
        told = broken[0].reason if verdict == "INVALID" else ""
        return (*silent, *(f"Also: {one.reason}." for one in broken if one.reason not in told))
    if verdict == "PASS":
        return tuple(silent)
    failed = _failed(record, results)
    also = [sentence.also_failed(record, result) for result in (failed if record.aborted else failed[1:])]
    past = sentence.in_order(record, [result for result in results if result.verdict == "WARN"])
    return (*silent, *also, *(sentence.also_warned(record, result) for result in past))


def _trust(record: Record, verdict: Outcome, broken: Sequence[Condition]) -> str:
    if verdict == "INVALID":
        advice = next((condition.advice for condition in broken if condition.advice), "")
        return f"{advice} The figures are shown for diagnosis only; no check is judged.".strip()
    if verdict == "INTERRUPTED":
        undone = all(fault.undone for fault in record.faults)
        faults = "Faults were undone and verified. " if record.faults and undone else ""
        return f"{faults}No check is judged. The figures cover the part that was carried out."
    return sentence.trusted(record)
