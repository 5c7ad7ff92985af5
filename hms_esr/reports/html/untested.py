"""Owns section 10: what was not tested, in this run and in every rehearsal of this kind, by rule.

Knows nothing of results.
"""

from __future__ import annotations

from collections.abc import Iterator

from hms_esr.charts.markup import Markup, tag
from hms_esr.formatting import elapsed, listed, long_time, part_of, plural
from hms_esr.reports.html.figures import Figures
from hms_esr.reports.html.parts import section, text

_ALWAYS = (
    "People acted over HTTP/1.1. No browser drew the pages, no script in them ran, no images, styles or fonts "
    "were fetched.",
    "Load came from machines near the target: distance and phone networks are not in the answer times.",
    "People, their papers and their payment cards were made up; nobody’s real application was sent.",
    "Whether pages are understandable or accessible was not tested.",
)


def untested(figures: Figures) -> Markup:
    """The section."""
    always = list(_ALWAYS)
    if figures.warped:
        always.append(
            f"Simulated time ran {figures.warp:g} times faster. It shortens people’s pauses, not the site’s work: "
            "answer and recovery times are real."
        )
    say: list[object] = [
        "A rehearsal covers what its scenario says and no more. Read a PASS or a FAIL with these gaps in mind."
    ]
    here, every = _items([text(one, 500) for one in _gaps(figures)]), _items(always)
    columns = tag(
        "div",
        tag("div", tag("h3", "In this run"), here),
        tag("div", tag("h3", "In every rehearsal of this kind"), every),
        class_="cols",
    )
    return section("limits", 10, "What was not tested", say, columns)


def _items(items: list[Markup] | list[str]) -> Markup:
    return tag("ul", *(tag("li", one) for one in items), class_="plain")


def _gaps(figures: Figures) -> Iterator[str]:
    scenario, record = figures.scenario, figures.record
    names = [f"“{journey.name}”" for journey in scenario.journeys]
    shown = listed(names[:6]) if len(names) <= 6 else ", ".join(names[:6]) + f" and {len(names) - 6} more"
    yield (
        f"{plural(len(names), 'journey', 'journeys')}, {shown}. Pages outside {'its' if len(names) == 1 else 'their'} "
        "steps were not visited."
    )
    yield _faults(figures)
    yield (
        f"One seed ({record.manifest.seed}): one possible crowd out of many. Repeat with other seeds to see how much "
        "the figures move."
    )
    if record.interrupted or record.aborted or record.time_limited:
        yield (
            f"Everything planned after {elapsed(record.real_s)}: the run covers "
            f"{part_of(record.real_s, figures.length_s)}."
        )
    if record.manifest.options.get("only") is not None:
        yield (
            f"Anybody but person {record.manifest.options['only']}: the run was one person alone, so it says nothing "
            "about load."
        )
    if record.warm_real_s:
        yield f"The first {long_time(record.warm_real_s)}: they warmed the site up and are not judged."
    yield from _people(figures)
    yield from _unjudged(figures)
    if record.manifest.made_up_files:
        yield (
            f"Real uploads: {listed(record.manifest.made_up_files[:5])} and the like were made up, valid but empty of "
            "meaning."
        )
    yield (
        f"The target was {record.manifest.target or 'the embedded city'}. Its machines and data are not those of "
        "production."
    )


def _faults(figures: Figures) -> str:
    faults = figures.record.faults
    if not faults:
        return (
            "No fault was put on: nothing is known of how the site behaves when a service of its own is slow or down."
        )
    names = listed(list(dict.fromkeys(fault.title for fault in faults))[:6])
    ends = [(fault.on_s, fault.off_s if fault.off_s is not None else float("inf")) for fault in faults]
    overlap = any(a[0] < b[1] and b[0] < a[1] for i, a in enumerate(ends) for b in ends[i + 1 :])
    how = "" if len(faults) == 1 else ", some at the same time" if overlap else ", one at a time"
    return (
        f"{plural(len(faults), 'fault', 'faults')}{how}: {names}. No other service and no part of the network was made "
        "sick."
    )


def _people(figures: Figures) -> Iterator[str]:
    kinds = sorted({kind for journey in figures.scenario.journeys for kind in journey.persona})
    missing = [
        words for kind, words in (("spanish_speaker", "Spanish-speaking"), ("slow_reader", "slow")) if kind not in kinds
    ]
    if missing:
        came = f"Only {listed(kinds)} came." if len(kinds) <= 4 else f"{len(kinds)} kinds of people came."
        yield f"{came} No {' and no '.join(missing)} person was among them, so a hurdle for them alone would not show."


def _unjudged(figures: Figures) -> Iterator[str]:
    judged = " ".join(check.check for check in figures.judgement.checks)
    idle = [name for name in figures.record.probes if name not in judged]
    idle += [
        f"{service}.{name}"
        for service, values in figures.record.sensors.items()
        for name in values
        if name not in judged and not name.startswith("server.")
    ]
    if idle:
        rest = f" and {len(idle) - 4} more" if len(idle) > 4 else ""
        yield f"No check judges {listed(idle[:4])}{rest}, though measured."
    if not any("latency" in check.metric for check in figures.judgement.checks):
        yield "No check judges answer times: the site may be as slow as it likes and still pass."
