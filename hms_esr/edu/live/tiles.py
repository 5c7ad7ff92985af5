"""Owns the gauges of the live page: one tile per check, bar for the whole run, triangle for the last 10 seconds.

Knows nothing of how a check is computed. Tiles never change their place.
"""

from __future__ import annotations

from hms_esr.charts.gauge import Reach, gauge, reach
from hms_esr.charts.markup import Markup, join, tag
from hms_esr.charts.svg import pct
from hms_esr.edu.live.interim_verdict import FIRST_FIGURES_S, is_open
from hms_esr.edu.live.view import View
from hms_esr.formatting import whole_s
from hms_esr.reports.html.figures import metric_of
from hms_esr.reports.html.parts import para, status, text
from hms_esr.reports.html.tiles import is_share, outcome, warning
from hms_esr.verdicts.judgement import CheckResult
from hms_esr.verdicts.measures.recovery import faults_named


def tiles(view: View) -> Markup:
    """The section."""
    key = "bar: whole run so far, which is what counts · triangle: last 10 s · hatched: not allowed"
    head = tag("h2", "Checks ", tag("small", "bar: the whole run · hatched: not allowed" if view.over else key), id="g")
    made = [_tile(view, index, result) for index, result in enumerate(view.watch.results)]
    return tag("section", head, tag("ul", join(made, "\n"), class_="tiles"))


def _outcome(view: View, result: CheckResult) -> tuple[str, str]:
    if view.over:
        return outcome(result, view)
    if result.value is None:
        waiting = len(view.record.seconds) < FIRST_FIGURES_S
        return "none", "Under way" if is_open(result) else "Waiting" if waiting else "No data yet"
    if not view.known:
        return "none", "Waiting"
    return outcome(result, view)


def lately(view: View, index: int) -> tuple[str, str] | None:
    """(class, words) of the last 10 seconds; None without data."""
    found = view.lately_of(index)
    if found is None or not view.judged or not view.known:
        return None
    if found.verdict == "PASS":
        return ("warn", "close") if found.close else ("ok", "in order")
    return ("warn", "warning") if found.verdict == "WARN" else ("bad", "past the limit")


def _tile(view: View, index: int, result: CheckResult) -> Markup:
    kind, words = _outcome(view, result)
    drawn = "" if kind in ("none", "inv") else kind
    live, key = view.slots.live, f"t{index}"
    value = [tag("b", text(_growing(view, result) or result.shown, 40)), status(kind, words)]
    scale = reach(result.operator, result.limit, share=is_share(result))
    picture = _gauge(view, index, result, scale, drawn) if scale else Markup("")
    required = ", ".join(filter(None, [result.limit_shown, warning(result)]))
    under = [live("span", f"{key}.l", _last(view, index), class_="last"), tag("br"), tag("span", text(required))]
    note = text(result.note or ("" if view.over else _why(result)), 160)
    under.append(live("span", f"{key}.n", tag("br"), note) if note else live("span", f"{key}.n", ""))
    stale = "" if drawn or kind != "none" else "none"
    return view.slots.shell(
        "li",
        key,
        tag("h3", text(result.title, 120)),
        live("p", f"{key}.v", *value, class_="val"),
        live("div", f"{key}.g", picture, class_="gauge"),
        para(*under),
        class_=" ".join(filter(None, ["tile", drawn, stale])),
    )


def _growing(view: View, result: CheckResult) -> str:
    """How long a recovery that is under way has taken; empty for anything else."""
    ref = metric_of(result)
    if view.over or not is_open(result) or ref is None or ref.name != "recovery_s":
        return ""
    off = [fault.off_s for fault in faults_named(view.record, ref.selector.get("fault")) if fault.off_s is not None]
    return whole_s(view.now_s - max(off)) if off else ""


def _why(result: CheckResult) -> str:
    if is_open(result):
        return "not over yet"
    return result.reason.removeprefix("no data: ") if result.value is None else ""


def _last(view: View, index: int) -> Markup:
    found, state = view.lately_of(index), lately(view, index)
    if view.over:
        return Markup("")
    if found is None or state is None:
        few = len(view.record.seconds) < FIRST_FIGURES_S
        return text(f"first figures after {FIRST_FIGURES_S} s" if few else "last 10 s: –")
    return text(f"last 10 s: {found.shown}") + ", " + tag("b", state[1], class_=f"lw {state[0]}")


def _gauge(view: View, index: int, result: CheckResult, scale: Reach, drawn: str) -> Markup:
    whole = gauge(result.value, scale, drawn, result.warn)
    found, state = view.lately_of(index), lately(view, index)
    if found is None or state is None or found.value is None:
        return whole
    shape = tag("path", class_=f"tri {state[0]}", d="M0 14l6 9h-12z")
    at = tag("svg", shape, x=pct(scale.x(found.value)), y=0, width=1, height=24, overflow="visible")
    return Markup(whole.removesuffix("</svg>")) + at + Markup("</svg>")
