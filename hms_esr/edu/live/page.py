"""Owns the live page as one document: head, bar, all parts, complete as served; and the same as slots.

Knows nothing of sockets. A part that cannot be drawn says so and leaves the page standing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hms_esr.charts.markup import Markup, esc, join, tag
from hms_esr.edu.live import header_verdict, people, plots, rows, sensed, tiles, top_bar
from hms_esr.edu.live.page_diff import PageState
from hms_esr.edu.live.run_watcher import RunWatcher
from hms_esr.edu.live.view import View
from hms_esr.formatting import count, number, whole_s
from hms_esr.reports.html.parts import para, text

ASSETS = "/dashboard/assets"
_MORE_SYMBOLS = (
    '<symbol id="i-live" viewBox="0 0 24 24"><circle cx="12" cy="12" r="5" fill="currentColor"/>'
    '<circle cx="12" cy="12" r="10.5" fill="none" stroke="currentColor" stroke-width="2"/></symbol>'
    '<symbol id="i-pause" viewBox="0 0 24 24"><path d="M6 4h4v16H6ZM14 4h4v16h-4Z" fill="currentColor"/></symbol>'
    '<symbol id="i-off" viewBox="0 0 24 24"><path d="M3 3l18 18" stroke="currentColor" stroke-width="2.6"/>'
    '<circle cx="12" cy="12" r="10.5" fill="none" stroke="currentColor" stroke-width="2"/></symbol>'
    '<pattern id="p-drop" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="ps" d="M1 0v4" stroke-width="2"/></pattern>'
)


@dataclass(frozen=True, slots=True)
class Links:
    """Where things are: the run's address, its report if it is served, the list of runs if there is one."""

    run: str
    report: str = ""
    runs: str = ""
    query: str = ""


def draw(watch: RunWatcher) -> tuple[Markup, PageState]:
    """The page's body and everything in it that changes."""
    view = View(watch)
    main = tag(
        "main",
        _headline(view),
        _state_banner(view),
        tag(
            "div",
            _part(view, "Verdict", header_verdict.verdict),
            _part(view, "What to do", header_verdict.todo),
            class_="lead",
        ),
        _part(view, "Checks", tiles.tiles),
        _part(view, "Timeline", plots.timeline),
        _part(view, "People", people.people),
        tag("div", _column(view, _LEFT), _column(view, _RIGHT), class_="main"),
        tag("div", *(_part(view, name, build) for name, build in _BELOW), class_="three"),
        id="main",
        class_="page",
    )
    bar = top_bar.top(view)
    shared = view.slots.live("defs", "shared", view.frame.shared())
    defs = tag("svg", shared, class_="sprite", aria_hidden="true", focusable="false")
    view.slots.render("@title", _title(view))
    view.slots.render("@say", _announced(view))
    return join([defs, bar, main]), view.slots


_LEFT = (("People starting per second", plots.people), ("Answer time", plots.answers))
_RIGHT = (("Errors by message", rows.errors), ("People by step", rows.steps))
_BELOW = (("Workers", rows.workers), ("Sensors", sensed.sensors), ("Events", rows.events))


def _column(view: View, parts: tuple[tuple[str, Callable[[View], Markup]], ...]) -> Markup:
    return tag("div", *(_part(view, name, build) for name, build in parts), class_="col")


def _part(view: View, name: str, build: Callable[[View], Markup]) -> Markup:
    try:
        return build(view)
    except Exception as error:
        said = text(
            f"This part could not be drawn ({type(error).__name__}: {error}). The figures as JSON have it.", 300
        )
        return tag("section", tag("h2", name), para(said, class_="note"))


def _headline(view: View) -> Markup:
    record, scenario = view.record, view.scenario
    times = record.manifest.options.get("scale")
    said = [f"{count(max(record.planned, record.due))} people planned"]
    if isinstance(times, (int, float)) and times != 1:
        said.append(f"{times:g} times the scenario’s rates")
    if view.warped:
        said.append(f"{number(view.warp)} times faster than real time")
    name = tag("span", text(scenario.name, 120), class_="mono")
    target = tag("span", text(record.manifest.target or "–"), class_="mono")
    facts = view.slots.live("span", "facts", text(" · ".join(said), 300))
    sub = tag("p", name, " · ", facts, " · target ", target, class_="sub")
    off = "This page renews itself with JavaScript, which is off."
    note = f"{off} You see the state at {view.figures_of()}; reload the page for a newer one."
    silent = tag("noscript", para(note, class_="note")) if not view.over else Markup("")
    return tag("div", tag("h1", text(scenario.description or scenario.name, 200)), sub, silent)


