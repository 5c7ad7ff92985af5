"""Owns checking what a built scenario promises: metrics and selectors that exist, faults and loads that can happen.

Knows nothing of files or of how metrics are computed: their names come in.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from typing import Any

from hms_esr.registry import did_you_mean
from hms_esr.scenario.model import Scenario
from hms_esr.scenario.places import Mistake, Path
from hms_esr.scenario.step import Step
from hms_esr.scenario.unfold import named_steps
from hms_esr.steps.maybe import Maybe
from hms_esr.steps.upload import AttachFile
from hms_esr.units import duration_text
from hms_esr.verdicts.expression import MetricRef, parse
from hms_esr.verdicts.metrics import problem_with

MAX_PEOPLE = 100_000_000


def promise_mistakes(scenario: Scenario, functions: Collection[str]) -> list[Mistake]:
    """Unknown metrics and selectors in checks, faults and warm-ups after the end, loads that send nobody.

    ``functions`` are the names of custom metric functions.
    """
    return [*_in_checks(scenario, functions), *_in_times(scenario), *_in_loads(scenario), *_in_uploads(scenario)]


def _in_checks(scenario: Scenario, functions: Collection[str]) -> Iterator[Mistake]:
    names = _selectable(scenario)
    own = [*functions, *scenario.probes]
    for index, check in enumerate(scenario.checks):
        for text in filter(None, (check.check, check.warn_expression)):
            for ref in parse(text).metrics:
                wrong = problem_with(ref, own) or _wrong_selector(ref, names)
                if wrong:
                    yield Mistake(("checks", index), wrong)


def _wrong_selector(ref: MetricRef, names: dict[str, list[str]]) -> str:
    for label, value in ref.labels:
        if label in names and value not in names[label]:
            return f"there is no {label} '{value}' to select.{did_you_mean(value, names[label])}"
    return ""


def _selectable(scenario: Scenario) -> dict[str, list[str]]:
    """Values that selectors may name; ``status`` and ``service`` are the target's to say."""
    steps = [one.name for journey in scenario.journeys for one in named_steps(journey, scenario)]
    roles = [role for journey in scenario.journeys for role in journey.persona]
    faults = [name for fault in scenario.faults for name in (fault.title, fault.service, fault.label) if name]
    return {
        "step": list(dict.fromkeys(steps)),
        "journey": [journey.name for journey in scenario.journeys],
        "persona": list(dict.fromkeys(roles)),
        "fault": list(dict.fromkeys(faults)),
    }


def _in_times(scenario: Scenario) -> Iterator[Mistake]:
    if not scenario.loads:
        return
    length_s = scenario.length_s
    for index, fault in enumerate(scenario.faults):
        if fault.at_s >= length_s:
            text = f"starts at {duration_text(fault.at_s)}, but people come only for {duration_text(length_s)}"
            yield Mistake(("faults", index, "at"), text)
    if scenario.warm_up_s >= length_s:
        text = f"a warm-up of {duration_text(scenario.warm_up_s)} leaves nothing of {duration_text(length_s)} to judge"
        yield Mistake(("warm_up",), text)


def _in_loads(scenario: Scenario) -> Iterator[Mistake]:
    paths: list[Path] = [("load",)] if scenario.load is not None else []
    paths += [("journeys", index, "load") for index, one in enumerate(scenario.journeys) if one.load is not None]
    for path, load in zip(paths, scenario.loads, strict=True):
        total = load.curve(scenario.length_s, scenario.clock.warp).total
        if total > MAX_PEOPLE:
            yield Mistake(path, f"{total:,.0f} people are too many; at most {MAX_PEOPLE:,} are allowed")
        elif round(total) < 1:
            yield Mistake(path, f"nobody comes within the duration of {duration_text(scenario.length_s)}")


def _in_uploads(scenario: Scenario) -> Iterator[Mistake]:
    for path, step in walk_steps(scenario):
        if isinstance(step, AttachFile) and leaves_folder(step.file):
            yield Mistake((*path, step.verb), f"'{step.file}' is outside the scenario's folder; uploads stay inside it")


def leaves_folder(name: str) -> bool:
    """Whether a file's name leads out of the folder it is looked up in."""
    plain = posixpath.normpath(name.replace("\\", "/"))
    return plain.startswith(("/", "../", "~")) or plain == ".." or plain[1:2] == ":"


def walk_steps(scenario: Scenario) -> Iterator[tuple[Path, Step]]:
    """Every step with its canonical path: before, journeys, after, also inside ``maybe``."""
    todo: list[tuple[Path, Any]] = [(("before",), scenario.before)]
    todo += [(("journeys", index, "steps"), one.steps) for index, one in enumerate(scenario.journeys)]
    todo.append((("after",), scenario.after))
    while todo:
        path, steps = todo.pop(0)
        for index, step in enumerate(steps):
            yield (*path, index), step
            if isinstance(step, Maybe):
                todo.insert(0, ((*path, index, step.verb, "steps"), step.steps))
