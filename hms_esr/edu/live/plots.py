"""Owns the charts of the live page: timeline, people starting per second, answer times, failures; paths made here.

Knows nothing of sockets: a path is a text like any other, the same for all who look.
"""

from __future__ import annotations

from collections.abc import Sequence

from hms_esr.charts import arrivals as people_chart
from hms_esr.charts import failures as failures_chart
from hms_esr.charts import latency as latency_chart
from hms_esr.charts.frame import TimeFrame
from hms_esr.charts.latency import drawn, limit_lines
from hms_esr.charts.markup import Markup, join, tag
from hms_esr.charts.scales import Linear
from hms_esr.charts.svg import Bin, across, area_path, inner, line_path, num, pct, placed, upright, values_axis
from hms_esr.edu.live.view import View
from hms_esr.formatting import MISSING, count, elapsed, plural, time_ms
from hms_esr.reports.html.bins import LEAST_IN_BIN, Bins
from hms_esr.reports.html.parts import details, legend, para, plain_table, plot, text
from hms_esr.reports.html.times import limit_lines as limits_of

_LOAD, _FAULTS, _CHECKS = 34, 66, 96
_MOST_ROWS = 30
_SAMPLES = (
    ("line1", "95 of 100 within, from intended start"),
    ("line2", "from actual start, where it differs"),
    ("line3", "50 of 100 within"),
)


def _chart(view: View, ident: str, title: str, said: str, height: float, *content: object) -> Markup:
    """A chart whose description follows its figures."""
    return tag(
        "svg",
        tag("title", title, id=f"{ident}-t"),
        view.slots.live("desc", f"{ident}.s", said, id=f"{ident}-d"),
        *content,
        role="img",
        width="100%",
        height=num(height),
        aria_labelledby=f"{ident}-t",
        aria_describedby=f"{ident}-d",
    )


def timeline(view: View) -> Markup:
    """The whole run on one line: load, faults and pauses, checks that turned, now."""
    head = tag("h2", "Timeline ", view.slots.live("small", "tl.n", text(_next(view), 200)), id="t")
    lanes = [across(y, "lane") for y in (_LOAD, _FAULTS, _CHECKS)]
    names = [
        tag("text", name, x=-7, y=y, text_anchor="end") for name, y in (("load", 22), ("faults", 54), ("checks", 85))
    ]
    body = view.slots.live("g", "tl.d", _load(view), *lanes, *names, _blocks(view), _turns(view), _now(view, _CHECKS))
    axis = view.slots.live("g", "tl.x", view.frame.axis(_CHECKS))
    chart = _chart(view, "tl", "Timeline of the run", _timeline_said(view), _CHECKS, body, axis)
    key = join(
        (tag("b", mark.letter) + " " + text(mark.name, 60) for mark in (*view.marks, *view.ahead)), " · "
    ) or text("No faults in this scenario." if not view.scenario.faults else "")
    return tag(
        "section",
        head,
        view.slots.shell("div", "tl.p", chart, class_=_room("tl", view.frame)),
        view.slots.live("p", "tl.k", key, class_="small mute"),
    )


def _room(kind: str, frame: TimeFrame) -> str:
    return f"plot {kind}" + (f" rows{frame.rows}" if frame.rows > 1 else "")


def _next(view: View) -> str:
    if view.over:
        return f"{elapsed(view.now_s)} real"
    now = f"now {view.moment(view.now_s)} simulated" if view.warped else f"now {elapsed(view.now_s)} into the run"
    if not view.ahead:
        return now
    first = view.ahead[0]
    return f"{now}; next: {first.name}, in {elapsed(first.from_s - view.now_s)} real"


def _timeline_said(view: View) -> str:
    past = ", ".join(f"{mark.name} at {view.when(mark.from_s)}" for mark in view.marks) or "nothing yet"
    ahead = ", ".join(f"{mark.name} at {elapsed(mark.from_s)} real" for mark in view.ahead) or "nothing planned"
    return f"Past: {past}. To come: {ahead}."


def _load(view: View) -> Markup:
    bins = _rates(view, "planned") if view.over else view.plan
    top = max((one.value or 0.0 for one in bins), default=0.0) or 1.0
    area = area_path([_bar(view.frame, one, lambda value: 1 - 0.85 * value / top) for one in bins])
    done = [Bin(one.from_s, min(one.to_s, view.now_s), one.value) for one in bins if one.from_s < view.now_s]
    past = area_path([_bar(view.frame, one, lambda value: 1 - 0.85 * value / top) for one in done])
    return inner(_LOAD, tag("path", class_="plan", d=area), tag("path", class_="past", d=past))


