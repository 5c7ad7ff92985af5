"""Owns section 8: recovery per fault, and whether each fault was undone and its undoing verified.

Knows nothing of how recovery is judged.
"""

from __future__ import annotations

from hms_esr.charts.markup import Markup, join, tag
from hms_esr.charts.recovery import RecoveryWindow
from hms_esr.charts.recovery import recovery as recovery_chart
from hms_esr.charts.svg import Bin
from hms_esr.formatting import MISSING, count, elapsed, listed, time_ms, time_s, whole_s
from hms_esr.record import Cell, FaultRecord
from hms_esr.reports.html.bins import LEAST_IN_BIN
from hms_esr.reports.html.figures import Figures, metric_of
from hms_esr.reports.html.parts import Column, empty, figure, left_out, para, plot, section, status, table, text
from hms_esr.reports.html.tiles import outcome
from hms_esr.verdicts.judgement import CheckResult
from hms_esr.verdicts.measures.recovery import Recovery, faults_named

TITLE = "Recovery after faults"
_MOST_CHARTS = 6
_EMPTY = "The scenario has no fault, so there was nothing to recover from."
_COLUMNS = (
    Column("Fault"),
    Column("On, simulated"),
    Column("On, real", classes="nb"),
    Column("Undone and verified"),
    Column("Requests failed while on", number=True, wrap=True),
    Column("Recovery"),
    Column("Verdict", label=""),
)


def recoveries(figures: Figures) -> Markup:
    """The section."""
    faults = figures.record.faults
    if not faults:
        planned = len(figures.scenario.faults)
        said = f"None of the {planned} planned faults came on before the run ended." if planned else _EMPTY
        return empty("recovery", 8, TITLE, said)
    charts = [_chart(figures, fault, f"rec{index}") for index, fault in enumerate(faults[:_MOST_CHARTS])]
    rows = [_row(figures, fault) for fault in faults[: figures.caps.rows]]
    columns = [one for one in _COLUMNS if figures.warped or one.head != "On, simulated"]
    shown = [one for one in charts if one]
    return section(
        "recovery",
        8,
        TITLE,
        _story(figures),
        tag("div", *shown, class_="two") if shown else Markup(""),
        table(columns, rows, "Faults on purpose"),
        left_out(len(faults) - len(rows), "faults are"),
    )


def measured(figures: Figures, fault: FaultRecord) -> tuple[Recovery | None, str]:
    """The recovery, or why there is none."""
    return next(one for seen, one in zip(figures.record.faults, figures.recoveries, strict=True) if seen is fault)


def _check(figures: Figures, fault: FaultRecord) -> CheckResult | None:
    for check in figures.judgement.checks:
        ref = metric_of(check)
        if (
            ref is not None
            and ref.name == "recovery_s"
            and fault in faults_named(figures.record, ref.selector.get("fault"))
        ):
            return check
    return None


def _took(found: Recovery | None) -> str:
    if found is None:
        return MISSING
    return whole_s(found.real_s) if found.recovered else f"not within {whole_s(found.real_s)}"


def _story(figures: Figures) -> list[object]:
    faults = figures.record.faults
    undone = sum(fault.undone for fault in faults)
    if undone == len(faults):
        lead = (
            "The fault was undone and the undoing was verified."
            if undone == 1
            else "All faults were undone and the undoing was verified."
        )
    else:
        lead = f"{len(faults) - undone} of {len(faults)} faults were not seen to be undone: they may still be on."
    parts, why = [], ""
    for fault in faults[:3]:
        found, reason = measured(figures, fault)
        why = why or reason
        if found is not None:
            took = (
                f"needed {whole_s(found.real_s)}"
                if found.recovered
                else f"was not well {whole_s(found.real_s)} later, when load ended,"
            )
            parts.append(f"{took} after {fault.title}")
    say: list[object] = [lead]
    if parts:
        say.append(text(f"To answer as before, the site {listed(parts)}.".replace(",.", "."), 500))
    elif why:
        say.append(text(f"Recovery is not known: {why}.", 300))
    rule = (
        "Recovered: 95 of 100 answers within the usual range of the minute before the fault, and under 1% failing, "
        "for 5 seconds in a row. Seconds are real."
    )
    return [*say, para(rule, class_="mute small")]


