"""Owns what this machine can carry against what a plan needs: processor, people at once, open files, ports, memory.

Knows nothing of targets or engines. Everything said is "about": costs were measured once (docs/generator.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil, exp, prod
from typing import TYPE_CHECKING

from hms_esr.execution.machine import MOST_PEOPLE, Machine, most_people, this_machine
from hms_esr.formatting import count, number, plural, size
from hms_esr.personas.template import PersonaTemplate
from hms_esr.scenario.model import Journey, Scenario
from hms_esr.schedule.arrivals import ArrivalSchedule, ArrivalStream
from hms_esr.schedule.journey_steps import named_steps
from hms_esr.steps.think import Think
from hms_esr.verdicts.bottleneck import FULL

if TYPE_CHECKING:
    from hms_esr.execution.plan import RunPlan

PERSON_US = 250.0
"""Processor time of a person who comes, sends one request and goes, on the machine of docs/generator.md."""
CONNECT_US = 200.0
"""Of a connection of the person's own."""
REQUEST_US = 100.0
"""Of one request more on the same connection."""
FORM_US = 400.0
"""Of finding, filling and encoding a form, besides its request."""
ANSWER_S = 0.2
"""How long answers are taken to take, to tell how many people are under way at once."""
PERSON_BYTES = 18 * 1024
"""Memory of a person under way with a connection of its own: 3,000 who pause, against 200."""
TLS_BYTES = 20 * 1024
"""Of a connection with TLS, besides."""
PAGE_BYTES = 20 * 1024
"""The page a person is on is kept; it is taken to be so large."""
_WITH_FORMS = ("submit", "login", "pay")
_REQUESTS = {"submit": 2, "login": 3}
"""Of steps that usually take more than one: the page of the form, the form, the page people are sent on to."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a plan takes at its peak, about. Rates are per real second; ``person_us`` is on the reference machine."""

    people: float
    people_per_s: float
    person_us: float
    at_once: float
    per_person_connections: bool
    tls: bool


@dataclass(frozen=True, slots=True)
class Capacity:
    """Needs against a machine, for ``workers`` processes of at most ``max_people`` people each."""

    needs: Needs
    machine: Machine
    workers: int
    max_people: int
    allowed: int | None = None
    """The scenario's own ``max_people``."""

    @property
    def worker_per_s(self) -> float:
        """People a second that one process carries."""
        return FULL * 1e6 * self.machine.speed / self.needs.person_us

    @property
    def wanted(self) -> int:
        """Workers that would do."""
        at_once = ceil(self.needs.at_once / max(1, self.max_people))
        return max(1, at_once, ceil(self.needs.people_per_s / self.worker_per_s))

    def head(self) -> str:
        """One line: what is there, what is needed."""
        at_work = min(self.workers, self.machine.cores)
        among = "in one process" if self.workers == 1 else f"in {count(self.workers)} processes"
        return (
            f"This machine carries about {_round(self.worker_per_s * at_work)} people/s {among}; "
            f"the plan needs {number(_digits(self.needs.people_per_s))} people/s at its peak."
        )

    def warnings(self) -> list[str]:
        """What is short, each with what would do; empty when all is there."""
        return [*self._processor(), *self._busy(), *self._people(), *self._ports(), *self._memory()]

    def _processor(self) -> Iterator[str]:
        if self.needs.people_per_s <= self.worker_per_s * min(self.workers, self.machine.cores):
            return
        cores = self.machine.cores
        if self.wanted <= cores:
            yield f"The plan needs more processor time than that: --workers {self.wanted} would do."
        else:
            has = plural(cores, "core", "cores")
            yield (
                f"The plan needs more processor time than this machine has: --workers {self.wanted} would do, "
                f"and it has {has}. Spread workers over machines (--master), or use less --scale."
            )

    def _busy(self) -> Iterator[str]:
        machine = self.machine
        if machine.load > machine.cores:
            load = f"load {machine.load:.1f}, {plural(machine.cores, 'core', 'cores')}"
            yield f"Other programs are busy on this machine ({load}): it carries less than that now."

    def _people(self) -> Iterator[str]:
        at_once, room = self.needs.at_once, self.max_people * self.workers
        if at_once <= room:
            return
        about = f"About {_round(at_once)} people will be under way at once"
        if self.allowed is not None and self.max_people == self.allowed:
            yield f"{about}, and the scenario allows {count(room)}: raise its max_people, or some will be dropped."
            return
        files = most_people(self.machine.open_files) <= self.max_people < MOST_PEOPLE
        why = f" (it may open {count(self.machine.open_files)} files: ulimit -n)" if files else ""
        would_do = f"--workers {ceil(at_once / self.max_people)} would do"
        yield f"{about}, and one process carries {count(self.max_people)}{why}: {would_do}."

    def _ports(self) -> Iterator[str]:
        needs, machine = self.needs, self.machine
        if not needs.per_person_connections:
            return
        wanted = min(needs.people, needs.people_per_s * machine.port_held_s) + needs.at_once
        if wanted > machine.ports:
            held = f"each is held for {machine.port_held_s:.0f} s after its end"
            yield (
                f"A connection for each person takes about {_round(wanted)} local ports at once ({held}), and this "
                f"machine has {count(machine.ports)} to one address: use connections: reused, or more machines."
            )

    def _memory(self) -> Iterator[str]:
        needs, free = self.needs, self.machine.free_bytes
        wanted = needs.at_once * (PERSON_BYTES + PAGE_BYTES + (TLS_BYTES if needs.tls else 0))
        if free and wanted > free:
            yield f"People under way will take about {size(wanted)} of memory, and {size(free)} are free."


