"""Owns the bar at the top of the live page: verdict so far, both clocks, connection, the button that holds figures.

Knows nothing of the connection itself: the script says in its place when it is lost.
"""

from __future__ import annotations

from hms_esr.charts.markup import Markup, join, tag
from hms_esr.edu.live.view import View
from hms_esr.formatting import date, elapsed, whole_s
from hms_esr.reports.html.parts import icon, status, text
from hms_esr.reports.html.verdict import KINDS

QUIET_S = 5.0
"""A record that has not grown for longer is told as not current."""


def shown(view: View) -> tuple[str, str, str]:
    """(kind, word, what stands behind it): ``bad``, ``FAIL``, ``so far``."""
    if not view.known:
        return "none", "No verdict yet", ""
    word = view.judgement.shown
    return KINDS[word], word, "" if view.over else "so far"


def frame_class(kind: str) -> str:
    """The class of the verdict's frame."""
    return f"vl-{'int' if kind == 'none' else kind}"


def top(view: View) -> Markup:
    """The bar."""
    kind, word, behind = shown(view)
    chip = (icon(kind), word, tag("small", behind) if behind else "")
    name = tag("div", tag("b", "HMS-ESR live"), tag("span", "Simulation, no real applications"), class_="name")
    button = tag(
        "button",
        "Hold",
        tag("span", " figures", class_="w"),
        type="button",
        id="hold",
        aria_pressed="false",
        hidden="hidden",
    )
    solid = "final" if view.over else ""
    marks = {"inv": "dash", "int": "dots"}.get(kind, "")
    classes = " ".join(filter(None, ["vchip", frame_class(kind), solid, marks]))
    return tag(
        "header",
        name,
        view.slots.live("span", "chip", *chip, class_=classes),
        _clocks(view),
        tag("p", tag("span", id="link"), view.slots.live("span", "conn", connection(view)), class_="conn"),
        button,
        class_="top",
    )


def _clocks(view: View) -> Markup:
    now = view.now_s
    live = view.slots.live
    real = [elapsed(now), " ", tag("small", _of(view))]
    rows = [tag("div", tag("dt", "real, from the start"), live("dd", "real", *real))]
    if view.warped or not view.record.segments:
        at = view.sim_at(now)
        day = tag("span", f"{at:%A}, ", class_="w")
        head = join(["simulated, ", day, date(at).rsplit(",", 1)[0]])
        rows.insert(0, tag("div", live("dt", "sim.day", head), live("dd", "sim", f"{at:%H:%M:%S}")))
    return tag("dl", *rows, class_="clock")


def _of(view: View) -> str:
    if view.over:
        return "in all"
    if view.now_s > view.planned_end_s:
        return "the plan is over, last people are under way"
    return f"of about {elapsed(view.planned_end_s)}"


def connection(view: View) -> Markup:
    """State of the run as the page's server knows it, and whose moment the figures are."""
    at = view.figures_of()
    if view.over:
        if view.watch.tail.state == "BROKEN_OFF":
            return status("bad", "Broken off") + tag("span", f"last figures of {at}")
        return status("ok", "Finished") + tag("span", f"final figures of {at}")
    quiet = view.watch.quiet_s
    if view.paused:
        pause = max((mark for mark in view.marks if mark.kind == "pause"), key=lambda m: m.from_s, default=None)
        since = f" {whole_s(pause.to_s - pause.from_s)} ago" if pause else ""
        return status("pause", "Run paused") + tag("span", text(f"by the operator{since}"))
    if not view.record.seconds:
        return status("none", "Waiting") + tag("span", "for the first second of figures")
    if quiet > QUIET_S:
        return status("warn", "Not current") + tag("span", f"the record has not grown for {whole_s(quiet)}")
    return status("live", "Live") + tag("span", f"figures of {at}")