def _state_banner(view: View) -> Markup:
    return tag("div", id="banner", class_="gone") + view.slots.live("div", "over", _over(view))


def _over(view: View) -> Markup:
    if not view.over:
        return _quiet(view)
    if view.watch.tail.state == "BROKEN_OFF":
        return para(
            "The rehearsal’s process ended before its report. These are the last figures on record.", class_="note"
        )
    return para(f"The run is over since {view.figures_of()}. These are the final figures.", class_="note")


def _quiet(view: View) -> Markup:
    """That the record stands still although the run goes on; nothing otherwise."""
    quiet = view.watch.quiet_s
    if view.paused or not view.record.seconds or quiet <= top_bar.QUIET_S:
        return Markup("")
    said = "Its process may be stuck or stopped; the figures are the last ones."
    return para(f"The run’s record has not grown for {whole_s(quiet)}. {said}", class_="note")


def _title(view: View) -> str:
    _, word, behind = top_bar.shown(view)
    parts = [f"{word} {behind}".strip()]
    if view.warped and not view.over:
        parts.append(f"{view.sim_at(view.now_s):%H:%M} simulated")
    return " · ".join([*parts, view.scenario.name, "HMS-ESR"])


def _announced(view: View) -> str:
    """What a screen reader is told: the verdict and the state of the run, never figures."""
    _, word, behind = top_bar.shown(view)
    state = "The run is over." if view.over else "The run is paused." if view.paused else ""
    red = [one.title for one in view.watch.results if one.verdict == "FAIL" and one.value is not None]
    why = f", not met: {', '.join(red[:3])}" if red and word == "FAIL" else ""
    return " ".join(filter(None, [f"{word} {behind}".strip() + why + ".", state]))


def document(body: Markup, slots: PageState, links: Links, epoch: str, number_: int, *, script: str = "live.js") -> str:
    """The whole document around a body, at one moment (``epoch`` and number say which)."""
    title = slots.inside["@title"]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("meta", name="robots", content="noindex"),
        Markup(f'<link rel="icon" type="image/svg+xml" href="{ASSETS}/icon.svg">'),
        Markup(f'<link rel="stylesheet" href="{ASSETS}/base.css"><link rel="stylesheet" href="{ASSETS}/live.css">'),
        tag("script", type="module", src=f"{ASSETS}/{script}") if script else Markup(""),
    )
    said = tag("p", slots.inside["@say"], class_="vh", role="status", aria_live="polite", id="say")
    inside = tag(
        "body",
        tag("a", "Skip to the verdict", class_="skip", href="#main"),
        _sprite(),
        said,
        body,
        _foot(links) if links.run else Markup(""),
        data_run=links.run,
        data_epoch=epoch,
        data_number=number_,
    )
    return "<!doctype html>\n" + tag("html", head, "\n", inside, lang="en-US") + "\n"


def _foot(links: Links) -> Markup:
    items = [tag("a", "Figures as JSON", href=f"/dashboard/{links.run}/state.json{links.query}")]
    items.append(tag("a", "Report (when the run is over)", href=f"/dashboard/{links.run}/report{links.query}"))
    if links.runs:
        items.append(tag("a", "All runs", href=f"{links.runs}{links.query}"))
    listed = tag("ul", *(tag("li", item) for item in items))
    hold = "“Hold figures” stops this page from changing while you read; the run goes on."
    said = f"Run {links.run}, tagged sim=true. {hold}"
    return tag("footer", listed, esc(said), class_="end page")


@cache
def _sprite() -> Markup:
    drawn = files("hms_esr.reports.html").joinpath("sprite.svg").read_text(encoding="utf-8")
    return Markup(drawn.replace("</defs>", f"{_MORE_SYMBOLS}</defs>"))


@cache
def base_css() -> str:
    """The report's tokens, ground and marks: everything before its own layout."""
    whole = files("hms_esr.reports.html").joinpath("report.css").read_text(encoding="utf-8")
    return whole.split("/* ---- Report ---- */", 1)[0]
