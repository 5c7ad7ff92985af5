"""Owns the verdict's sentences: what happened to people, the measured value, the required one; made by rule.

Knows nothing of how the verdict was reached. At most 30 words, one pair of numbers, past tense, no blame, no advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hms_esr.expressions.expression import parse
from hms_esr.formatting import brief, count, part_of, time_ms
from hms_esr.record import Record
from hms_esr.verdicts.checks import words_of
from hms_esr.verdicts.judgement import CheckResult, Condition
from hms_esr.verdicts.measures import Words
from hms_esr.verdicts.measures.measure import GROUPS

MOST_WORDS = 30
_WITHIN = {"<": "under", "<=": "within", ">": "over", ">=": "at or over"}
_COUNTED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def words_in(text: str) -> int:
    """How many words; a number and its unit, held together by a no-break space, are one."""
    return len([word for word in text.split(" ") if word])


def in_order(record: Record, results: Sequence[CheckResult]) -> list[CheckResult]:
    """Checks by what readers ask first: people finishing, deadlines, errors, recovery, answer time, own figures."""
    return sorted(results, key=lambda result: GROUPS.index(_said(record, result).group))


def passed(record: Record, results: Sequence[CheckResult]) -> str:
    """Every check holds and no warning level was passed."""
    with_limit = [result for result in results if result.limit_shown] or list(results)
    first = in_order(record, with_limit)[0]
    required = f" ({first.limit_shown} required)" if first.limit_shown else ""
    promise, together = "every promise", f", and all {count(len(results))} checks hold"
    if len(results) == 1:
        promise, together = "its promise", ""
    elif len(results) == 2:
        together = ", and both checks hold"
    return _short(f"The site kept {promise}: {fact}{required}{together}." for fact in _facts(record, first))


def warned(record: Record, results: Sequence[CheckResult]) -> str:
    """Every limit holds, at least one warning level does not."""
    narrow = in_order(record, [result for result in results if result.verdict == "WARN"])
    first = narrow[0]
    promise = f"every promise, {_number(len(narrow))} of them narrowly" if len(results) > 1 else "its promise, narrowly"
    past = f"past the warning level of {_level(first.warn_shown)}"
    within = _WITHIN.get(first.operator)
    inside = f"{past} but {within} the limit of {_level(first.limit_shown)}" if within else past
    facts = _facts(record, first)
    return _short(f"The site kept {promise}: {fact}, {end}." for fact in facts for end in (inside, past))


def failed(record: Record, result: CheckResult) -> str:
    """The first broken check."""
    if _only_warned(result):
        lead = "A warning level was passed, and warnings count here"
        return _short(f"{lead}: {fact} (warning {result.warn_shown})." for fact in _facts(record, result))
    said = _said(record, result)
    leads = {"<": said.too_high, "<=": said.too_high, ">": said.too_low, ">=": said.too_low}
    lead = leads.get(result.operator) or "A promise was not kept"
    required = f", and {result.limit_shown} is required" if result.limit_shown else ""
    return _short(f"{lead}: {fact}{required}." for fact in _facts(record, result, said.missed))


def also_failed(record: Record, result: CheckResult) -> str:
    """A further broken check."""
    if _only_warned(result):
        return also_warned(record, result)
    required = f" ({result.limit_shown} required)" if result.limit_shown else ""
    instead = "" if result.limit_shown else _said(record, result).missed
    return _short(f"Also not met: {fact}{required}." for fact in _facts(record, result, instead))


def also_warned(record: Record, result: CheckResult) -> str:
    """A warning level passed beside a broken check."""
    limit = f", limit {result.limit_shown}" if result.limit_shown else ""
    level = f"(warning {result.warn_shown}{limit})"
    return _short(f"Past its warning level: {fact} {level}." for fact in _facts(record, result))


def _facts(record: Record, result: CheckResult, instead: str = "") -> tuple[str, str]:
    """What happened, in words; and, for a sentence that would be too long, the metric quoted."""
    said = _said(record, result)
    name = brief(result.metric, 3, 60)
    if not result.operator and result.limit is None and result.warn is None:
        return (instead or said.happened, f"“{name}” {'held' if result.value else 'did not hold'}")
    return (instead or said.happened).replace("{value}", result.shown), f"“{name}” was {result.shown}"


def _short(sentences: Iterable[str]) -> str:
    """The first that is short enough; the last when none is."""
    for sentence in sentences:
        if words_in(sentence) <= MOST_WORDS:
            break
    return sentence


def untrusted(condition: Condition) -> str:
    """The first broken condition."""
    reason = condition.reason
    if reason[1:2].islower():
        reason = reason[:1].lower() + reason[1:]
    return f"This rehearsal says nothing about the site: {reason}."


def interrupted(record: Record) -> str:
    """Who stopped the run, when, and before what."""
    by = brief(record.interrupted.rstrip(". ").removeprefix("by "), 8, 60)
    who = f"Stopped because {by}" if " is " in by or ":" in by else f"Stopped by {by}"
    if by.lower().startswith(("stopped", "interrupted")):
        who = by[:1].upper() + by[1:]
    after = part_of(min(record.real_s, record.length_real_s), record.length_real_s)
    ahead = _fault_ahead(record)
    before = f", before the fault “{brief(ahead, 3, 30)}”" if ahead else ""
    if record.real_s > record.length_real_s > 0:
        before = ", before everybody had finished"
    return f"{who} after {after}{before}: too early to judge the site."


def _fault_ahead(record: Record) -> str:
    ahead = [fault for fault in record.scenario.faults if fault.at_s > record.sim_s]
    return min(ahead, key=lambda fault: fault.at_s).title if ahead else ""


def protected(record: Record, results: Sequence[CheckResult]) -> str:
    """A check with ``abort_after`` or the breaker stopped the run."""
    after = part_of(min(record.real_s, record.length_real_s), record.length_real_s)
    why = brief(record.aborted.rstrip(". "), 12, 100)
    named = next((one for one in results if one.check and one.check in record.aborted and one.limit_shown), None)
    if named is not None:
        why = f"“{brief(named.title, 6, 60)}” did not stay {named.limit_shown}"
    return f"The run was stopped to protect the target after {after}: {why}."


def trusted(record: Record) -> str:
    """Why the result can be trusted."""
    started = f"{count(record.delivered)} of {count(record.planned)} planned people started"
    if not record.late_ms.count:
        return f"The result can be trusted: {started}."
    late = time_ms(record.late_ms.percentile(0.99))
    return f"The result can be trusted: {started}, 99 in 100 of them within {late} of plan."


def _said(record: Record, result: CheckResult) -> Words:
    return words_of(record, parse(result.check))


def _only_warned(result: CheckResult) -> bool:
    """Whether the limit holds and only the warning level, made a failure by --strict, does not."""
    if result.warn is None or result.value is None:
        return False
    if not result.operator:
        return True
    value, limit = result.value, result.limit
    if limit is None:
        return False
    holds = {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit}
    return (holds | {"==": value == limit, "!=": value != limit})[result.operator]


def _level(words: str) -> str:
    """The level alone: ``under 2 s`` and ``at 2 s or less`` are both about ``2 s``."""
    for start in ("from ", "under ", "over ", "at most ", "at least ", "exactly ", "other than ", "unless ", "at "):
        if words.startswith(start):
            return words.removeprefix(start).removesuffix(" or less")
    return words


def _number(n: int) -> str:
    return _COUNTED[n] if n < len(_COUNTED) else count(n)
