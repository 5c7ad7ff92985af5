"""Owns section 12: the words the report uses.

Knows nothing of a run but its pace.
"""

from __future__ import annotations

from hms_esr.charts.markup import Markup, tag
from hms_esr.reports.html.figures import Figures
from hms_esr.reports.html.parts import section

_WORDS = (
    ("95 of 100 (95th percentile, p95)", "95 of 100 requests were at least this fast, 5 were slower."),
    (
        "From intended start",
        "Counted from the moment the person meant to act. Contains any waiting before the site was reached. "
        "Checks use it.",
    ),
    ("From actual start", "Counted from the moment the request was sent: what the site alone took."),
    (
        "Failed, dropped, lost, unfinished",
        "Failed: a step did not work, or the person gave up. Dropped: the load generator could not start them. "
        "Lost: nobody knows, the worker vanished. Unfinished: still under way when the run ended.",
    ),
    (
        "WARN, close",
        "WARN: every limit holds, a warning level does not. Close: it holds but has used nine tenths of its room.",
    ),
    ("INVALID", "The rehearsal itself went wrong, so nothing is said about the site."),
)


def glossary(figures: Figures) -> Markup:
    """The section."""
    words = list(_WORDS)
    if figures.warped:
        pace = (
            f"The scenario’s day runs {figures.warp:g} times faster than the clock on the wall. "
            "Rates, answer times and recovery are per real second."
        )
        words.insert(4, ("Simulated and real time", pace))
    made = [tag("div", tag("dt", word), tag("dd", meaning)) for word, meaning in words]
    return section("words", 12, "Words used", [], tag("dl", *made, class_="gloss"))
