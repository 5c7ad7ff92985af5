"""Owns what is seen inside the site: its sensors as gauges with a word, and server-side beside client-side times.

Knows nothing of how sensors are read. A figure that a check names is judged by that check, others by levels told here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hms_esr.charts.gauge import Reach, gauge
from hms_esr.charts.markup import Markup, tag
from hms_esr.charts.strip import levels, strip
from hms_esr.edu.live.run_watcher import LATELY_S
from hms_esr.edu.live.view import View
from hms_esr.formatting import number, share, time_ms
from hms_esr.histogram import Histogram
from hms_esr.reports.html.figures import metric_of
from hms_esr.reports.html.parts import status, text
from hms_esr.reports.html.tiles import outcome
from hms_esr.verdicts.judgement import CheckResult

MOST = 40
_HIDDEN = ("server.p50_ms", "server.p99_ms", "server.requests", "server.errors", "server.p95_ms")
_TITLES = {"server.cpu": "CPU", "server.memory_mb": "Memory", "server.in_flight": "Requests under way"}


_FIRST = ("server.cpu", "server.memory_mb", "db.waits", "policy.rejections", "values.flags", "server.in_flight")


@dataclass(frozen=True, slots=True)
class Level:
    """From where a figure is high and very high, in its own unit."""

    high: float
    very_high: float


_LEVELS = {"server.cpu": Level(0.7, 0.9), "db.waits": Level(10, 50), "values.flags": Level(1, 10)}
_TIMES_MEMORY = (2.0, 4.0)
_REJECTED = (0.05, 0.2)
"""Shares of the requests of the last seconds."""


def sensors(view: View) -> Markup:
    """The section."""
    rows: list[tuple[str, Markup]] = []
    for service, figures in view.record.sensors.items():
        known = [name for name in figures if name not in _HIDDEN and not name.startswith("server.p95_ms ")]
        known.sort(key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
        rows += [(f"x.{service}.{name}", _row(view, service, name, figures[name])) for name in known]
    rows += [(f"x.{one[0]}", _beside(view, *one)) for one in _answered(view)]
    rows = rows[:MOST]
    head = [tag("th", name, scope="col", class_="r" if name == "Now" else None) for name in _COLUMNS]
    caption = tag("caption", "What the site’s own sensors report", class_="vh")
    table = tag("table", caption, tag("thead", tag("tr", *head)), view.slots.listing("tbody", "sensors", rows))
    return tag(
        "section",
        tag("h2", "Sensors ", tag("small", "inside the site"), id="x"),
        view.slots.shell(
            "div",
            "sensors.b",
            table,
            class_="scroll" if rows else "gone",
            tabindex=0,
            role="region",
            aria_label="Sensors, scrolls sideways",
        ),
        view.slots.live("p", "sensors.m", _none(view, bool(rows)), class_="small mute"),
    )


_COLUMNS = ("Sensor", "Run so far", "Now", "State")


def _none(view: View, any_: bool) -> str:
    if any_:
        return (
            "Without a check of its own a figure is high from: CPU 70% of a core, memory twice its start, db.waits 10, "
            "policy.rejections 5% of requests, values.flags 1."
        )
    if view.scenario.sensors:
        return "The sensors have not been heard yet."
    return "The scenario names no sensors. What happens inside the site is not seen."


def _answered(view: View) -> list[tuple[str, float, Histogram]]:
    """(service, its own 95th percentile in ms, the client's times) of services that people met."""
    found = []
    for service, figures in view.record.sensors.items():
        seen = Histogram()
        for series in (view.record.series, view.record.warm_series):
            for key, cell in series.items():
                if key.service == service:
                    seen.merge(cell.actual)
        if "server.p95_ms" in figures and seen.count:
            found.append((service, figures["server.p95_ms"], seen))
    return found


def _beside(view: View, service: str, p95_ms: float, seen: Histogram) -> Markup:
    client = time_ms(seen.percentile(0.95))
    name = tag(
        "th", text(f"Answer time, {service}", 80), tag("span", "95 of 100, whole run", class_="expr"), scope="row"
    )
    drawn = strip(view.frame, _strokes(view, service, "server.p95_ms"))
    now = tag("td", time_ms(p95_ms), tag("span", f"client {client}", class_="expr"), class_="r")
    return view.slots.live("tr", f"x.{service}", name, tag("td", drawn, class_="mid"), now, tag("td", ""))


def _row(view: View, service: str, name: str, value: float) -> Markup:
    title = _TITLES.get(name, name)
    head = tag("th", text(title, 60), tag("span", text(service, 60), class_="expr"), scope="row")
    drawn = strip(view.frame, _strokes(view, service, name))
    state = _state(view, service, name, value)
    shown = share(round(value, 3)) if name == "server.cpu" else f"{number(round(value, 1))}"
    unit = f"{shown} MB" if name == "server.memory_mb" else shown
    level = None if _checked(view, service, name) else _level(view, service, name)
    picture = Markup("")
    if level is not None and state is not None:
        scale = Reach(0.0, level.very_high * 1.5, level.very_high, False)
        picture = gauge(value if name != "policy.rejections" else _rejected(view, service), scale, state[0], level.high)
    judged = status(*state) if state is not None else Markup("")
    cells = [
        tag("td", drawn, class_="mid"),
        tag("td", unit, class_="r"),
        tag("td", judged, picture, class_="sg"),
    ]
    return view.slots.live("tr", f"x.{service}.{name}", head, *cells)


def _state(view: View, service: str, name: str, value: float) -> tuple[str, str] | None:
    """By the scenario's own check when it names the figure; else by level; None for figures without a level."""
    check = _checked(view, service, name)
    if check is not None:
        return outcome(check, view)
    level = _level(view, service, name)
    if level is None:
        return None
    measured = _rejected(view, service) if name == "policy.rejections" else value
    if measured >= level.very_high:
        return "bad", "very high"
    return ("warn", "high") if measured >= level.high else ("ok", "normal")


def _checked(view: View, service: str, name: str) -> CheckResult | None:
    """The scenario's check of this figure."""
    for result in view.watch.results:
        ref = metric_of(result)
        if ref is not None and ref.name in (name, f"{service}.{name}") and result.value is not None:
            return result
    return None


def _level(view: View, service: str, name: str) -> Level | None:
    if name == "policy.rejections":
        return Level(*_REJECTED)
    if name == "server.memory_mb":
        first = next((e.figures[name] for e in view.record.sensed if e.service == service and name in e.figures), 0.0)
        return Level(first * _TIMES_MEMORY[0], first * _TIMES_MEMORY[1]) if first else None
    return _LEVELS.get(name)


def _rejected(view: View, service: str) -> float:
    """Refused by a rule in the last seconds, as a share of the requests people sent then."""
    said = [(e.real_s, e.figures.get("policy.rejections", 0.0)) for e in view.record.sensed if e.service == service]
    if not said:
        return 0.0
    end = said[-1][0]
    before = next((value for at, value in reversed(said) if at <= end - LATELY_S), 0.0)
    asked = sum(second.requests for at, second in view.record.seconds.items() if end - LATELY_S <= at < end)
    return max(0.0, said[-1][1] - before) / asked if asked else 0.0


def _strokes(view: View, service: str, name: str) -> Sequence[tuple[float, float]]:
    values = {
        int(event.real_s): event.figures[name]
        for event in view.record.sensed
        if event.service == service and name in event.figures
    }
    top = max(values.values(), default=0.0)
    return levels({at: value / top for at, value in values.items() if value > 0}, view.frame) if top > 0 else []


def plain(view: View) -> dict[str, dict[str, float]]:
    """Figures by service, for other programs."""
    return {service: dict(figures) for service, figures in view.record.sensors.items()}
