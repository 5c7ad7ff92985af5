"""Owns what the console says of a run: each event in words, the figures of a moment, the closing lines.

Knows nothing of terminals. Numbers are written as in reports.
"""

from __future__ import annotations

from collections.abc import Iterable

from hms_esr import formatting
from hms_esr.events import Happened, Progress, RunEnded, RunStarted
from hms_esr.record import Record
from hms_esr.verdicts.judgement import CheckResult, Judgement

_MARKS = {"PASS": "✔", "WARN": "⚠", "FAIL": "✖", "INVALID": "·"}
MOST_STEPS = 5
UNNAMED = " (the embedded city: no target was named)"
"""Follows the address, so that nobody takes the city for the system meant."""


def started(event: RunStarted) -> str:
    """``▶ Starting schedule_f: 500 people against http://… (10 simulated minutes in 20 s)``."""
    people = f"{formatting.plural(event.planned, 'person', 'people')} against " if event.planned else "against "
    city = UNNAMED if event.unnamed else ""
    return f"▶ Starting {event.scenario}: {people}{event.target}{city} ({_length(event)})"


def _length(event: RunStarted) -> str:
    real = formatting.whole_s(event.length_real_s)
    if event.warp == 1:
        return real
    simulated_s = event.length_real_s * event.warp
    number, _, unit = formatting.period(round(simulated_s)).rpartition(" ")
    long = unit.startswith("second") and simulated_s >= 90
    return f"{formatting.long_time(simulated_s) + ' simulated' if long else f'{number} simulated {unit}'} in {real}"


def happened(event: Happened, *, watch: bool = False) -> str:
    """One line for something that happened; empty for what only the report shows (unless ``watch``)."""
    if event.kind == "fault_on":
        return f"⏱ {_fault_on(event)}"
    if event.kind == "fault_off":
        undone = event.details.get("verified")
        return f"{'✔' if undone else '✖'} {event.text}: fault over{'' if undone else ', but it may still be on'}"
    if event.kind in ("abort", "breaker"):
        return f"✖ stopped to protect the target: {event.text}"
    if event.kind in _WORTH_A_LINE:
        return f"{_WORTH_A_LINE[event.kind]} {event.text}"
    return f"· {event.text}" if watch else ""


_WORTH_A_LINE = {
    "ramp_up_complete": "⏱",
    "settle": "⏱",
    "paused": "⏱",
    "resumed": "▶",
    "worker_lost": "✖",
    "worker_joined": "▶",
    "stop_asked": "✖",
    "proof_gone": "✖",
    "note": "·",
}


def _fault_on(event: Happened) -> str:
    details = event.details
    service = str(details.get("service", ""))
    if details.get("fault") == "latency":
        added = details.get("latency_ms")
        if added is not None:
            return f"latency spike injected ({service} → {formatting.short_time_ms(float(added))})"
        return f"latency spike injected ({event.text})"
    return f"fault injected: {event.text}{f' ({service})' if service and service not in event.text else ''}"


def moment(event: Progress) -> str:
    """The state of the run on one line."""
    parts = [clocks(event), people(event), rates(event)]
    if event.faults_on:
        parts.append(f"faults on: {', '.join(event.faults_on)}")
    return " · ".join(parts)


def clocks(event: Progress) -> str:
    """``0:10``, with the simulated time beside it where time is warped."""
    real = formatting.elapsed(event.real_s)
    if event.warp == 1 and abs(event.sim_s - event.real_s) < 1:
        return real
    days, rest_s = divmod(max(0.0, event.sim_s), 86400)
    simulated = f"{int(days)} d {formatting.elapsed(rest_s)}" if days else formatting.elapsed(rest_s)
    return f"{real} real, {simulated} simulated"


def people(event: Progress) -> str:
    """Who came, who is under way and what became of the others."""
    of = f" of {formatting.count(event.planned_total)}" if event.planned_total else ""
    parts = [
        f"{formatting.count(event.started)}{of} people came",
        f"{formatting.count(event.active)} active",
        f"{formatting.count(event.completed)} completed",
        f"{formatting.count(event.failed)} failed{_where(event.failed_by_step)}",
    ]
    parts[2:2] = [f"{formatting.count(event.waiting)} waiting"] if event.waiting else []
    parts += [f"{formatting.count(event.dropped)} dropped"] if event.dropped else []
    return ", ".join(parts)


