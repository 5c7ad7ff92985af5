"""Owns what a scenario will amount to in real time: people, peak rates, length, looks at open cases.

Knows nothing of targets: all of it is arithmetic on the loads and steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from math import nextafter

from hms_esr.profiles.profile import Curve
from hms_esr.scenario.model import Journey, Scenario
from hms_esr.schedule.journey_steps import NamedStep, named_steps
from hms_esr.steps.await_ import Await


@dataclass(frozen=True, slots=True)
class Forecast:
    """Figures of a run at scale 1. Rates are per real second, at their highest."""

    people: float
    """Everybody who comes; of a closed load, those kept going at once."""
    closed: bool
    """Whether some come again and again, so that the rates below leave them out."""
    people_per_s: float
    requests_per_s: float
    """Steps that send, without redirects and refreshes."""
    polls_per_s: float
    """Looks at cases still open."""
    real_s: float
    """How long people come; who is under way then has ``drain_s`` more."""
    simulated_s: float
    warp: float
    drain_s: float


@dataclass(frozen=True, slots=True)
class _Flow:
    """One load: its curve, and what each of its people is expected to send and to look."""

    curve: Curve
    requests: float
    polls: float

    def rate(self, at_s: float, warp: float) -> float:
        """People per real second; a burst counts as all within one."""
        return self.curve.rate(at_s) * warp + (self.curve.burst if at_s == 0 else 0.0)


def forecast(scenario: Scenario) -> Forecast:
    """What ``scenario`` amounts to."""
    warp, length_s = scenario.clock.warp, scenario.length_s
    flows = list(_flows(scenario))
    people = requests = polls = 0.0
    for at_s in _turns(flows):
        rates = [flow.rate(at_s, warp) for flow in flows]
        people = max(people, sum(rates))
        requests = max(requests, sum(rate * flow.requests for rate, flow in zip(rates, flows, strict=True)))
        polls = max(polls, sum(rate * flow.polls for rate, flow in zip(rates, flows, strict=True)))
    total = sum(load.curve(length_s, warp).total for load in scenario.loads)
    closed = any(load.closed for load in scenario.loads)
    return Forecast(total, closed, people, requests, polls, length_s / warp, length_s, warp, scenario.drains_for_s)


def _flows(scenario: Scenario) -> Iterator[_Flow]:
    length_s, warp = scenario.length_s, scenario.clock.warp
    common = [journey for journey in scenario.journeys if journey.load is None]
    groups = [(scenario.load, common)] + [(one.load, [one]) for one in scenario.journeys if one.load is not None]
    for load, journeys in groups:
        if load is None or load.closed or not journeys:
            continue
        weights = sum(journey.weight for journey in journeys)
        sums = [(journey.weight / weights, *_per_person(journey, scenario)) for journey in journeys]
        requests = sum(share * sent for share, sent, _ in sums)
        yield _Flow(load.curve(length_s, warp), requests, sum(share * looks for share, _, looks in sums))


def _per_person(journey: Journey, scenario: Scenario) -> tuple[float, float]:
    """Requests and looks of one person on the average."""
    requests = looks = 0.0
    for one in named_steps(journey, scenario):
        share = _share(one)
        requests += share * one.step.sends
        if isinstance(one.step, Await):
            looks += share * (1 + (one.step.within_s // one.step.every_s if one.step.every_s else 0))
    return requests, looks


def _share(one: NamedStep) -> float:
    share = 1.0
    for _, part in one.shares:
        share *= part
    return share


def _turns(flows: list[_Flow]) -> list[float]:
    """Times at which the sum of straight pieces can be highest: where a piece starts, and just before it ends."""
    pieces = chain.from_iterable(flow.curve.pieces for flow in flows)
    turns = {0.0}
    for piece in pieces:
        end = piece.at_s + piece.length_s
        turns |= {piece.at_s, nextafter(end, 0.0)}
    return sorted(turns)
