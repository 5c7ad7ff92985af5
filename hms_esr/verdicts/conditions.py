"""Owns the conditions under which a rehearsal can be trusted: measured, allowed, and what to say when one is broken.

Knows nothing of whether the site did well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from hms_esr.formatting import NBSP, brief, count, listed, part_of, period, plural, share, short_share
from hms_esr.record import Record
from hms_esr.verdicts.bottleneck import bottleneck, cure, saturated_s, unsent
from hms_esr.verdicts.judgement import CheckResult, Condition, Limits

_TWICE = "Repeat the run."
_WORKER_LOST = "Repeat the run with one worker more: the others then have room for the people of one that ends."
_CLOSE = 0.5

Results = Sequence[CheckResult]
_STATES = ("completed", "failed", "dropped", "lost", "unfinished")


def conditions(record: Record, results: Results, limits: Limits) -> tuple[Condition, ...]:
    """Every condition that applies to this run; the first broken one is the verdict's reason."""
    found = [one for make in _TABLE for one in make(record, results, limits)]
    return tuple(found)


def _state(broken: bool, used: float = 0.0) -> Literal["holds", "holds, close", "broken", "explained"]:
    return "broken" if broken else "holds, close" if used >= _CLOSE else "holds"


def _problems(record: Record, results: Results, limits: Limits) -> list[Condition]:
    return [
        Condition(brief(text, 12, 100), "found", "never", "broken", brief(text.rstrip(". "), 20, 160), cure(text))
        for text in dict.fromkeys(record.problems)
    ]


def _ticks(record: Record, results: Results, limits: Limits) -> list[Condition]:
    received = sum(worker.seconds for worker in record.workers.values())
    missing = sum(worker.missing_ticks for worker in record.workers.values()) + record.lost_records
    measured = f"{count(received)} of {count(received + missing)}"
    reason = f"{plural(missing, 'second of records is', 'seconds of records are')} missing" if missing else ""
    return [
        Condition(
            "Seconds of records received", measured, "all", _state(missing != 0), reason, _TWICE if missing else ""
        )
    ]


def _accounting(record: Record, results: Results, limits: Limits) -> list[Condition]:
    planned, ended = record.planned, sum(record.states.values())
    missing = max(planned, record.due) - ended
    started = sum(record.states.get(state, 0) for state in ("completed", "failed", "unfinished"))
    reason = ""
    if set(record.states) - set(_STATES):
        reason = "records name states of people that do not exist"
    elif missing > 0:
        reason = f"records are missing: {count(missing)} of {count(ended + missing)} planned people are unaccounted for"
    elif ended > planned:
        reason = f"records do not add up: {count(ended)} people ended and {count(planned)} were planned"
    elif started > record.delivered:
        reason = f"records are missing: {count(started - record.delivered)} people ended who were never seen to start"
    state = _state(bool(reason))
    measured = f"{count(ended)} of {count(planned)}"
    return [Condition("Planned people accounted for", measured, "all", state, reason, _TWICE if reason else "")]


def _time_limit(record: Record, results: Results, limits: Limits) -> list[Condition]:
    if not record.time_limited:
        return []
    how_far = part_of(min(record.real_s, record.length_real_s), record.length_real_s)
    settling = record.real_s >= record.length_real_s > 0
    reason = f"the time limit ended it {'before all cases were settled' if settling else f'after {how_far}'}"
    return [
        Condition(
            "Carried out to the plan's end", how_far, "all", "broken", reason, "Repeat with a longer --time-limit."
        )
    ]


def _came(record: Record, results: Results, limits: Limits) -> list[Condition]:
    came = _who_came(record)
    if record.people("dropped") and not came:
        return []
    reason = "" if came else "nobody came"
    advice = "" if came or record.problems else "Give the scenario more people or a longer duration."
    return [Condition("People who came", count(came), "at least 1", _state(not came), reason, advice)]


def _dropped(record: Record, results: Results, limits: Limits) -> list[Condition]:
    dropped, lost = record.people("dropped"), record.people("lost")
    part = (dropped + lost) / record.planned if record.planned else 0.0
    allowed = f"at most {short_share(limits.max_dropped)}"
    broken = part > limits.max_dropped
    measured = f"{count(dropped + lost)} ({share(part, limits.max_dropped)})"
    what = "never came" if dropped >= lost else "were lost"
    short = bottleneck(record, limits)
    reason = f"{share(part, limits.max_dropped)} of the planned people {what} {short.because} ({allowed} allowed)"
    name = "Planned people dropped or lost"
    return [_condition(name, measured, allowed, broken, part / (limits.max_dropped or 1.0), reason, short.advice)]


