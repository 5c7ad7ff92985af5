"""Owns rows of single requests kept as examples: who, trace id, both times, and how to repeat that person alone.

Knows nothing of why they were kept.
"""

from __future__ import annotations

from hms_esr.charts.markup import Markup, tag
from hms_esr.formatting import elapsed, time_ms
from hms_esr.record import Sample
from hms_esr.reports.html.figures import Figures
from hms_esr.reports.html.parts import Column, text
from hms_esr.reports.html.repeat import person_command

COLUMNS = (
    Column("Person, trace id"),
    Column("Step", classes="at"),
    Column("Meant to be sent", wrap=True),
    Column("From intended start", number=True, wrap=True),
    Column("From actual start", number=True, wrap=True),
    Column("Status", number=True),
)


def sample_row(figures: Figures, sample: Sample) -> list[object]:
    """One example."""
    status = str(sample.status) if sample.status else "no answer" if sample.kind in _UNANSWERED else ""
    return [
        tag("span", f"person {sample.person_no}", class_="nw") + tag("code", text(sample.trace_id, 64), class_="trace"),
        text(figures.step_name((sample.journey, sample.step)), 80),
        _moment(figures, sample.planned_s),
        time_ms((sample.ended_s - sample.planned_s) * 1000),
        time_ms((sample.ended_s - sample.started_s) * 1000),
        status,
    ]


_UNANSWERED = ("timeout", "patience", "connection", "no_answer")


def _moment(figures: Figures, at_s: float) -> Markup:
    if not figures.warped:
        return text(figures.when(at_s))
    real = tag("span", f"{elapsed(at_s)} real", class_="mute nw")
    return tag("span", f"{figures.moment(at_s)} sim.", class_="nw") + tag("br") + real


def commands(figures: Figures, samples: list[Sample]) -> Markup:
    """How to repeat each of the people alone."""
    lines = list(dict.fromkeys(person_command(figures, sample.person_no) for sample in samples))
    if not any(lines):
        return Markup("")
    shown = tag("code", "\n".join(line[:400] for line in lines))
    return tag("pre", shown, tabindex=0, role="region", aria_label="Commands to repeat these people")