def _name(figures: Figures, fault: FaultRecord) -> str:
    letter = figures.fault_letter(fault)
    return f"{letter}, {fault.title}" if letter else fault.title


def _failed_while_on(figures: Figures, fault: FaultRecord) -> int:
    """Failed requests of the seconds whose middle lies in the fault, so that no second counts for two in a row."""
    until = fault.off_s if fault.off_s is not None else float("inf")
    return sum(second.errors for at, second in figures.record.seconds.items() if fault.on_s <= at + 0.5 < until)


def _row(figures: Figures, fault: FaultRecord) -> list[object]:
    name = text(_name(figures, fault)) + (tag("span", text(fault.service, 80), class_="expr") if fault.service else "")
    off = fault.off_s
    real = f"{elapsed(fault.on_s)} to {elapsed(off)}" if off is not None else f"from {elapsed(fault.on_s)}"
    simulated = f"{figures.moment(fault.on_s)} to {figures.moment(off) if off is not None else 'the end'}"
    if fault.undone and off is not None:
        undone: object = (
            f"{figures.moment(off) if figures.warped else elapsed(off)}, after {time_s(fault.undone_after_s)}"
        )
    else:
        undone = status("bad", "not verified")
    found, why = measured(figures, fault)
    took = join([_took(found), tag("span", text(why, 160), class_="expr plainfont") if why else ""])
    check = _check(figures, fault)
    verdict: object = status(*outcome(check, figures)) if check else tag("span", "no check", class_="mute nb")
    cells = [
        name,
        *([simulated] if figures.warped else []),
        real,
        undone,
        count(_failed_while_on(figures, fault)),
        took,
    ]
    return [*cells, verdict]


def _window(
    figures: Figures, fault: FaultRecord, off_s: float, found: Recovery | None, check: CheckResult | None
) -> RecoveryWindow:
    limit = check.limit if check is not None and check.operator in ("<", "<=") else None
    length = off_s - fault.on_s
    after = max(30.0, (limit or 0) * 1.35, (found.real_s * 1.4 if found else 0))
    after = min(after, max(10.0, figures.record.real_s - off_s), 900.0)
    before = length + min(max(8.0, 0.1 * length), 60.0)
    return RecoveryWindow(
        max(-before, -off_s),
        after,
        -length,
        found.usual_ms if found and found.usual_ms > 0 else None,
        found.real_s if found and found.recovered and found.real_s <= after else None,
        f"recovered, {_took(found)}",
        limit if limit is not None and limit <= after else None,
        f"limit {whole_s(limit)}" if limit else "",
    )


def _chart(figures: Figures, fault: FaultRecord, ident: str) -> Markup:
    off = fault.off_s
    if off is None:
        return Markup("")
    check = _check(figures, fault)
    found, _ = measured(figures, fault)
    window = _window(figures, fault, off, found, check)
    times = _each_second(figures, off, window)
    if not any(one.value for one in times):
        return Markup("")
    usual = f" Blue: usual range, up to {time_ms(window.usual_ms)}" if window.usual_ms else ""
    limit = f" The limit is {whole_s(check.limit)}." if check is not None and check.limit else ""
    desc = (
        "95th percentile of answer times each second, from before the fault to after it. Recovery: "
        f"{_took(found)}.{limit}"
    )
    name = _name(figures, fault)
    chart = recovery_chart(ident, window, times, figures.scale, f"Recovery after {fault.title}", desc)
    return figure(
        text(f"{name}: 95 of 100 within", 120),
        f"Real seconds from the end of the fault.{usual}",
        plot(chart, kind="rec"),
    )


def _each_second(figures: Figures, off_s: float, window: RecoveryWindow) -> list[Bin]:
    bins = []
    wide = max(1, int((window.to_s - window.from_s) / 200))
    for at in range(max(0, int(off_s + window.from_s)), int(off_s + window.to_s) + 1, wide):
        total = Cell()
        for second in range(at, at + wide):
            found = figures.record.seconds.get(second)
            for cell in found.steps.values() if found else ():
                total.merge(cell)
        value = total.intended.percentile(0.95) if total.intended.count >= LEAST_IN_BIN else None
        bins.append(Bin(at - off_s, at + wide - off_s, value))
    return bins
