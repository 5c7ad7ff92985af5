"""Owns checking texts of a scenario that only their readers understand: CSS selectors, header names and values, clocks.

Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from hms_esr.errors import StepFailed
from hms_esr.http.request_headers import header_lines
from hms_esr.scenario.model import Scenario
from hms_esr.scenario.source_locations import Mistake, Path
from hms_esr.steps.await_ import Await
from hms_esr.steps.request import Request
from hms_esr.validation.check_rules import walk_steps

_PLACEHOLDER = "x"


def text_mistakes(scenario: Scenario) -> Iterator[Mistake]:
    """Selectors that are none, headers that nobody may send, and a clock that would leave the years 1 to 9999."""
    yield from _in_headers(scenario.http.headers, ("http", "headers"))
    longest_s = 0.0
    for path, step in walk_steps(scenario):
        for name, extract in step.save.items():
            if extract.css is not None and not _is_selector(extract.css):
                yield Mistake((*path, "save", name, "css"), f"{extract.css!r} is not a CSS selector")
        if isinstance(step, Request):
            yield from _in_headers(step.headers, (*path, step.verb, "headers"))
        elif isinstance(step, Await):
            longest_s = max(longest_s, step.within_s)
    if not _within_years(scenario, longest_s):
        start = scenario.clock.start.isoformat()
        yield Mistake(("clock", "start"), f"the clock would leave the year 9999: it starts at {start} and runs on")


def _in_headers(headers: Mapping[str, str], path: Path) -> Iterator[Mistake]:
    for name, value in headers.items():
        plain = _PLACEHOLDER if "{{" in value and "\n" not in value else value
        try:
            header_lines({name: plain})
        except ValueError as error:
            yield Mistake((*path, name), str(error), key="value" not in str(error))


def _is_selector(text: str) -> bool:
    from hms_esr.html.page import Page

    try:
        Page("<p>", "http://127.0.0.1/").css(text)
    except StepFailed:
        return False
    return True


def _within_years(scenario: Scenario, longest_wait_s: float) -> bool:
    """People come, finish within the drain at the plan's pace, and wait for what is open, twice at the most."""
    drain_s = scenario.drains_for_s * max(scenario.clock.warp, 1.0)
    try:
        end = scenario.clock.start + timedelta(seconds=scenario.length_s + 2 * (drain_s + longest_wait_s))
    except OverflowError:
        return False
    return end <= datetime.max
