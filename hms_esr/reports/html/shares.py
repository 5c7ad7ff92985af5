"""Owns section 4: how bad for the unlucky? The share answered within a time, and answer times by step.

Knows nothing of when it was.
"""

from __future__ import annotations

import re

from hms_esr.charts.markup import Markup, tag
from hms_esr.charts.percentiles import LimitGate, percentiles
from hms_esr.formatting import MISSING, count, short_time_ms, time_ms
from hms_esr.histogram import Histogram
from hms_esr.record import Cell
from hms_esr.reports.html.figures import Figures, StepKey, drawable, metric_of
from hms_esr.reports.html.parts import (
    Column,
    details,
    empty,
    figure,
    left_out,
    legend,
    para,
    plain_table,
    plot,
    section,
    table,
    text,
)
from hms_esr.reports.html.phases import phases, slowest

TITLE = "Answer times, fast to slow"
_SHARES = ((0.5, "50"), (0.9, "90"), (0.95, "95"), (0.99, "99"), (0.999, "99.9"))
_PERCENTILE = re.compile(r"latency_p(\d+)(?:_(\d+))?_ms")


def shares(figures: Figures) -> Markup:
    """The section."""
    if not figures.total.intended.count:
        return empty("percentiles", 4, TITLE, "No request was answered, so there are no answer times.")
    evidence = (_curves(figures), _by_step(figures), phases(figures), slowest(figures), _sensors(figures))
    return section("percentiles", 4, TITLE, _story(figures), *evidence)


def at(histogram: Histogram, share: float) -> str:
    """A percentile in words, or the dash."""
    return time_ms(histogram.percentile(share)) if histogram.count else MISSING


def _story(figures: Figures) -> list[object]:
    times = figures.total.intended
    say: list[object] = [
        f"{_half(figures)} {at(times, 0.5)}. "
        f"One in twenty took longer than {at(times, 0.95)}, "
        f"one in a hundred longer than {at(times, 0.99)}."
    ]
    words = []
    if _gates(figures):
        words.append("The curve must pass below the hatched gate.")
    if _unanswered(figures) < _asked(figures):
        words.append(_waited(figures.total))
    return [*say, para(" ".join(words), class_="mute small") if words else ""]


def _half(figures: Figures) -> str:
    """The start of the first sentence: what happened to half of the requests."""
    asked, silent = _asked(figures), _unanswered(figures)
    if not silent:
        return "Half of all requests were answered within"
    if silent == asked:
        return f"No request was answered: {count(asked)} ended without an answer, half of them within"
    got = (
        "1 request got no answer; it counts"
        if silent == 1
        else f"{count(silent)} of {count(asked)} requests got no answer; they count"
    )
    return f"{got} until the moment they were over. Half of all requests were over within"


def _asked(figures: Figures) -> int:
    return sum(cell.requests for cell in figures.record.series.values())


def _unanswered(figures: Figures) -> int:
    return sum(cell.requests for key, cell in figures.record.series.items() if not key.status)


_NOTICED_MS = 20.0
"""Waiting that a person could notice at all."""


def _waited(total: Cell) -> str:
    """Whether people waited before the site saw them."""
    if not total.actual.count:
        return "No request was answered, so there is no actual start to compare with."
    apart = max(total.intended.percentile(q) - total.actual.percentile(q) for q in (0.5, 0.95, 0.99, 0.999))
    if _gap(total) > 0.05 and apart >= _NOTICED_MS:
        own = at(total.actual, 0.95)
        return f"From actual start 95 of 100 took up to {own}: the rest was waiting before the request was sent."
    if apart < 0.1:
        return "From intended and from actual start agree: people did not wait before their requests were sent."
    most = f"From intended and from actual start differ by at most {time_ms(apart)}"
    return f"{most}: people hardly waited before their requests were sent."


def _gap(cell: Cell) -> float:
    """How much longer people waited from the intended than from the actual start, 95 and 99 of 100, relative."""
    if not cell.intended.count or not cell.actual.count:
        return 0.0
    pairs = [(cell.intended.percentile(q), cell.actual.percentile(q)) for q in (0.95, 0.99)]
    return max((a - b) / max(b, 1.0) for a, b in pairs)


def _gates(figures: Figures) -> list[LimitGate]:
    gates = []
    for check in figures.judgement.checks:
        ref = metric_of(check)
        found = _PERCENTILE.fullmatch(ref.name) if ref is not None and not ref.labels else None
        if found and drawable(check) and check.limit:
            share = float(f"{found[1]}.{found[2] or 0}") / 100
            warn = check.warn if check.warn and check.warn > 0 else None
            gates.append(LimitGate(share, check.limit, f"FAIL from {short_time_ms(check.limit)}", warn))
    return gates[:3]


def _curves(figures: Figures) -> Markup:
    total, gates = figures.total, _gates(figures)
    charts = [
        figure(
            f"All requests: share {'over' if _unanswered(figures) else 'answered'} within a time",
            "Each further 9 is ten times rarer. Both scales logarithmic.",
            plot(_chart("pct", "all requests", total, gates), kind="pc"),
        )
    ]
    widest = max((key for key in figures.steps), key=lambda key: _gap(figures.steps[key]), default=None)
    if widest is not None and len(figures.steps) > 1:
        charts.append(_widest(figures, widest))
    samples = [("line1", "from intended start"), ("line2", "from actual start")]
    if gates:
        samples.append(("forbid", "not allowed"))
    if any(gate.warn_ms for gate in gates):
        samples.append(("limit", "past the warning level"))
    return tag("div", tag("div", *charts, class_="two"), legend(samples), _quantiles(figures))