def _late(record: Record, results: Results, limits: Limits) -> list[Condition]:
    started = record.late_ms.count
    late = round((1 - record.late_ms.share_up_to(limits.late_ms)) * started)
    part = late / started if started else 0.0
    allowed = f"at most {short_share(limits.max_late)}"
    broken = part > limits.max_late
    name = f"People started more than {limits.late_ms:g} ms late"
    measured = f"{count(late)} ({share(part, limits.max_late)})"
    short = bottleneck(record, limits)
    after = f"started more than {limits.late_ms:g}{NBSP}ms late"
    reason = f"{share(part, limits.max_late)} of people {after} {short.because} ({allowed} allowed)"
    return [_condition(name, measured, allowed, broken, part / (limits.max_late or 1.0), reason, short.advice)]


def _condition(
    name: str, measured: str, allowed: str, broken: bool, used: float, reason: str, advice: str
) -> Condition:
    return Condition(name, measured, allowed, _state(broken, used), reason if broken else "", advice if broken else "")


def _unsent(record: Record, results: Results, limits: Limits) -> list[Condition]:
    """Requests that failed by our own lack of files or ports would count against the site: none may."""
    n = unsent(record)
    if not n:
        return []
    short = bottleneck(record, limits)
    reason = f"{plural(n, 'request was', 'requests were')} never sent {short.because}"
    return [Condition("Requests the generator could not send", count(n), "none", "broken", reason, short.advice)]


def _saturated(record: Record, results: Results, limits: Limits) -> list[Condition]:
    longest = saturated_s(record)
    cpu = max((worker.cpu_max for worker in record.workers.values()), default=0.0)
    measured = f"{longest} (highest CPU {cpu:.0%})"
    reason = f"the load generator was out of processor time for {plural(longest, 'second', 'seconds')}"
    broken, used = longest >= limits.saturated_s, longest / (limits.saturated_s or 1)
    name, allowed = "Seconds in a row with a saturated generator", f"under {limits.saturated_s}"
    return [_condition(name, measured, allowed, broken, used, reason, bottleneck(record, limits).advice)]


def _workers(record: Record, results: Results, limits: Limits) -> list[Condition]:
    """A ``worker_lost`` event's details say how many unstarted ``people`` it had and how many were ``taken_over``."""
    lost = {worker.worker for worker in record.workers.values() if worker.lost_at_s is not None}
    made_up: dict[str, bool] = dict.fromkeys(lost, False)
    for event in record.events:
        if event.kind == "worker_lost":
            known = "people" in event.details and "taken_over" in event.details
            made_up[event.ref] = known and int(event.details["taken_over"]) >= int(event.details["people"])
    broken = sum(not all_taken for all_taken in made_up.values())
    measured = f"{count(len(made_up))} lost, {count(broken)} not made up"
    reason = f"the share of {plural(broken, 'lost worker', 'lost workers')} was not made up" if broken else ""
    advice = _WORKER_LOST if broken else ""
    name = "Worker lost and its share not made up"
    return [Condition(name, measured, "0 not made up", _state(broken > 0), reason, advice)]


def _undecided(record: Record, results: Results, limits: Limits) -> list[Condition]:
    found = []
    for within_s, decisions in sorted(record.decisions.items()):
        part = decisions.undecided / decisions.reached if decisions.reached else 0.0
        broken = part > limits.max_undecided
        state = _state(broken, part / limits.max_undecided if limits.max_undecided else 0.0)
        allowed = f"at most {short_share(limits.max_undecided)}"
        reason = f"{share(part, limits.max_undecided)} of claims were still undecided at the end ({allowed} allowed)"
        found.append(
            Condition(
                f"Undecided of those who wait up to {period(within_s)}",
                f"{count(decisions.undecided)} ({share(part, limits.max_undecided)})",
                allowed,
                "explained" if broken and record.stopped else state,
                reason if broken and not record.stopped else "",
                "Let the run go on until decisions are due, or let the target follow the simulated clock."
                if broken
                else "",
            )
        )
    return found


