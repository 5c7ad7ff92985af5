"""Owns the people of the live page: everybody planned, as a row of counts and as one bar.

Knows nothing of steps or errors.
"""

from __future__ import annotations

from hms_esr.charts.markup import Markup, join, tag
from hms_esr.charts.svg import pct
from hms_esr.edu.live.view import View
from hms_esr.formatting import count, plural


def counts(view: View) -> dict[str, int]:
    """People by what they are now; the sum is everybody planned (and, while the run goes on, known)."""
    record = view.record
    ended = {state: record.people(state) for state in ("completed", "failed", "dropped", "lost", "unfinished")}
    last = record.seconds[max(record.seconds)] if record.seconds else None
    active = max(0, record.delivered - ended["completed"] - ended["failed"] - ended["unfinished"])
    waiting = min(active, last.waiting) if last and not view.over else 0
    behind = max(0, record.due - record.delivered - ended["dropped"] - ended["lost"])
    planned = max(record.planned, record.due)
    return ended | {
        "planned": planned,
        "due": record.due,
        "started": record.delivered,
        "active": 0 if view.over else active,
        "deciding": waiting,
        "acting": 0 if view.over else active - waiting,
        "behind": 0 if view.over else behind,
        "to_come": 0 if view.over else max(0, planned - record.due),
    }


def people(view: View) -> Markup:
    """The section."""
    now = counts(view)
    live = view.slots.live
    said = f"{count(now['due'])} of {count(now['planned'])} planned by now" if not view.over else _all(now)
    made = [
        _one(view, "planned", "planned", "", now["planned"]),
        _one(view, "delivered", "started", "", now["started"]),
    ]
    if not view.over:
        made.append(_active(view, now))
    for state, kind in (("completed", "c-done"), ("failed", "c-fail"), ("dropped", "c-drop"), ("lost", "")):
        made.append(_one(view, state, state, kind, now[state]))
    if view.over:
        made.append(_one(view, "unfinished", "unfinished", "c-form", now["unfinished"]))
    else:
        made.append(_one(view, "waiting to start", "behind", "", now["behind"]))
        made.append(_one(view, "still to come", "to_come", "c-rest", now["to_come"]))
    return tag(
        "section",
        tag("h2", "People ", live("small", "p.n", said), id="p"),
        view.slots.live("dl", "people", join(made), class_="people"),
        live("div", "p.bar", _bar(now)),
    )


def _all(now: dict[str, int]) -> str:
    told = sum(now[state] for state in ("completed", "failed", "dropped", "lost", "unfinished"))
    if told == now["planned"]:
        return f"{plural(told, 'person', 'people')} planned, everybody accounted for"
    return f"{count(told)} of {count(now['planned'])} planned people are accounted for"


def _swatch(kind: str) -> Markup:
    if not kind:
        return Markup("")
    shapes = tag("rect", class_=kind, width=12, height=12) + tag("rect", class_="edge", width=12, height=12)
    return tag("svg", shapes, class_="sw", width=12, height=12, aria_hidden="true", focusable="false")


def _one(view: View, name: str, key: str, kind: str, n: int) -> Markup:
    return tag("div", tag("dt", _swatch(kind), name), tag("dd", count(n), id=f"p-{key}"))


def _active(view: View, now: dict[str, int]) -> Markup:
    parts = [_swatch("c-form"), f" {count(now['acting'])} in the form"]
    if now["deciding"]:
        parts += [", ", _swatch("c-wait"), f" {count(now['deciding'])} await a decision"]
    small = tag("small", *parts)
    return tag(
        "div", tag("dt", "active"), tag("dd", tag("span", count(now["active"]), id="p-active"), small), class_="two"
    )


def _bar(now: dict[str, int]) -> Markup:
    whole = max(1, now["planned"])
    parts, x = [], 0.0
    for state, kind in (
        ("completed", "c-done"),
        ("failed", "c-fail"),
        ("dropped", "c-drop"),
        ("lost", "c-drop"),
        ("unfinished", "c-form"),
        ("deciding", "c-wait"),
        ("acting", "c-form"),
    ):
        width = now[state] / whole
        if width > 0:
            parts.append(tag("rect", class_=kind, x=pct(x), width=pct(width), height=20))
        x += width
    edge = tag("rect", class_="edge", width="100%", height=20)
    return tag("svg", *parts, edge, class_="stackbar", width="100%", height=20, aria_hidden="true", focusable="false")
