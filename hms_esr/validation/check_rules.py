"""Owns checking what a built scenario promises: metrics and selectors that exist, faults and loads that can happen.

Knows nothing of files or of how metrics are computed: their names come in.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from typing import Any

from hms_esr.errors import NoData
from hms_esr.expressions.expression import MetricRef, parse
from hms_esr.expressions.syntax import COMPARISONS, Node
from hms_esr.registry import did_you_mean
from hms_esr.scenario.model import Scenario
from hms_esr.scenario.partial_scenario import PartialScenario
from hms_esr.scenario.source_locations import Mistake, Path
from hms_esr.schedule.journey_steps import named_steps
from hms_esr.steps.maybe import Maybe
from hms_esr.steps.step import Step
from hms_esr.units import duration_text
from hms_esr.verdicts.metrics import is_metric, problem_with

MAX_PEOPLE = 100_000_000
_TIMES = frozenset(["load", "duration", "journeys", "clock", "warm_up", "changes"])
"""Parts that say when people come; ``load`` is among the wrong ones whenever another stands in for it."""
_SHARE = re.compile(r"success_rate|error_rate|sla_\w+_success_rate")


def check_mistakes(found: PartialScenario, functions: Collection[str]) -> list[Mistake]:
    """Unknown metrics and selectors in checks, limits out of reach, faults after the end, loads that send nobody.

    ``functions`` are the names of custom metric functions. What needs a part that is wrong is left out.
    """
    scenario = found.scenario
    if scenario is None:
        return []
    mistakes = [*_in_checks(scenario, functions, found), *_in_uploads(scenario)]
    if not found.wrong & _TIMES:
        mistakes += [*_in_times(scenario), *_in_loads(scenario)]
    return mistakes


def _in_checks(scenario: Scenario, functions: Collection[str], found: PartialScenario) -> Iterator[Mistake]:
    names = _selectable(scenario, found.wrong)
    own = [*functions, *scenario.probes]
    for index, check in zip(found.checks, scenario.checks, strict=True):
        for text in filter(None, (check.check, check.warn_expression)):
            for ref in parse(text).metrics:
                if "probes" in found.wrong and not is_metric(ref.name):
                    continue
                wrong = problem_with(ref, own) or _wrong_selector(ref, names)
                if wrong:
                    yield Mistake(("checks", index), wrong)
            yield from (Mistake(("checks", index), wrong) for wrong in _out_of_reach(parse(text).root))


def _out_of_reach(node: Node) -> Iterator[str]:
    """Shares compared with what no share can be: 85 where 0.85 is meant."""
    for inner in node.args:
        yield from _out_of_reach(inner)
    if node.kind not in COMPARISONS:
        return
    for share, other in (node.args, node.args[::-1]):
        if share.ref is None or not _SHARE.fullmatch(share.ref.name) or other.metrics():
            continue
        limit = _constant(other)
        if limit is not None and not 0 <= limit <= 1:
            cure = f"; write {_figure(limit / 100)}" if 1 < limit <= 100 else ""
            yield f"{share.ref.name} is a share, a number from 0 to 1, found {_figure(limit)} to compare it with{cure}"


def _constant(node: Node) -> float | None:
    try:
        return float(node.value(lambda ref: 0.0))
    except NoData:
        return None  # a division by zero, which the check itself tells


def _figure(value: float) -> str:
    return f"{value:.10g}"


def _wrong_selector(ref: MetricRef, names: dict[str, list[str]]) -> str:
    for label, value in ref.labels:
        if label in names and value not in names[label]:
            return f"there is no {label} '{value}' to select.{did_you_mean(value, names[label])}"
    return ""


def _selectable(scenario: Scenario, wrong: Collection[str]) -> dict[str, list[str]]:
    """Values that selectors may name, by label, as far as they are known.

    ``status`` and ``service`` are the target's to say; a journey without steps has those its checks ask for.
    """
    steps = [one.name for journey in scenario.journeys for one in named_steps(journey, scenario)]
    roles = [role for journey in scenario.journeys for role in journey.persona]
    faults = [name for fault in scenario.faults for name in (fault.title, fault.service, fault.label) if name]
    known = {
        "step": list(dict.fromkeys(steps)),
        "journey": [journey.name for journey in scenario.journeys],
        "persona": list(dict.fromkeys(roles)),
        "fault": list(dict.fromkeys(faults)),
    }
    told_by = {"step": ("journeys", "steps", "checks"), "fault": ("faults",)}
    return {label: names for label, names in known.items() if not {*told_by.get(label, ("journeys",))} & {*wrong}}


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
        for name in step.sent_files():
            if leaves_folder(name):
                yield Mistake((*path, step.verb), f"'{name}' is outside the scenario's folder; uploads stay inside it")


def login_mistakes(scenario: Scenario, without_account: Collection[str]) -> Iterator[Mistake]:
    """Logins of people who have no account: ``without_account`` are the personas with neither account nor password."""
    for path, step in walk_steps(scenario):
        if step.verb != "login" or path[0] != "journeys":
            continue
        for role in scenario.journeys[int(path[1])].persona:
            if role in without_account:
                cure = (
                    f"write `account: true` in personas/{role}.yaml, or choose a persona that has one, such as farmer"
                )
                yield Mistake(path, f"persona '{role}' has no account to log in with; {cure}")


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
