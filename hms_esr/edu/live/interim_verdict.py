"""Owns the verdict so far: what checks and conditions say of a run that still goes on, in words.

Knows nothing of pages. What can only be known at the end (is everybody accounted for?) is not asked before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hms_esr.formatting import count, listed, plural
from hms_esr.record import Record
from hms_esr.verdicts import sentence
from hms_esr.verdicts.conditions import conditions
from hms_esr.verdicts.judgement import CheckResult, Condition, Judgement, Limits

FIRST_FIGURES_S = 5
"""No verdict before so many seconds with requests."""
_AT_THE_END = (
    "Seconds of records received",
    "Planned people accounted for",
    "Carried out to the plan's end",
    "People who came",
    "Faults undone and verified",
    "Planned faults carried out",
    "Undecided of those",
    "Checks with data",
)
"""Conditions that say nothing before the end."""
_OPEN = "was not over when the load ended"


@dataclass(frozen=True, slots=True)
class InterimVerdict:
    """The verdict so far. ``judgement.shown`` counts only when ``known``; ``more``: what can still mend."""

    judgement: Judgement
    known: bool
    more: str
    mending: tuple[CheckResult, ...] = ()
    lost: tuple[CheckResult, ...] = ()
    """Checks that cannot hold any more."""


def with_data(results: Sequence[CheckResult]) -> list[CheckResult]:
    """Checks that have a figure by now."""
    return [one for one in results if one.value is not None]


def is_open(result: CheckResult) -> bool:
    """Whether the figure is still growing, and within its limit."""
    return result.value is None and _OPEN in result.reason


def cannot_hold(record: Record, result: CheckResult) -> bool:
    """Whether a check that does not hold can never hold again in this run."""
    name = result.metric.split("{")[0].strip()
    if result.verdict != "FAIL":
        return False
    if name == "recovery_s" or name.endswith("_max_ms"):
        return True
    if name == "success_rate" and "{" not in result.metric and result.limit is not None and record.planned_total:
        failed = record.judged_states.get("failed", 0)
        return 1 - failed / record.planned_total < result.limit
    return False


def interim_verdict(record: Record, results: tuple[CheckResult, ...], limits: Limits) -> InterimVerdict:
    """The verdict of the run as it is now."""
    found = tuple(one for one in conditions(record, results, limits) if not one.name.startswith(_AT_THE_END))
    measured = with_data(results)
    seen = sum(1 for second in record.seconds.values() if second.requests)
    broken = [one for one in found if one.state == "broken"]
    failed = sentence.in_order(record, [one for one in measured if one.verdict == "FAIL"])
    warned = [one for one in measured if one.verdict == "WARN"]
    known = bool(broken or record.aborted) or (seen >= FIRST_FIGURES_S and bool(measured))
    shown, verdict = "PASS", "PASS"
    if broken:
        shown = verdict = "INVALID"
    elif failed or record.aborted:
        shown = verdict = "FAIL"
    elif warned:
        shown = "WARN"
    judgement = Judgement(
        verdict=verdict,  # type: ignore[arg-type]
        shown=shown,  # type: ignore[arg-type]
        sentence=_sentence(record, measured, broken, failed, warned) if known else "",
        also=tuple(sentence.also_failed(record, one) for one in failed[1:]) if not broken else (),
        trust=_trust(record, broken),
        warnings=len(warned),
        exit_code=0,
        checks=results,
        conditions=found,
    )
    lost = tuple(one for one in failed if cannot_hold(record, one))
    mending = tuple(one for one in failed if one not in lost)
    return InterimVerdict(judgement, known, "" if broken else _more(lost, mending), mending, lost)


def _sentence(
    record: Record,
    measured: list[CheckResult],
    broken: list[Condition],
    failed: list[CheckResult],
    warned: list[CheckResult],
) -> str:
    if broken:
        return sentence.untrusted(broken[0])
    if failed:
        return sentence.failed(record, failed[0])
    if record.aborted:
        return sentence.protected(record, measured)
    said = sentence.warned(record, measured) if warned else sentence.passed(record, measured)
    return said.replace("The site kept", "So far the site kept", 1)


def _more(lost: tuple[CheckResult, ...], mending: tuple[CheckResult, ...]) -> str:
    parts = []
    if lost:
        titles = listed(f"“{one.title}”" for one in lost)
        parts.append(f"{titles} can no longer hold, so the run cannot pass.")
    if mending:
        titles = listed(f"“{one.title}”" for one in mending)
        parts.append(f"{titles} can still mend." if lost else f"There is time to mend: {titles} may hold at the end.")
    return " ".join(parts)


def _trust(record: Record, broken: list[Condition]) -> str:
    if broken:
        advice = next((one.advice for one in broken if one.advice), "")
        return f"{advice} The figures are shown for diagnosis only.".strip()
    never = record.people("dropped") + record.people("lost")
    lost = f", {count(never)} were dropped or lost" if never else ""
    return f"{count(record.delivered)} of {plural(record.due, 'person', 'people')} planned by now have started{lost}."