def _where(failed_by_step: dict[str, int]) -> str:
    worst = sorted(((n, step) for step, n in failed_by_step.items() if n and step), key=lambda one: (-one[0], one[1]))
    shown = [f"{step} {formatting.count(n)}" for n, step in worst[:MOST_STEPS]]
    return f" ({', '.join(shown)}{', …' if len(worst) > MOST_STEPS else ''})" if shown else ""


def rates(event: Progress) -> str:
    """People and requests per second, answer time, errors."""
    parts = [
        f"{formatting.number(event.people_per_s)} people/s",
        f"{formatting.number(event.requests_per_s)} requests/s",
    ]
    if event.p95_ms is not None:
        parts.append(f"p95 {formatting.time_ms(event.p95_ms)}")
    if event.errors:
        parts.append(formatting.plural(event.errors, "error", "errors"))
    return ", ".join(parts)


def crowd(event: Progress) -> list[str]:
    """The people of a moment, one line each: active, completed, failed at each step."""
    lines = [f"👥 {formatting.count(event.active)} personas active"]
    lines += [f"✔ {formatting.count(event.completed)} completed"] if event.completed else []
    worst = sorted(event.failed_by_step.items(), key=lambda one: (-one[1], one[0]))
    lines += [f"✖ {formatting.count(n)} failed at {step or 'the start'}" for step, n in worst[:MOST_STEPS] if n]
    rest = sum(n for _, n in worst[MOST_STEPS:])
    return [*lines, f"✖ {formatting.count(rest)} failed at other steps"] if rest else lines


def last_figures(event: Progress) -> str:
    """``✔ Latency p95 = 242 ms   ✔ 0 errors``; a dot where only a check can say whether that is good."""
    latency = f"· Latency p95 = {formatting.time_ms(event.p95_ms)}   " if event.p95_ms is not None else ""
    mark = "·" if event.errors else "✔"
    return f"{latency}{mark} {formatting.plural(event.errors, 'error', 'errors')}"


def ended(event: RunEnded) -> str:
    """``🏁 finished (duration 6 min 12 s)``."""
    return f"🏁 finished (duration {formatting.whole_s(event.real_s)})"


def stuck(record: Record) -> list[str]:
    """``✖ 3 failed at pay (timeout)``: where people ended without completing, most first."""
    ends = sorted(record.stuck.items(), key=lambda one: (-one[1], one[0]))
    lines = []
    for (journey, step, reason), n in ends[:MOST_STEPS]:
        words = record.words(journey, step, reason)
        why = f" ({formatting.brief(words, 16, 100)})" if words else ""
        lines.append(f"✖ {formatting.count(n)} did not get past {step or 'the start'}{why}")
    rest = ends[MOST_STEPS:]
    if rest:
        people = formatting.plural(sum(n for _, n in rest), "person", "people")
        lines.append(f"✖ and {formatting.plural(len(rest), 'reason', 'reasons')} more, {people}: see the report")
    return lines


def closing(record: Record, judgement: Judgement, report: str, next_command: str) -> list[str]:
    """Checks (marked when judged), where people got stuck, verdict, sentence, reasons, report, what to try next."""
    judged = judgement.verdict in ("PASS", "FAIL")
    lines = [f"{_MARKS[result.verdict] if judged else '·'} {_check(result)}" for result in judgement.checks]
    lines += stuck(record)
    lines += [f"! {text}" for text in record.unsure()]
    warnings = f" ({formatting.plural(judgement.warnings, 'warning', 'warnings')})" if judgement.warnings else ""
    lines += ["", f"{judgement.shown}{warnings}  {judgement.sentence}"]
    lines += [f"      {text}" for text in judgement.also]
    lines += [f"      {text}" for text in _advice(judgement)]
    lines += [f"Report: {report}"]
    return [*lines, f"Next:   {next_command}"] if next_command else lines


def _check(result: CheckResult) -> str:
    limit = f", {result.limit_shown}" if result.limit_shown else ""
    warn = f", warning {result.warn_shown}" if result.verdict == "WARN" and result.warn_shown else ""
    close = ", close" if result.close and result.verdict == "PASS" else ""
    default = " (default check)" if result.default else ""
    title = result.title or result.check
    silent = f" ({result.note})" if result.note.endswith(("unanswered", "none answered")) else ""
    return f"{title}: {result.shown}{limit}{warn}{close}{default}{silent}"


def _advice(judgement: Judgement) -> Iterable[str]:
    if judgement.verdict != "INVALID":
        return []
    return dict.fromkeys(one.advice for one in judgement.conditions if one.state == "broken" and one.advice)