def _widest(figures: Figures, key: StepKey) -> Markup:
    name, cell = text(figures.step_name(key), 60), figures.steps[key]
    if _gap(cell) > 0.005:
        title = Markup(f"“{name}”: the largest gap")
        under = "The step where the two latencies differ most."
    else:
        slowest = max(figures.steps, key=lambda one: _p95(figures.steps[one]))
        cell, name = figures.steps[slowest], text(figures.step_name(slowest), 60)
        title = Markup(f"“{name}”: the slowest step")
        under = "In no step do the two latencies differ."
    return figure(title, under, plot(_chart("pcs", name, cell, []), kind="pc"))


def _p95(cell: Cell) -> float:
    return cell.intended.percentile(0.95) if cell.intended.count else 0.0


def _chart(ident: str, name: str, cell: Cell, gates: list[LimitGate]) -> Markup:
    listed = ", ".join(f"{label}% within {at(cell.intended, share)}" for share, label in _SHARES)
    return percentiles(
        ident,
        cell.intended,
        cell.actual,
        title=Markup("Answer time by share of requests, ") + name + ", both axes logarithmic",
        desc=f"From intended start: {listed}. From actual start: 95% within {at(cell.actual, 0.95)}, "
        f"99.9% within {at(cell.actual, 0.999)}.",
        dot=(0.95, f"95%: {at(cell.intended, 0.95)}"),
        gates=gates,
    )


def _quantiles(figures: Figures) -> Markup:
    total = figures.total
    rows = [[f"{label} of 100 within", at(total.intended, share), at(total.actual, share)] for share, label in _SHARES]
    rows.append(
        ["slowest", time_ms(total.intended.maximum), time_ms(total.actual.maximum) if total.actual.count else MISSING]
    )
    rows.append(["mean", time_ms(total.intended.mean), time_ms(total.actual.mean) if total.actual.count else MISSING])
    return details(
        "Answer times of all requests as a table",
        plain_table(["All requests", "From intended start", "From actual start"], rows, "Answer times of all requests"),
    )


_COLUMNS = (
    Column("Step"),
    Column("Requests", number=True),
    Column("Failed", number=True),
    Column("50 of 100", number=True),
    Column("95 of 100", number=True),
    Column("99 of 100", number=True),
    Column("95 of 100, actual start", number=True, label="95, actual", wrap=True),
    Column("Longest", number=True),
)


def _by_step(figures: Figures) -> Markup:
    keys = list(figures.steps)
    rows = [_row(text(figures.step_name(key), 100), figures.steps[key]) for key in keys[: figures.caps.rows]]
    caption = "Answer times by step, from intended start but for the column that says otherwise"
    made = table(_COLUMNS, rows, caption, classes="stack c4", total=_row("all steps", figures.total))
    return tag("div", made, left_out(len(keys) - len(rows), "steps are"))


def _row(name: object, cell: Cell) -> list[object]:
    times = cell.intended
    longest = time_ms(times.maximum) if times.count else MISSING
    middle = [at(times, 0.5), at(times, 0.95), at(times, 0.99), at(cell.actual, 0.95), longest]
    return [name, count(cell.requests), count(cell.errors), *middle]


def _sensors(figures: Figures) -> Markup:
    """Where the time went, network or server, and the site's own gauges."""
    rows = [
        [text(service, 80), text(name.removeprefix("server."), 80), f"{value:,.6g}"]
        for service, values in figures.record.sensors.items()
        for name, value in values.items()
        if name not in _BESIDE
    ][: figures.caps.rows]
    if not rows:
        return Markup("")
    columns = (Column("Service"), Column("Measured there", classes="any"), Column("Value", number=True))
    return _beside(figures) + table(columns, rows, "What the site’s own sensors measured")


_BESIDE = ("server.p50_ms", "server.p95_ms", "server.p99_ms", "server.requests", "server.errors")


def _beside(figures: Figures) -> Markup:
    """By service: 95th percentile as people's requests saw it and as the service itself did."""
    seen: dict[str, Histogram] = {}
    for series in (figures.record.series, figures.record.warm_series):
        for key, cell in series.items():
            seen.setdefault(key.service, Histogram()).merge(cell.actual)
    rows: list[list[object]] = []
    for service, values in figures.record.sensors.items():
        p95_ms = values.get("server.p95_ms")
        if p95_ms is None:
            continue
        client = seen.get(service, Histogram())
        outside = time_ms(max(0.0, client.percentile(0.95) - p95_ms)) if client.count else MISSING
        requests = count(int(values.get("server.requests", 0)))
        rows.append([text(service, 80), requests, at(client, 0.95), time_ms(p95_ms), outside])
    if not rows:
        return Markup("")
    columns = (
        Column("Service"),
        Column("Requests it saw", number=True),
        Column("p95 at the client, from actual start", number=True, wrap=True),
        Column("p95 at the server", number=True, wrap=True),
        Column("outside the service (network, queues)", number=True, wrap=True),
    )
    return table(
        columns, rows[: figures.caps.rows], "Where the time went: answer times outside and inside the services"
    )