def _internal_errors(record: Record, results: Results, limits: Limits) -> list[Condition]:
    """People whom a bug of ours ended; shown only where there are any."""
    n = sum(error.people_stopped for key, error in record.errors.items() if key.kind == "internal")
    came = _who_came(record)
    if not n or not came:
        return []
    reason = f"{share(n / came, limits.max_internal)} of people were ended by an internal error"
    return [
        _condition(
            "People ended by an internal error",
            f"{count(n)} ({share(n / came, limits.max_internal)})",
            f"under {short_share(limits.max_internal)}",
            n / came >= limits.max_internal,
            1.0,
            reason,
            "Report it with internal_errors.txt of the run's folder.",
        )
    ]


def _unfinished(record: Record, results: Results, limits: Limits) -> list[Condition]:
    """People still under way when the drain was over, where there are any; open decisions are :func:`_undecided`'s."""
    undecided = sum(decisions.undecided for decisions in record.decisions.values())
    unfinished, came = max(0, record.people("unfinished") - undecided), _who_came(record)
    if not unfinished or not came:
        return []
    part = unfinished / came
    broken = part > limits.max_unfinished
    allowed = f"at most {short_share(limits.max_unfinished)}"
    measured = f"{count(unfinished)} ({share(part, limits.max_unfinished)})"
    reason = f"{share(part, limits.max_unfinished)} of people were still under way at the end ({allowed} allowed)"
    advice = "Give the scenario a longer drain, or the journey shorter pauses."
    name = "People unfinished at the end"
    made = _condition(name, measured, allowed, broken, part / (limits.max_unfinished or 1.0), reason, advice)
    return [replace(made, state="explained", reason="") if broken and record.stopped else made]


def _who_came(record: Record) -> int:
    return sum(record.people(state) for state in ("completed", "failed", "unfinished", "lost"))


def _faults_undone(record: Record, results: Results, limits: Limits) -> list[Condition]:
    if not record.faults:
        return []
    on = [fault for fault in record.faults if not fault.undone]
    measured = f"{count(len(record.faults) - len(on))} of {count(len(record.faults))}"
    reason = f"{listed(f'the fault “{brief(one.title, 3, 30)}”' for one in on[:2])} may still be on" if on else ""
    advice = "Look at the target and end the fault by hand." if on else ""
    return [Condition("Faults undone and verified", measured, "all", _state(bool(on)), reason, advice)]


def _faults_happened(record: Record, results: Results, limits: Limits) -> list[Condition]:
    scenario = record.scenario
    wanted = [fault for fault in scenario.faults if fault.at_s < scenario.length_s]
    if not wanted or record.manifest.options.get("only") is not None:
        return []
    missing = len(wanted) - len(record.faults)
    state = "explained" if missing > 0 and record.stopped else _state(missing > 0)
    reason = f"{plural(missing, 'planned fault', 'planned faults')} did not happen" if state == "broken" else ""
    measured = f"{count(len(record.faults))} of {count(len(wanted))}"
    return [Condition("Planned faults carried out", measured, "all", state, reason, _TWICE if reason else "")]


def _data(record: Record, results: Results, limits: Limits) -> list[Condition]:
    empty = [result for result in results if result.verdict == "INVALID"]
    measured = f"{count(len(results) - len(empty))} of {count(len(results))}"
    excused = bool(record.interrupted or record.aborted)
    state = "explained" if empty and excused else _state(bool(empty))
    reason = f"the check “{brief(empty[0].check, 6, 60)}” had no data" if state == "broken" else ""
    why = empty[0].reason.rstrip(". ") if state == "broken" else ""
    advice = f"{why[:1].upper()}{why[1:]}." if why else ""
    return [Condition("Checks with data", measured, "all", state, reason, advice)]


_TABLE: tuple[Callable[[Record, Results, Limits], list[Condition]], ...] = (
    _problems,
    _time_limit,
    _ticks,
    _accounting,
    _came,
    _dropped,
    _unsent,
    _workers,
    _late,
    _saturated,
    _faults_undone,
    _faults_happened,
    _undecided,
    _unfinished,
    _internal_errors,
    _data,
)
