"""Owns section 2: was it the load we asked for? Everybody planned is accounted for, per second.

Knows nothing of answers.
"""

from __future__ import annotations

from hms_esr.charts.arrivals import arrivals
from hms_esr.charts.backlog import backlog
from hms_esr.charts.markup import Markup, tag
from hms_esr.charts.svg import Bin
from hms_esr.formatting import count, plural, share, time_ms, whole_s
from hms_esr.reports.html.bytime import by_time
from hms_esr.reports.html.figures import Figures
from hms_esr.reports.html.parts import empty, figure, para, plot, section, time_legend

TITLE = "Planned and delivered"
STATES = ("completed", "failed", "dropped", "lost", "unfinished")


def load(figures: Figures) -> Markup:
    """The section."""
    record = figures.record
    if not record.planned and not record.delivered:
        return empty("load", 2, TITLE, "Nobody was due while the run went on.", _sum(figures))
    if not record.seconds:
        return empty("load", 2, TITLE, "Nobody came: the record ends before its first second.", _sum(figures))
    return section("load", 2, TITLE, _story(figures), _sum(figures), _charts(figures))


def _sum(figures: Figures) -> Markup:
    record = figures.record
    rows = [("planned", record.planned), *((state, record.people(state)) for state in STATES)]
    unknown = record.planned - sum(n for _, n in rows[1:])
    if unknown > 0:
        rows.append(("not in the record", unknown))
    made = [tag("div", tag("dt", name), tag("dd", count(n))) for name, n in rows]
    return tag("dl", *made, class_="sum", aria_label="Every planned person is accounted for")


def _story(figures: Figures) -> list[object]:
    record = figures.record
    never = record.people("dropped") + record.people("lost")
    told = sum(record.people(state) for state in STATES)
    say: list[object] = []
    if record.planned and told >= record.planned and never / record.planned <= 0.01:
        say.append("The load was the one the scenario asked for.")
    elif never:
        say.append(f"The load was not the one the scenario asked for: {share(never / record.planned)} never came.")
    if told == record.planned:
        say.append(f"All {plural(told, 'planned person is', 'planned people are')} accounted for.")
    else:
        say.append(f"{plural(told, 'person is', 'people are')} accounted for, {count(record.planned)} were planned.")
    if record.people("unfinished"):
        under_way = plural(record.people("unfinished"), "person was", "people were")
        say.append(f"{under_way} still under way when the run ended: unfinished.")
    if record.late_ms.count:
        say.append(f"99 in 100 started within {time_ms(record.late_ms.percentile(0.99))} of their planned moment.")
    rest: list[object] = [para(" ".join(str(one) for one in say))]
    if figures.record.warm_real_s:
        rest.append(para(f"The first {whole_s(record.warm_real_s)} warmed up and are not judged.", class_="mute small"))
    return rest


def _charts(figures: Figures) -> Markup:
    frame, rows = figures.frame, figures.frame.rows
    chart = arrivals("arr", frame, _planned(figures), _delivered(figures), _arrivals_said(figures))
    behind = _behind(figures)
    most = max((one.value or 0 for one in behind), default=0)
    desc = (
        f"At most {plural(int(most), 'person was', 'people were')} due and not started at a time."
        if most
        else "Always zero."
    )
    return figure(
        "People starting per second, planned and delivered",
        "The line covers the edge of the gray area wherever delivery equals plan.",
        plot(chart, kind="nox", rows=rows),
        para("People planned but not started, each second", class_="panelname"),
        plot(backlog("beh", frame, figures.bins.peaks(_waiting(figures)), desc), kind="tight"),
        time_legend(frame, [("plan", "planned"), ("line1", "started")], figures.unlettered),
        by_time(figures),
    )


def _planned(figures: Figures) -> list[Bin]:
    by_second = {at: second.planned for at, second in figures.record.seconds.items()}
    return _during(figures, figures.bins.rates(by_second), max((at for at, n in by_second.items() if n), default=0))


def _delivered(figures: Figures) -> list[Bin]:
    by_second = {at: second.delivered for at, second in figures.record.seconds.items()}
    return _during(figures, figures.bins.rates(by_second), max((at for at, n in by_second.items() if n), default=0))


def _during(figures: Figures, bins: list[Bin], last_s: int) -> list[Bin]:
    """Gaps during pauses and after the last person."""
    pauses = [(mark.from_s, mark.to_s) for mark in figures.marks if mark.kind == "pause"]
    return [
        Bin(one.from_s, one.to_s, None)
        if one.from_s > last_s or any(a <= one.from_s and one.to_s <= b for a, b in pauses)
        else one
        for one in bins
    ]


def _waiting(figures: Figures) -> dict[int, int]:
    """People due by the end of each second who had not started by then."""
    waiting, planned, delivered = {}, 0, 0
    for at in sorted(figures.record.seconds):
        planned += figures.record.seconds[at].planned
        delivered += figures.record.seconds[at].delivered
        waiting[at] = max(0, planned - delivered)
    return waiting


def _behind(figures: Figures) -> list[Bin]:
    return figures.bins.peaks(_waiting(figures))


def _arrivals_said(figures: Figures) -> str:
    peak = max((one for one in _planned(figures) if one.value), key=lambda one: one.value or 0.0, default=None)
    if peak is None or peak.value is None:
        return "Nobody was due while the run went on."
    most = figures.record.off_plan_max
    return (
        f"Planned at most {peak.value:,.1f} people per second, at {figures.when(peak.from_s)}. "
        f"The number started was never more than {plural(most, 'person', 'people')} off the plan."
    )