def _bar(frame: TimeFrame, one: Bin, y: object) -> tuple[float, float, float] | None:
    if one.value is None:
        return None
    return frame.x(one.from_s), frame.x(one.to_s), y(one.value)  # type: ignore[operator]


def _blocks(view: View) -> Markup:
    parts: list[Markup] = []
    for mark in (*view.marks, *view.ahead):
        x, width = view.frame.x(mark.from_s), view.frame.x(mark.to_s) - view.frame.x(mark.from_s)
        if mark.kind == "moment":
            parts.append(upright(x, 0, _FAULTS, "evtick"))
            continue
        classes = "pz" if mark.kind == "pause" else "blk next" if mark in view.ahead else "blk"
        parts.append(tag("rect", class_=classes, x=pct(x), width=pct(width), y=_LOAD + 6, height=20))
    return join([*parts, view.frame.flags(), *(_flag(view, index) for index in range(len(view.ahead)))])


def _flag(view: View, index: int) -> Markup:
    mark = view.ahead[index]
    x = view.frame.x(mark.from_s)
    left = -16 if x > 0.97 else 0
    rect = tag("rect", class_="flag next", x=left or None, width=16, height=16)
    return placed(x, -20, rect, tag("text", mark.letter, class_="flagt next", x=left + 8, y=12.3))


def _turns(view: View) -> Markup:
    icons = {"FAIL": "bad", "WARN": "warn", "PASS": "ok", "INVALID": "inv"}
    parts = []
    for turn in view.watch.turns[-40:]:
        use = tag("use", href=f"#i-{icons[turn.result.verdict]}", width=14, height=14)
        parts.append(placed(view.frame.x(turn.at_s), 74, tag("g", use, class_=f"st {icons[turn.result.verdict]}")))
    return join(parts)


def _now(view: View, height: float) -> Markup:
    return Markup("") if view.over else upright(view.frame.x(view.now_s), -4, height, "mark")


def _flagged_now(view: View, height: float) -> Markup:
    if view.over:
        return Markup("")
    x = view.frame.x(view.now_s)
    left = -34 if x > 0.9 else -1
    label = (
        tag("rect", x=left, y=4, width=34, height=17, class_="flag"),
        tag("text", "now", class_="flagt", x=left + 17, y=16.5),
    )
    return _now(view, height) + placed(x, 0, *label)


def _rates(view: View, what: str) -> list[Bin]:
    bins = Bins(view.record, view.answer_times[0])
    values = {at: getattr(second, what) for at, second in view.record.seconds.items()}
    last = max((at for at, n in values.items() if n), default=0)
    pauses = [(mark.from_s, mark.to_s) for mark in view.marks if mark.kind == "pause"]
    if what == "errors":
        return bins.rates(values)
    return [
        Bin(one.from_s, one.to_s, None)
        if one.from_s > last or any(a <= one.from_s and one.to_s <= b for a, b in pauses)
        else one
        for one in bins.rates(values)
    ]


def people(view: View) -> Markup:
    """People starting per second: planned for the whole run, started until now."""
    frame, height = view.frame, people_chart.HEIGHT
    planned = _rates(view, "planned") if view.over or not view.plan else view.plan
    started = _rates(view, "delivered")
    scale = Linear.over(max((one.value or 0.0 for one in [*planned, *started]), default=0.0))
    area = area_path([_bar(frame, one, scale.y) for one in planned])
    line = line_path(None if b.value is None else (frame.x((b.from_s + b.to_s) / 2), scale.y(b.value)) for b in started)
    live = view.slots.live
    still = [frame.grid(height), values_axis(scale.ticks(height)), frame.backdrop(), frame.flags()]
    said = (
        f"{count(view.record.delivered)} of {plural(view.record.due, 'person', 'people')} planned by now have started."
    )
    chart = _chart(
        view,
        "arr",
        "People starting per second, planned and started",
        said,
        height,
        live("g", "arr.p", inner(height, tag("path", class_="plan", d=area), tag("path", class_="planline", d=area))),
        live("g", "arr.x", *still),
        live("g", "arr.d", inner(height, tag("path", class_="l1", d=line))),
        live("g", "arr.n", _flagged_now(view, height)),
        live("g", "arr.a", frame.axis(height)),
    )
    samples = [("plan", "planned, also ahead" if not view.over else "planned"), ("line1", "started"), *_spans(view)]
    return tag(
        "section",
        tag("h2", "People starting per second", id="a"),
        tag(
            "figure",
            tag("figcaption", "Planned for the whole run, started until now", class_="vh"),
            view.slots.shell("div", "arr", chart, class_=_room("", frame)),
            legend(samples),
            details("As a table", view.slots.live("div", "arr.t", _people_table(view, started))),
        ),
    )


