"""Owns section 0 of the report: the verdict block, then when, how much and what target.

Knows nothing of how the verdict came about.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hms_esr.charts.markup import Markup, esc, tag
from hms_esr.formatting import MISSING, count, date, long_time, plural
from hms_esr.reports.html.figures import Figures
from hms_esr.reports.html.parts import icon, para, status, text

KINDS = {"PASS": "ok", "WARN": "warn", "FAIL": "bad", "INVALID": "inv", "INTERRUPTED": "int"}


def verdict(figures: Figures) -> Markup:
    """The verdict block: shape, word, sentence, other reasons, whether it can be trusted."""
    judgement = figures.judgement
    kind = KINDS[judgement.shown]
    word = tag("h2", icon(kind), tag("span", tag("span", "Verdict: ", class_="vh"), judgement.shown), class_="word")
    say = [para(text(judgement.sentence, 600))]
    if judgement.also:
        say.append(para(text(" ".join(judgement.also), 1200)))
    say.append(para(*_trust(figures), class_="trust small"))
    return tag("section", word, tag("div", *say, class_="say"), class_=f"verdict v-{kind}")


def _trust(figures: Figures) -> list[object]:
    judgement = figures.judgement
    link = tag("a", "How we know", href="#trust")
    if judgement.shown == "INTERRUPTED":
        return [_undone(figures), "No check is judged. ", _covered(figures), " ", link]
    lead, rest = "The result can be trusted", judgement.trust
    if judgement.shown == "INVALID" or not rest.startswith(lead):
        return [text(rest or MISSING, 800), " ", link]
    return [status("ok", f"{lead}."), " ", text(rest.removeprefix(lead).lstrip(":. "), 600), " ", link]


def _undone(figures: Figures) -> str:
    faults = figures.record.faults
    if not faults:
        return ""
    done = sum(fault.undone for fault in faults)
    if done == len(faults):
        return "Faults were undone and verified. "
    return f"{len(faults) - done} of {len(faults)} faults may still be on. "


def _covered(figures: Figures) -> str:
    end = figures.record.real_s
    if end < 1:
        return "There are no figures, for nothing was carried out."
    if figures.warped:
        return f"The figures below cover {figures.moment(0)} to {figures.moment(end)} simulated."
    return f"The figures below cover the first {long_time(end)}."


def facts(figures: Figures) -> Markup:
    """When, how much, what target."""
    manifest = figures.record.manifest
    rows = [("Simulated", _simulated(figures)), ("Real", _real(figures)), ("Load", _load(figures))]
    target: object = tag("span", text(manifest.target or MISSING), class_="mono")
    if manifest.target_requested and manifest.target_requested != manifest.target:
        asked = tag("span", text(manifest.target_requested), class_="mono")
        target = tag("span", target, tag("span", " for ", class_="mute"), asked)
    listed = [tag("div", tag("dt", name), tag("dd", value)) for name, value in [*rows, ("Target", target)]]
    return tag("dl", *listed, class_="facts")


def _simulated(figures: Figures) -> str:
    first, last = figures.start, figures.sim_at(figures.record.real_s)
    if not figures.warped:
        return f"{first:%A}, {date(first)}, {first:%H:%M}; the clock ran as fast as the real one"
    until = f"{last:%H:%M}" if last.date() == first.date() else f"{last:%A}, {date(last)}, {last:%H:%M}"
    return f"{first:%A}, {date(first)}, {first:%H:%M} to {until}"


def _real(figures: Figures) -> str:
    length = long_time(figures.record.real_s)
    try:
        first = datetime.fromisoformat(figures.record.manifest.started_at)
    except ValueError:
        return length
    last = first + timedelta(seconds=figures.record.real_s)
    zone = f" {first.tzname()}" if first.tzinfo else ""
    return f"{date(first)}, {first:%H:%M:%S} to {last:%H:%M:%S}{zone}, {length}"


def _load(figures: Figures) -> Markup:
    record = figures.record
    scale = record.manifest.options.get("scale")
    people = plural(record.planned, "person", "people")
    times = f", {scale:g} times the scenario’s load" if isinstance(scale, (int, float)) and scale != 1 else ""
    came = (
        ""
        if record.delivered >= record.planned
        else f", {count(record.delivered) if record.delivered else 'nobody'} came"
    )
    polls = f", {plural(record.polls, 'poll', 'polls')} besides" if record.polls else ""
    return esc(f"{people}{' planned' if came else ''}{times}{came}; {count(record.requests)} requests{polls}")
