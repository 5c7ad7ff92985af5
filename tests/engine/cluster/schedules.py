"""Crowds and arrivals for tests of the cluster."""

from __future__ import annotations

from typing import Any

from hms_esr.personas.template import PersonaTemplate
from hms_esr.scenario.model import Scenario
from hms_esr.schedule.arrivals import ArrivalSchedule
from hms_esr.schedule.assignment import Assignment

OPEN = {"rate": 10}
CLOSED = {"concurrent": 6}


def scenario_of(load: Any = OPEN, duration: str = "10s", **more: Any) -> Scenario:
    """A scenario with one journey; ``more`` are other keys."""
    whole = {"name": "crowd", "seed": 2, "load": load, "duration": duration, "journeys": [{"steps": [{"visit": "/"}]}]}
    return Scenario.model_validate(whole | more)


def schedule_of(load: Any = OPEN, **more: Any) -> ArrivalSchedule:
    """Everybody of such a scenario."""
    return ArrivalSchedule(scenario_of(load, **more), seed=2, warp=1.0)


def assignment_of(**more: Any) -> Assignment:
    """A worker's share of such a scenario."""
    templates = {
        "citizen": PersonaTemplate.model_validate({"role": "citizen", "fields": {"crop": {"choice": ["corn"]}}})
    }
    given: dict[str, Any] = {"run_id": "r", "scenario": scenario_of(), "seed": 2, "warp": 1.0, "target": "http://x"}
    return Assignment(**(given | {"templates": templates} | more))
