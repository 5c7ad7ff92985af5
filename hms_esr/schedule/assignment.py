"""Owns what one worker must know to do its share of a run: plain data, the same for every worker but its index.

Knows nothing of how it is carried out, and holds no open files or sockets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from hms_esr.personas.person import PeopleMaker, Person
from hms_esr.personas.template import PersonaTemplate
from hms_esr.scenario.model import Scenario
from hms_esr.schedule.arrivals import Arrival, ArrivalSchedule
from hms_esr.schedule.journey_steps import NamedStep, named_steps
from hms_esr.seeded import draw, uniform


@dataclass(frozen=True)
class Assignment:
    """A worker's share of a run: people ``person_no`` with ``person_no % workers == worker``.

    ``files`` is bytes by name for uploads that exist; ``only`` sends that one person alone.
    """

    run_id: str
    scenario: Scenario
    seed: int
    warp: float
    target: str
    templates: Mapping[str, PersonaTemplate]
    scale: float = 1.0
    identity: Literal["fixed", "per_run"] = "per_run"
    variables: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    only: int | None = None
    worker: int = 0
    workers: int = 1
    max_people: int = 50_000
    people_per_s: float | None = None
    """Most people starting per real second over all workers, for loads that fill places again; None: no limit."""
    contact: str = ""
    insecure: bool = False

    @property
    def name(self) -> str:
        """This worker's name in ticks and reports."""
        return f"worker {self.worker + 1}"


class Cast:
    """Everybody of an assignment, ready to be asked for: journeys unfolded and people made, purely from the seed."""

    def __init__(self, assignment: Assignment) -> None:
        scenario = assignment.scenario
        self.assignment = assignment
        self.schedule = ArrivalSchedule(scenario, seed=assignment.seed, warp=assignment.warp, scale=assignment.scale)
        self.journeys: tuple[tuple[NamedStep, ...], ...] = tuple(
            named_steps(journey, scenario) for journey in scenario.journeys
        )
        self.journey_names = tuple(journey.name for journey in scenario.journeys)
        self._makers = {
            role: PeopleMaker(
                template, assignment.seed, assignment.identity, assignment.run_id, scenario.clock.start.date()
            )
            for role, template in assignment.templates.items()
        }
        self._start = scenario.clock.start
        self._second = -1
        self._second_text = ""

    def warm(self) -> None:
        """Build the tables people are made from now, so that the first ones are not late."""
        for maker in self._makers.values():
            dict(maker.person(0).fields)

    def person(self, arrival: Arrival) -> Person:
        """Who comes with ``arrival``."""
        return self._makers[arrival.role].person(arrival.person_no)

    def sim_time(self, sim_s: float) -> str:
        """Simulated moment as ISO 8601 with microseconds."""
        second = int(sim_s)
        if second != self._second:
            self._second = second
            self._second_text = (self._start + timedelta(seconds=second)).isoformat(timespec="seconds")
        return f"{self._second_text}.{int((sim_s - second) * 1e6):06d}"

    def sim_moment(self, sim_s: float) -> datetime:
        """Simulated moment as a datetime without zone."""
        return self._start + timedelta(seconds=sim_s)

    def row(self, name: str, person_no: int) -> Mapping[str, Any]:
        """Person ``person_no``'s row of data set ``name``."""
        rows = self.assignment.data[name]
        pick = self.assignment.scenario.data[name].pick
        if pick == "random":
            return rows[draw(self.assignment.seed, f"data {name}", person_no) % len(rows)]
        return rows[person_no % len(rows)]

    def uniform(self, kind: str, person_no: int, number: int, occurrence: int = 0) -> float:
        """A number in [0, 1) of person ``person_no`` at step ``number``."""
        return uniform(self.assignment.seed, kind, person_no, number, occurrence)
