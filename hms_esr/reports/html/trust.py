"""Owns section 9: can I rely on it? Conditions that would make the run INVALID, the health of the workers.

Knows nothing of how conditions are computed.
"""

from __future__ import annotations

from hms_esr.charts.markup import Markup, tag
from hms_esr.charts.strip import levels, strip
from hms_esr.formatting import MISSING, count, elapsed, plural, share, time_ms
from hms_esr.record import LONG_PAUSE_MS, WorkerHealth
from hms_esr.reports.html.figures import Figures
from hms_esr.reports.html.parts import Column, left_out, para, section, status, table, text, unbroken
from hms_esr.reports.html.tiles import word
from hms_esr.verdicts.judgement import Condition

INSECURE = "TLS certificates were not checked (--insecure): nothing proves that the target itself answered."
TITLE = "Can this result be trusted?"
_STATES = {"holds": "ok", "holds, close": "warn", "broken": "inv", "explained": "ok"}


def trust(figures: Figures) -> Markup:
    """The section."""
    rows = [_row(one) for one in figures.judgement.conditions]
    columns = (Column("Condition"), Column("Measured", classes="any"), Column("Allowed"), Column("State", label=""))
    made = table(columns, rows, "Conditions that would make this run INVALID") if rows else para(MISSING)
    return section("trust", 9, TITLE, _story(figures), made, _workers(figures))


def _row(one: Condition) -> list[object]:
    advice = (
        tag("span", text(one.advice, 300), class_="expr plainfont")
        if one.state == "broken" and one.advice
        else Markup("")
    )
    return [text(one.name), text(one.measured), text(one.allowed), status(_STATES[one.state], one.state) + advice]


def _story(figures: Figures) -> list[object]:
    conditions, shown = figures.judgement.conditions, figures.judgement.shown
    broken = [one for one in conditions if one.state == "broken"]
    close = [one for one in conditions if one.state == "holds, close"]
    say: list[object] = []
    if shown == "INTERRUPTED":
        say.append(para(tag("b", "Only as far as it went."), " The run ended before its plan, so it is not judged."))
    if broken or shown == "INVALID":
        names = "; ".join(_lowered(one.name) for one in broken)
        lead = (
            f"{word(len(broken))} of the conditions is broken"
            if len(broken) == 1
            else f"{word(len(broken))} conditions are broken"
        )
        say.append(
            para(
                tag("b", "No. ") if shown == "INVALID" else "",
                text(f"{lead}: {names}." if broken else figures.judgement.sentence, 600),
            )
        )
    elif shown != "INTERRUPTED":
        near = f" {word(len(close))} {'is' if len(close) == 1 else 'are'} close: " if close else ""
        which = "; ".join(f"{_lowered(one.name)}, {one.measured}, where {one.allowed} is allowed" for one in close)
        said = "None of the conditions that make a rehearsal INVALID is met."
        say.append(para(tag("b", "Yes."), " ", said, near, text(which, 600), "." if close else ""))
    lost = [worker for worker in figures.record.workers.values() if worker.lost_at_s is not None]
    if lost:
        say.append(
            f"{word(len(lost))} of {len(figures.record.workers)} workers {'was' if len(lost) == 1 else 'were'} lost."
        )
    named = {one.name for one in conditions}
    longer = [problem for problem in figures.record.problems if problem not in named]
    problems = [para(text(problem, 400)) for problem in longer[:5]]
    if figures.record.manifest.options.get("insecure"):
        problems.append(para(INSECURE))
    return [*say, *problems]


def _lowered(name: str) -> str:
    """A condition's name inside a sentence."""
    return name[:1].lower() + name[1:]


_WORKER_COLUMNS = (
    Column("Worker"),
    Column("State"),
    Column("People started", number=True, wrap=True),
    Column("Late, 99 of 100", number=True, wrap=True),
    Column("Loop lag, 99 of 100", number=True, wrap=True),
    Column("Highest CPU", number=True, wrap=True),
    Column("CPU, 0 to 100%", label="", classes="full"),
    Column("Seconds recorded", number=True, wrap=True),
)


def _workers(figures: Figures) -> Markup:
    workers = list(figures.record.workers.values())
    if not workers:
        return para("No worker reported about itself.", class_="mute")
    shown = workers[: figures.caps.workers]
    rows = [_worker(figures, worker) for worker in shown]
    made = table(_WORKER_COLUMNS, rows, "The load generator’s own health")
    return tag("div", made, left_out(len(workers) - len(shown), "workers are"), _pauses(workers))


def _pauses(workers: list[WorkerHealth]) -> Markup:
    """Long pauses of the memory collector, which stop everybody of a worker; nothing when there were none."""
    worst = max(workers, key=lambda worker: worker.gc_pause_max_ms)
    if worst.gc_pause_max_ms < LONG_PAUSE_MS:
        return Markup("")
    often = plural(len(worst.gc_pauses_ms), "second", "seconds")
    said = f" was stopped for at most {time_ms(worst.gc_pause_max_ms)} by Python’s memory collector"
    return para(
        unbroken(worst.worker, 40), said, f", for {time_ms(LONG_PAUSE_MS)} or more in {often}.", class_="mute small"
    )


def _worker(figures: Figures, worker: WorkerHealth) -> list[object]:
    name = unbroken(worker.worker, 40) + (tag("span", unbroken(worker.host, 80), class_="expr") if worker.host else "")
    if worker.lost_at_s is not None:
        letter = next(
            (m.letter for m in figures.marks if abs(m.from_s - (worker.lost_at_s or 0)) < 10 and m.kind == "moment"), ""
        )
        at = figures.moment(worker.lost_at_s) if figures.warped else elapsed(worker.lost_at_s)
        state = status("none", f"lost at {at}" + (f" ({letter})" if letter else ""))
    elif worker.saturated_s > 0:
        state = status("warn", f"busy for {worker.saturated_s} s")
    else:
        state = status("ok", "to the end")
    lag = time_ms(worker.loop_lag_ms.percentile(0.99)) if worker.loop_lag_ms.count else MISSING
    late = time_ms(worker.late_ms.percentile(0.99)) if worker.late_ms.count else MISSING
    missing = f" of {count(worker.seconds + worker.missing_ticks)}" if worker.missing_ticks else ""
    drawn = strip(figures.frame, levels(worker.cpu_by_second, figures.frame))
    seconds = count(worker.seconds) + missing
    return [name, state, count(worker.started), late, lag, share(min(worker.cpu_max, 1.0)), drawn, seconds]
