"""Owns a journey as one person carries it out: steps in a row, named, the shares of ``maybe`` and of forgetting drawn.

Knows nothing of requests: all of it is arithmetic from the seed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from hms_esr.scenario.model import Journey, Scenario
from hms_esr.steps.await_ import Await
from hms_esr.steps.maybe import Maybe
from hms_esr.steps.step import Step
from hms_esr.steps.submit import Submit
from hms_esr.steps.visit import Visit
from hms_esr.units import duration_s

SLA = re.compile(r"sla_([0-9a-z]+)_success_rate")


@dataclass(frozen=True, slots=True)
class NamedStep:
    """A step with the name figures are kept under, its number in the journey, and the shares that lead to it."""

    step: Step
    name: str
    number: int
    shares: tuple[tuple[int, float], ...] = ()


def curious_steps(scenario: Scenario) -> tuple[Step, ...]:
    """What the curious citizen does: visit /, complete and send the first form, wait for an asserted deadline."""
    steps: list[Step] = [Visit(path="/", name="open"), Submit(name="send")]
    asserted = [found[1] for check in scenario.checks for found in SLA.finditer(check.check)]
    if asserted:
        steps.append(Await(within_s=asserted[0], name="decision"))
    return tuple(steps)


def named_steps(journey: Journey, scenario: Scenario) -> tuple[NamedStep, ...]:
    """All steps of a journey, also those only a share does; a repeated name gets -2, -3, unless a step is called so."""
    steps = journey.steps or curious_steps(scenario)
    written = set(_written_names(steps))
    used: set[str] = set()
    numbers: dict[str, Iterator[int]] = {}
    flat: list[NamedStep] = []

    def add(some: tuple[Step, ...], shares: tuple[tuple[int, float], ...]) -> None:
        for step in some:
            number = len(flat)
            if isinstance(step, Maybe):
                flat.append(NamedStep(step, "", number, shares))
                add(step.steps, (*shares, (number, step.share)))
                continue
            name = step.name or step.verb
            if name in used:
                onward = numbers.setdefault(name, count(2))
                name = next(one for one in (f"{name}-{n}" for n in onward) if one not in used and one not in written)
            used.add(name)
            flat.append(NamedStep(step, name, number, shares))

    add(steps, ())
    return tuple(one for one in flat if not isinstance(one.step, Maybe))


def _written_names(steps: tuple[Step, ...]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Maybe):
            yield from _written_names(step.steps)
        else:
            yield step.name or step.verb


def steps_of(
    named: tuple[NamedStep, ...], skips: Mapping[str, float], uniform: Callable[[str, int], float]
) -> Iterator[NamedStep]:
    """The steps one person does. ``uniform(kind, number)`` is that person's chance; ``skips`` by verb or name."""
    for one in named:
        if any(uniform("maybe", number) >= share for number, share in one.shares):
            continue
        forgets = skips.get(one.name, skips.get(one.step.verb, 0.0)) if skips else 0.0
        if forgets and uniform("skip", one.number) < forgets:
            continue
        yield one


def deadline_s(name: str) -> float:
    """Simulated seconds of ``sla_48h_success_rate``; ValueError if it is no such name."""
    found = SLA.fullmatch(name)
    if found is None:
        raise ValueError(f"'{name}' is no sla_<duration>_success_rate")
    return duration_s(found[1])