def _spans(view: View) -> list[tuple[str, str]]:
    return [("fault", "fault on"), ("pause", "paused")] if view.scenario.faults else [("pause", "paused")]


def _people_table(view: View, started: Sequence[Bin]) -> Markup:
    planned = _rates(view, "planned")
    rows = [
        [elapsed(one.from_s), _rate(one.value), _rate(done.value)]
        for one, done in list(zip(planned, started, strict=True))[-_MOST_ROWS:]
    ]
    return plain_table(["Real", "Planned per second", "Started per second"], rows, "People starting per second")


def _rate(value: float | None) -> str:
    return MISSING if value is None else f"{value:,.1f}"


def answers(view: View) -> Markup:
    """Answer times, both latencies and the median, with limits; failures under them."""
    frame, height, scale = view.frame, latency_chart.HEIGHT, view.scale
    width, lines = view.answer_times
    live = view.slots.live
    still = [frame.grid(height), values_axis(scale.ticks(height)), frame.backdrop(), frame.flags()]
    drawing = zip((lines.median, lines.actual, lines.intended), ("l3", "l2", "l1"), strict=True)
    paths = [drawn(frame, bins, scale, kind) for bins, kind in drawing]
    chart = _chart(
        view,
        "lat",
        "Answer time over the run, logarithmic scale",
        _answers_said(view),
        height,
        live("g", "lat.x", *still, limit_lines(limits_of(view.p95_checks), scale, height)),
        live("g", "lat.d", inner(height, *paths)),
        live("g", "lat.n", _flagged_now(view, height)),
        across(height, "base"),
    )
    every = plural(width, "real second", "real seconds")
    return tag(
        "section",
        tag("h2", "Answer time ", live("small", "lat.w", f"a point for every {every}"), id="b"),
        tag(
            "figure",
            tag("figcaption", "95 of 100 and 50 of 100 requests, logarithmic scale", class_="vh"),
            view.slots.shell("div", "lat", chart, class_=_room("nox", frame)),
            live("p", "lat.e", _few(view), class_="small mute"),
            para("Requests that failed, per second", class_="panelname"),
            plot(_failures(view), kind="tight"),
            legend(_SAMPLES),
            details("As a table", live("div", "lat.t", _answers_table(lines))),
        ),
    )


def _few(view: View) -> str:
    if any(one.value is not None for one in view.answer_times[1].intended):
        return ""
    return f"No line yet: it takes {LEAST_IN_BIN} requests within {view.answer_times[0]} s for a point."


def _answers_said(view: View) -> str:
    values = [one for one in view.answer_times[1].intended if one.value is not None]
    if not values:
        return "No request yet."
    worst = max(values, key=lambda one: one.value or 0.0)
    return (
        f"95 of 100 requests within {time_ms(values[-1].value or 0)} now; "
        f"at most {time_ms(worst.value or 0)}, at {view.when(worst.from_s)}."
    )


def _answers_table(lines: latency_chart.LatencyLines) -> Markup:
    rows = [
        [elapsed(a.from_s), *(MISSING if one.value is None else time_ms(one.value) for one in (a, b, c))]
        for a, b, c in list(zip(lines.intended, lines.actual, lines.median, strict=True))[-_MOST_ROWS:]
    ]
    heads = ["Real", "95 of 100, intended start", "95 of 100, actual start", "50 of 100"]
    return plain_table(heads, rows, "Answer times, the last points")


def _failures(view: View) -> Markup:
    frame, height = view.frame, failures_chart.HEIGHT
    failed = _rates(view, "errors")
    most = max((one.value or 0.0 for one in failed), default=0.0)
    scale = Linear.over(most, parts=2, least_top=2.0)
    tops = [(frame.x(b.from_s), frame.x(b.to_s), scale.y(b.value or 0.0)) for b in failed if b.value]
    said = f"At most {num(most)} per second." if most else "No request failed."
    live = view.slots.live
    return _chart(
        view,
        "fai",
        "Requests that failed per second",
        said,
        height,
        live("g", "fai.x", frame.grid(height), values_axis(scale.ticks(height)), frame.backdrop()),
        live("g", "fai.d", inner(height, tag("path", class_="bar2", d=area_path(tops)))),
        live("g", "fai.n", _now(view, height)),
        live("g", "fai.a", frame.axis(height)),
    )
