"""Owns section 3: when did it go wrong? Answer times and failures over the run, one small panel per step.

Knows nothing of people.
"""

from __future__ import annotations

from hms_esr.charts.failures import failures
from hms_esr.charts.latency import LatencyLines, LimitLine, latency
from hms_esr.charts.markup import Markup, join, tag
from hms_esr.charts.panel import panel
from hms_esr.charts.svg import Bin
from hms_esr.formatting import MISSING, count, plural, short_time_ms, time_ms
from hms_esr.reports.html.bins import LEAST_IN_BIN
from hms_esr.reports.html.figures import Figures, StepKey
from hms_esr.reports.html.parts import empty, figure, para, plot, section, text, time_legend
from hms_esr.verdicts.judgement import CheckResult
from hms_esr.verdicts.silence import silence

TITLE = "Answer times over the run"


def times(figures: Figures) -> Markup:
    """The section."""
    if not any(cell.requests for cell in figures.cells):
        return empty("times", 3, TITLE, "No request was answered, so there are no answer times.")
    panels = _panels(figures) if figures.steps else Markup("")
    return section("times", 3, TITLE, _story(figures), _over_the_run(figures), panels)


def limit_lines(checks: list[CheckResult]) -> list[LimitLine]:
    """Lines of the limits and warning levels of checks."""
    lines = [LimitLine(check.limit, f"FAIL from {short_time_ms(check.limit)}") for check in checks if check.limit]
    lines += [LimitLine(c.warn, f"WARN from {short_time_ms(c.warn)}", True) for c in checks if c.warn and c.warn > 0]
    return lines[:4]


def _lines(figures: Figures) -> LatencyLines:
    bins, cells = figures.bins, figures.cells
    return LatencyLines(bins.times(cells, 0.95), bins.times(cells, 0.95, actual=True), bins.times(cells, 0.5))


def _over_the_run(figures: Figures) -> Markup:
    lines = _lines(figures)
    every = plural(figures.bins.width_s, "real second", "real seconds")
    under = (
        f"All requests, every {every}, logarithmic scale. The dashed line is drawn under the solid one: it shows only "
        "where the two differ."
    )
    drawn = sum(one.value is not None for one in lines.intended)
    if not drawn:
        under = (
            f"No line: it takes {LEAST_IN_BIN} requests within {every} for a point. The figures are in the tables "
            "below."
        )
    by_second = {at: second.errors for at, second in figures.record.seconds.items()}
    samples = [
        ("line1", "95 of 100 within, from intended start"),
        ("line2", "the same from actual start"),
        ("line3", "50 of 100 within"),
    ]
    chart = latency("lat", figures.frame, figures.scale, lines, limit_lines(figures.p95_checks), _said(figures, lines))
    failed = figures.bins.rates(by_second)
    return figure(
        "Answer time over the run",
        under,
        plot(chart, kind="nox", rows=figures.frame.rows),
        para("Requests that failed, per second", class_="panelname"),
        plot(failures("fai", figures.frame, failed, _failed_said(figures, failed)), kind="tight"),
        time_legend(figures.frame, samples, figures.unlettered),
    )


def _worst(bins: list[Bin]) -> Bin | None:
    return max((one for one in bins if one.value is not None), key=lambda one: one.value or 0.0, default=None)


def _said(figures: Figures, lines: LatencyLines) -> str:
    worst = _worst(list(lines.intended))
    if worst is None:
        return "Too few requests for a line."
    apart = max(
        (abs((a.value or 0) - (b.value or 0)) for a, b in zip(lines.intended, lines.actual, strict=True)), default=0.0
    )
    middle = _worst(list(lines.median))
    return (
        f"The 95th percentile from the intended start is highest at {figures.when(worst.from_s)}: "
        f"{time_ms(worst.value or 0)}. "
        f"From the actual start it differs by at most {time_ms(apart)}. "
        f"The median is at most {time_ms((middle.value if middle else 0) or 0)}."
    )


def _failed_said(figures: Figures, failed: list[Bin]) -> str:
    worst = _worst([one for one in failed if one.value])
    if worst is None:
        return "No request failed."
    return f"At most {worst.value or 0:,.1f} per second, at {figures.when(worst.from_s)}."