def told_before(plan: RunPlan, schedule: ArrivalSchedule, *, loopback: bool) -> list[str]:
    """What is said before anybody starts: what this machine carries, what the plan needs, what is short."""
    options = plan.options
    if options.only is not None:
        return []
    machine, workers = this_machine(loopback=loopback), max(1, options.workers)
    if options.invitation is not None:
        workers = options.invitation.expect
        machine = replace(machine, cores=max(machine.cores, workers))
    most = min(plan.scenario.max_people or options.max_people, options.max_people)
    needs = needs_of(plan.scenario, schedule, plan.loaded.personas, plan.target, plan.warp)
    capacity = Capacity(needs, machine, workers, most, plan.scenario.max_people)
    return [capacity.head(), *capacity.warnings()]


def needs_of(
    scenario: Scenario,
    schedule: ArrivalSchedule,
    personas: Mapping[str, PersonaTemplate],
    target: str = "",
    warp: float = 1.0,
) -> Needs:
    """What ``schedule`` takes at its peak, all of its loads together; ``warp`` is the run's."""
    reused = scenario.http.connections == "reused"
    per_s = cpu_us_per_s = at_once = people = 0.0
    for stream in schedule.streams:
        curve, total = stream.arrivals.curve, stream.arrivals.total
        visit = _average(scenario, stream, personas)
        stay_s = visit.pauses_s / warp + visit.requests * ANSWER_S
        if stream.closed:
            rate_per_s, there = total / max(stay_s, ANSWER_S), float(total)
            people += rate_per_s * schedule.length_s / warp
        else:
            steepest = max((max(piece.start, piece.end) for piece in curve.pieces), default=0.0)
            rate_per_s = min(curve.total, curve.burst + steepest * warp)
            there = min(total, curve.burst + steepest * warp * max(stay_s, ANSWER_S))
            people += total
        per_s += rate_per_s
        cpu_us_per_s += rate_per_s * (visit.us + (0.0 if reused else CONNECT_US))
        at_once += there
    return Needs(people, per_s, cpu_us_per_s / (per_s or 1.0), at_once, not reused, target.startswith("https://"))


@dataclass(frozen=True, slots=True)
class _Visit:
    """One person on the average: requests, forms, simulated pauses, processor time."""

    requests: float
    forms: float
    pauses_s: float

    @property
    def us(self) -> float:
        return PERSON_US + max(0.0, self.requests - 1) * REQUEST_US + self.forms * FORM_US


def _average(scenario: Scenario, stream: ArrivalStream, personas: Mapping[str, PersonaTemplate]) -> _Visit:
    total, before = [0.0, 0.0, 0.0], 0.0
    for index, upto in zip(stream.journeys, stream.weights, strict=True):
        part, before = (upto - before) / (stream.weights[-1] or 1.0), upto
        visit = _visit(scenario, scenario.journeys[index], personas)
        for at, value in enumerate((visit.requests, visit.forms, visit.pauses_s)):
            total[at] += part * value
    return _Visit(*total)


def _visit(scenario: Scenario, journey: Journey, personas: Mapping[str, PersonaTemplate]) -> _Visit:
    pace_s = _pace_s(journey, personas)
    requests = forms = pauses_s = 0.0
    for number_, one in enumerate(named_steps(journey, scenario)):
        part = prod(share for _, share in one.shares)
        if isinstance(one.step, Think):
            pauses_s += part * one.step.for_s
        if one.step.sends:
            with_form = one.step.verb in _WITH_FORMS
            requests += part * _REQUESTS.get(one.step.verb, 1)
            forms += part * with_form
            pauses_s += part * pace_s if number_ else 0.0
    return _Visit(requests, forms, pauses_s)


def _pace_s(journey: Journey, personas: Mapping[str, PersonaTemplate]) -> float:
    """Mean pause before a step, simulated."""
    paces = [journey.pace] if journey.pace is not None else [personas[role].pace for role in journey.persona]
    means = [pace.median_s * exp(pace.spread**2 / 2) if pace is not None else 0.0 for pace in paces]
    return sum(means) / len(means)


def _digits(value: float) -> float:
    """Two significant digits: more would be a promise."""
    return float(f"{value:.2g}") if value else 0.0


def _round(value: float) -> str:
    return number(_digits(value))
