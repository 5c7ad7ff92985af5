"""Owns the pages of runs without a record: not there (any more), or not there yet.

Knows nothing of runs.
"""

from __future__ import annotations

from hms_esr.charts.markup import Markup, tag
from hms_esr.edu.live.page import Links, document
from hms_esr.edu.live.page_diff import PageState
from hms_esr.reports.html.parts import para, text


def not_found(run: str) -> str:
    """No run of this name."""
    return _said("Run not found", f"There is no run of the name “{run}”. It may have been pruned.", "")


def waiting(run: str) -> str:
    """A run that was started this moment; the page asks again by itself."""
    said = f"Run {run} is being prepared: its target is looked at, then the first person comes."
    return _said(
        "Waiting for the run", f"{said} This page asks again every second; without JavaScript reload it.", "wait.js"
    )


def _said(title: str, words: str, script: str) -> str:
    body: Markup = tag("main", tag("h1", title), para(text(words, 400)), id="main", class_="page")
    slots = PageState()
    slots.render("@title", f"{title} · HMS-ESR")
    slots.render("@say", "")
    return document(body, slots, Links(""), "", 0, script=script)