def _story(figures: Figures) -> list[object]:
    lines = figures.bins.times(figures.cells, 0.95)
    worst = _worst(lines)
    say: list[object] = []
    if worst is not None:
        during = next((m for m in figures.marks if m.kind == "fault" and m.from_s <= worst.from_s <= m.to_s + 60), None)
        letter = f" ({'during' if worst.from_s <= during.to_s else 'after'} {during.letter})" if during else ""
        say.append(
            f"People waited longest at {figures.when(worst.from_s)}{letter}: 95 of 100 requests took up to "
            f"{time_ms(worst.value or 0)}."
        )
    for check in figures.p95_checks[:1]:
        for level, name in ((check.limit, "the limit"), (check.warn, "the warning level")):
            past = sum(one.to_s - one.from_s for one in lines if level and one.value is not None and one.value >= level)
            if level and past:
                of = plural(round(figures.record.real_s), "real second", "real seconds")
                say.append(f"They were past {name} of {short_time_ms(level)} for {count(past)} of {of}.")
                break
    if silent := silence(figures.record):
        say.insert(0, silent)
    if unanswered := _unanswered(figures):
        say.append(para(unanswered, class_="mute small"))
    refusing = _refusals(figures)
    if refusing:
        say.append(para(refusing, class_="mute small"))
    if not say:
        say.append("Too few requests came at a time to say when answers were slow.")
    return say


def _unanswered(figures: Figures) -> str:
    """How many requests got no answer, and what that does to the lines; empty when all did, or none (told above)."""
    asked, silent = figures.record.requests, figures.record.unanswered
    if not 0 < silent < asked:
        return ""
    refused = any(key.kind == "connection" for key in figures.record.errors)
    why = (
        "Their times count: a refused connection looks fast." if refused else "Their times count until they were over."
    )
    return f"{count(silent)} of {plural(asked, 'request', 'requests')} got no answer. {why}"


def _refusals(figures: Figures) -> str:
    """A warning that fast answers may be refusals, when most requests of a fault failed."""
    for mark in figures.marks:
        if mark.kind == "fault":
            found = [second for at, second in figures.record.seconds.items() if mark.from_s <= at < mark.to_s]
            asked, failed = sum(one.requests for one in found), sum(one.errors for one in found)
            if asked >= LEAST_IN_BIN and failed > asked / 2:
                return (
                    f"During {mark.letter} most answers were refusals, which are fast: look at the failures below the "
                    "chart."
                )
    return ""


def _panels(figures: Figures) -> Markup:
    keys = list(figures.steps)
    shown = list(figures.step_lines)
    made = [_panel(figures, key, f"st{index}") for index, key in enumerate(shown)]
    rest = len(keys) - len(shown)
    more = para(f"{rest} more steps are in the table below.", class_="small mute") if rest else Markup("")
    return figure(
        "By step, 95 of 100 within",
        "Same scales in every panel. First figure: whole run from intended start; second: from actual start. "
        "Where a step has few requests, a point stands for a longer time. "
        "A dashed line that leaves the solid one means that people waited before the site saw them.",
        tag("ul", join(made, "\n"), class_="multiples"),
        more,
    )


def _panel(figures: Figures, key: StepKey, ident: str) -> Markup:
    cell, name = figures.steps[key], figures.step_name(key)
    first = time_ms(cell.intended.percentile(0.95)) if cell.intended.count else MISSING
    second = time_ms(cell.actual.percentile(0.95)) if cell.actual.count else MISSING
    lines = figures.step_lines[key]
    desc = f"95th percentile over the whole run: {first} from the intended start, {second} from the actual start."
    title = f"Answer time of step {text(name, 80)}"
    limits = limit_lines(figures.step_checks(key))
    chart = panel(ident, figures.frame, figures.scale, lines, limits, Markup(title), desc)
    drawn = any(one.value is not None for one in lines.intended)
    few = "" if drawn else tag("span", f" · under {LEAST_IN_BIN} requests, too few for a point", class_="mute")
    figs = para(first, " · ", tag("span", second, class_="mute"), few)
    return tag("li", tag("h3", text(name, 80)), figs, plot(chart, kind="mini"))
