"""Owns what to do, by rule: at most three things, the newest first, each with the figures that matter.

Knows nothing of HTML but for commands. Whoever looks gets words for the operator, never controls.
"""

from __future__ import annotations

from dataclasses import dataclass

from hms_esr.charts.markup import short, tag
from hms_esr.edu.live.interim_verdict import cannot_hold
from hms_esr.edu.live.view import View
from hms_esr.errors import NoData
from hms_esr.formatting import count, time_ms, whole_s
from hms_esr.record import ErrorCount
from hms_esr.reports.html.figures import metric_of
from hms_esr.verdicts.judgement import CheckResult
from hms_esr.verdicts.measures.recovery import faults_named, recovery

MOST = 3
_RECENT_S = 30
_RECOVERS_S = 60
_AFTER_S = 5
"""Errors so soon after a fault are still its own."""
_NEARLY_ALL = 0.8
_NEAR_CPU = 0.8


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing: what it is about, its state, what to do and why."""

    title: str
    kind: str
    word: str
    lead: str
    said: tuple[object, ...]


def advice(view: View) -> list[Advice]:
    """Red checks, newest first; then a generator near its limit and sensors that went silent."""
    if view.over or not view.known:
        return []
    since = {turn.index: turn.at_s for turn in view.watch.turns}
    red = [(since.get(index, 0.0), index) for index, one in enumerate(view.watch.results) if one.verdict == "FAIL"]
    found = [_of_check(view, view.watch.results[index]) for _, index in sorted(red, reverse=True)]
    return [*_generator(view), *found, *_sensors(view)][:MOST]


def _of_check(view: View, result: CheckResult) -> Advice:
    lead, said = _rule(view, result)
    return Advice(result.title, "bad", "FAIL", lead, said)


def _rule(view: View, result: CheckResult) -> tuple[str, tuple[object, ...]]:
    fault = next((mark for mark in reversed(view.marks) if mark.kind == "fault" and _still_on(view, mark.from_s)), None)
    ref = metric_of(result)
    name = ref.name if ref is not None else ""
    if name == "recovery_s":
        return _recovery(view, ref.selector.get("fault") if ref is not None else None)
    if cannot_hold(view.record, result):
        return "Nothing mends it.", ("This check can no longer hold. Note it for the report.",)
    if fault is not None:
        return "Wait until the fault ends.", (
            f"Event {fault.letter} ({fault.name}) has been on for {whole_s(view.now_s - fault.from_s)}. ",
            "What it does to this check is meant.",
        )
    if name in ("error_rate", "success_rate"):
        from_faults = _from_faults(view)
        if from_faults:
            return "Nothing to do.", (from_faults,)
        kind = _outside_faults(view)
        if kind is not None:
            return "Tell its owner.", kind
    lately = next((v for i, v in enumerate(view.watch.lately) if view.watch.results[i] is result), None)
    if lately is not None and lately.verdict in ("PASS", "WARN") and lately.value is not None:
        return "Nothing to do.", (
            f"The last 10 s are within the limit ({lately.shown}): it mends as more people come.",
        )
    over = next((mark for mark in reversed(view.marks) if mark.kind == "fault" and mark.to_s < view.now_s), None)
    if over is not None and view.now_s - over.to_s < _RECOVERS_S:
        said = f"Event {over.letter} ({over.name}) ended {whole_s(view.now_s - over.to_s)} ago; "
        return "Watch the answer time.", (f"{said}the site may still be recovering.",)
    return "Look at the answer times and errors.", ("No fault of the scenario explains it. ", *_slowest(view))


def _still_on(view: View, on_s: float) -> bool:
    return any(fault.on_s == on_s and fault.off_s is None for fault in view.record.faults)


def _recovery(view: View, name: str | None) -> tuple[str, tuple[object, ...]]:
    for fault in faults_named(view.record, name):
        try:
            found = recovery(view.record, fault)
        except NoData:
            continue
        if not found.recovered:
            pause = tag("code", "hms-esr pause")
            return "Watch the answer time.", (
                f"It is back when 95 of 100 requests take at most {time_ms(found.usual_ms)} for 5 s. While it falls, "
                "wait. If it stays level for 30 s, ask the operator to pause the run (",
                pause,
                ") and look at the site.",
            )
    return "Nothing mends it.", ("The site has recovered by now, later than required. Note it for the report.",)


def _from_faults(view: View) -> str:
    """That nearly all errors came from one fault; empty when they did not."""
    total = view.record.error_count
    for mark in reversed(view.marks):
        if mark.kind == "fault" and total:
            inside = [
                (at, n)
                for error in view.record.errors.values()
                for at, n in error.by_second.items()
                if int(mark.from_s) <= at <= mark.to_s + _AFTER_S
            ]
            n = sum(n for _, n in inside)
            if n > _NEARLY_ALL * total:
                ago = whole_s(view.now_s - max(at for at, _ in inside) - 1)
                return (
                    f"{count(n)} of {count(total)} errors came from event {mark.letter}, the last one {ago} ago. "
                    "The share mends as more people come."
                )
    return ""


def _outside_faults(view: View) -> tuple[object, ...] | None:
    """The most frequent kind of error that also came lately, outside of all faults."""
    spans = [(mark.from_s, mark.to_s + _AFTER_S) for mark in view.marks if mark.kind == "fault"]
    kinds: dict[str, ErrorCount] = {}
    for key, error in view.record.errors.items():
        kinds.setdefault(key.message or key.kind, ErrorCount()).merge(error)
    best, most = "", 0
    for message, error in kinds.items():
        outside = sum(n for at, n in error.by_second.items() if not any(a <= at <= b for a, b in spans))
        if outside > most and max(error.by_second, default=0) >= view.now_s - _RECENT_S:
            best, most = message, outside
    if not best:
        return None
    stopped = kinds[best].people_stopped
    people = f" and stopped {count(stopped)} people" if stopped else ""
    best = short(best, 120)
    return (f"“{best}” came {count(most)} times outside of faults{people}: tell whoever owns that page or rule.",)


def _slowest(view: View) -> tuple[object, ...]:
    steps = {key: cell.intended.percentile(0.95) for key, cell in view.steps.items() if cell.intended.count}
    if not steps:
        return ()
    key = max(steps, key=lambda one: steps[one])
    return (f"The slowest step is “{view.step_name(key)}”: 95 of 100 within {time_ms(steps[key])}.",)


def _generator(view: View) -> list[Advice]:
    busy = [worker for worker, tick in view.watch.last_ticks.items() if tick.cpu >= _NEAR_CPU]
    close = [one for one in view.judgement.conditions if one.state == "holds, close" and "saturated" in one.name]
    if not busy and not close:
        return []
    said = f"{count(len(busy))} of {count(len(view.record.workers))} workers use over 80% of a processor. "
    more = "If it stays so, the rehearsal is INVALID: repeat it with more workers (", tag("code", "--workers"), ")."
    return [Advice("Load generator", "warn", "near its limit", "Add workers.", (said, *more))]


def _sensors(view: View) -> list[Advice]:
    silent: dict[str, bool] = {}
    for event in view.record.events:
        if event.kind == "note" and event.text.startswith("the sensor "):
            place = event.text.split()[2]
            silent[place] = "went silent" in event.text
    lost = [place for place, is_silent in silent.items() if is_silent]
    if not lost:
        return []
    said = f"What happens inside {', '.join(lost)} is not seen; its last figures stay."
    return [Advice("Sensors", "none", "silent", "See whether the service runs.", (said,))]
