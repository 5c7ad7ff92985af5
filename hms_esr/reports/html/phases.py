"""Owns the part of section 4 on where requests spent their time, and the list of the slowest ones.

Knows nothing of how that was measured.
"""

from __future__ import annotations

from hms_esr.charts.markup import Markup, tag
from hms_esr.formatting import MISSING, count, time_ms
from hms_esr.histogram import Histogram
from hms_esr.record import Phases
from hms_esr.reports.html.figures import Figures
from hms_esr.reports.html.parts import Column, details, left_out, para, table, text
from hms_esr.reports.html.samples import COLUMNS, commands, sample_row

_SLOWEST = 10
_CAPTION = "Where a request’s time went, from actual start: 50 of 100 within · 95 of 100 within"


def phases(figures: Figures) -> Markup:
    """Connecting, TLS, waiting for the first byte and reading, by step. Nothing of records that do not tell."""
    told = figures.record.phases
    keys = [key for key in figures.steps if key in told]
    if not keys:
        return Markup("")
    total = Phases()
    for one in told.values():
        total.merge(one)
    secure = total.tls.count > 0
    columns = [Column("Step"), Column("Connections opened", number=True, label="Opened", wrap=True)]
    columns += [Column(name, number=True, wrap=True) for name in ("Connect", "TLS", "First byte", "Reading")]
    if not secure:
        del columns[3]
    rows = [_row(text(figures.step_name(key), 100), told[key], secure) for key in keys[: figures.caps.rows]]
    made = table(columns, rows, _CAPTION, classes="stack c4", total=_row("all steps", total, secure))
    return tag("div", made, left_out(len(keys) - len(rows), "steps are"), para(_said(total), class_="small mute"))


def _row(name: object, one: Phases, secure: bool) -> list[object]:
    times = (
        [one.connect, one.tls, one.first_byte, one.reading] if secure else [one.connect, one.first_byte, one.reading]
    )
    return [name, count(one.connect.count), *(_both(each) for each in times)]


def _both(times: Histogram) -> str:
    if not times.count:
        return MISSING
    return f"{time_ms(times.percentile(0.5))} · {time_ms(times.percentile(0.95))}"


def _said(total: Phases) -> str:
    """Which phase takes the most of all time."""
    sums = {
        "connecting": total.connect.total,
        "TLS": total.tls.total,
        "waiting for the first byte": total.first_byte.total,
        "reading": total.reading.total,
    }
    whole = sum(sums.values())
    most = max(sums, key=lambda name: sums[name])
    if not whole:
        return "First byte: from the request sent to the answer’s first byte. Reading: from there to its end."
    return (
        f"First byte: from the request sent to the answer’s first byte; reading: from there to its end. "
        f"Of all that time {round(100 * sums[most] / whole)}% was {most}."
    )


def slowest(figures: Figures) -> Markup:
    """The slowest requests, each with who and when. Nothing of records that have none."""
    found = figures.record.samples.slow(min(_SLOWEST, figures.caps.rows))
    if not found:
        return Markup("")
    rows = [sample_row(figures, sample) for sample in found]
    return details(
        f"The {len(rows)} slowest answers" if len(rows) > 1 else "The slowest answer",
        table(COLUMNS, rows, "Slowest answers: who, when and how to repeat that person", classes="stack ones"),
        commands(figures, found[:3]),
    )
