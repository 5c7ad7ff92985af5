"""Owns the first two parts of the live page: the verdict so far in a sentence, and what to do.

Knows nothing of how checks are judged.
"""

from __future__ import annotations

from hms_esr.charts.markup import Markup, esc, join, tag
from hms_esr.edu.live.advice import Advice, advice
from hms_esr.edu.live.top_bar import frame_class, shown
from hms_esr.edu.live.view import View
from hms_esr.formatting import elapsed, plural
from hms_esr.reports.html.parts import icon, para, status, text
from hms_esr.reports.html.tiles import word


def verdict(view: View) -> Markup:
    """The verdict block: an outline while the run goes on, filled when it is over."""
    kind, said, behind = shown(view)
    title = f"{said} {behind}".strip()
    head = tag("h2", icon(kind), tag("span", tag("span", "Verdict: ", class_="vh"), title), class_="word", id="v")
    parts = [head, para(text(_sentence(view), 600), class_="say")]
    if more := _more(view):
        parts.append(para(text(more, 1200), class_="small"))
    parts.append(para(*_trust(view), class_="trust small"))
    marks = {"inv": "dash", "int": "dots"}.get(kind, "") if view.known else "dots"
    classes = " ".join(filter(None, ["now", frame_class(kind), "final" if view.over else "", marks]))
    return view.slots.live("section", "verdict", *parts, class_=classes)


def _sentence(view: View) -> str:
    record = view.record
    if view.known:
        return view.judgement.sentence
    if not record.seconds:
        return _first_person(view)
    return "Too early to say: first figures come after 5 seconds with requests."


def _first_person(view: View) -> str:
    first = next((one.from_s for one in view.plan if one.value), None)
    if first is None:
        return "Waiting for the first person."
    at = view.moment(first) if view.warped else f"{elapsed(first)} into the run"
    return f"Waiting for the first person: planned for {at}{' simulated' if view.warped else ''}."


def _more(view: View) -> str:
    if view.over:
        return " ".join(view.judgement.also)
    return " ".join(filter(None, [*view.judgement.also, view.watch.interim.more])) if view.known else ""


def _trust(view: View) -> list[object]:
    said = view.judgement.trust
    if view.over:
        lead = "The result can be trusted"
        if view.judgement.shown in ("PASS", "WARN", "FAIL") and said.startswith(lead):
            return [status("ok", f"{lead}."), " ", text(said.removeprefix(lead).lstrip(":. "), 600)]
        return [text(said, 800)]
    close = [one for one in view.judgement.conditions if one.state == "holds, close"]
    if view.judgement.shown == "INVALID":
        return [status("inv", "Cannot be trusted."), " ", text(said, 600)]
    if close:
        near = join((text(f"{one.name}: {one.measured}, {one.allowed} allowed", 160) for one in close), "; ")
        return [status("warn", "Can be trusted so far, narrowly."), " ", near, ". ", text(said, 400)]
    return [status("ok", "Can be trusted so far."), " ", text(said, 600)]


def todo(view: View) -> Markup:
    """What to do: red checks, newest first, and what threatens the rehearsal itself."""
    head = tag("h2", "What to do ", view.slots.live("small", "do.n", _summary(view)), id="do")
    found = advice(view)
    if found:
        inside = tag("ol", *(_advice(one) for one in found), class_="todo")
    else:
        inside = para(_nothing(view), class_="small")
    return tag("section", head, view.slots.live("div", "do", inside))


def _summary(view: View) -> str:
    if not view.known or not view.judged:
        return ""
    results = [one for one in view.watch.results if one.value is not None]
    red = sum(one.verdict == "FAIL" for one in results)
    yellow = sum(one.verdict == "WARN" or (one.verdict == "PASS" and one.close) for one in results)
    if not red and not yellow:
        return ""
    first = f"{word(red)} {'check is' if red == 1 else 'checks are'} red" if red else "No check is red"
    return f"{first}, {yellow} yellow" if yellow else first


def _nothing(view: View) -> str:
    if view.over:
        return "The run is over; the report says what to fix."
    if not view.known:
        return "Nothing yet."
    return f"Nothing to do: no check is red after {plural(int(view.now_s), 'second', 'seconds')}."


def _advice(one: Advice) -> Markup:
    head = tag("h3", text(one.title, 120), " ", status(one.kind, one.word))
    said = [esc(part) for part in one.said]
    return tag("li", head, para(tag("b", text(one.lead, 80)), " ", *said))
