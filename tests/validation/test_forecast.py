"""What a scenario will amount to."""

from __future__ import annotations

from math import isclose
from typing import Any

import pytest

from hms_esr.scenario.model import Scenario
from hms_esr.validation.forecast import Forecast, forecast


def of(**data: Any) -> Forecast:
    """Figures of a scenario with these parts."""
    return forecast(Scenario.model_validate({"name": "x"} | data))


TWO_STEPS = [{"visit": "/"}, "submit"]


def test_real_length_and_peaks_follow_the_warp() -> None:
    """500 people in ten simulated minutes at warp 15: 40 real seconds, 12.5 people and 25 requests per second."""
    plan = of(load={"people": 500, "over": "10m"}, clock={"warp": 15}, journeys=[{"steps": TWO_STEPS}])
    assert (plan.people, plan.real_s, plan.simulated_s) == (500, 40, 600)
    assert plan.drain_s == 30
    assert isclose(plan.people_per_s, 12.5) and isclose(plan.requests_per_s, 25)


def test_rates_are_taken_as_they_are() -> None:
    """A rate of 40 per real second is 40 at any warp; waiting for an outcome looks once at the end, and each every."""
    steps = [*TWO_STEPS, {"await": {"within": "48h"}}, {"await": {"within": "1h", "every": "10m"}}]
    plan = of(load={"rate": [["0h", 5], ["8h", 40]]}, duration="24h", clock={"warp": 60}, journeys=[{"steps": steps}])
    assert isclose(plan.people_per_s, 40) and isclose(plan.requests_per_s, 80)
    assert isclose(plan.polls_per_s, 40 * (1 + 7))
    assert plan.real_s == 1440


def test_shares_and_weights_count() -> None:
    """A step that half the people do counts half; journeys share the common load by weight."""
    half = [{"maybe": {"share": 0.5, "steps": [{"visit": "/a"}, {"visit": "/b"}]}}]
    journeys = [{"name": "a", "weight": 3, "steps": half}, {"name": "b", "steps": [{"visit": "/"}] * 5}]
    plan = of(load={"rate": 8}, duration="1m", journeys=journeys)
    assert isclose(plan.requests_per_s, 8 * (0.75 * 1 + 0.25 * 5))


def test_the_peak_of_several_loads_is_that_of_their_sum() -> None:
    """Loads that follow each other are not added up."""
    journeys = [
        {"name": "a", "load": {"rate": [["0s", 10], ["1m", 0]]}, "steps": TWO_STEPS},
        {"name": "b", "load": {"rate": [["0s", 1], ["1m", 7]]}, "steps": TWO_STEPS},
    ]
    assert isclose(of(duration="2m", journeys=journeys).people_per_s, 11)


@pytest.mark.parametrize("between", ["hold", "line"])
def test_a_line_peaks_at_its_end(between: str) -> None:
    """Just before a rising line ends it is highest."""
    plan = of(load={"rate": [["0s", 0], ["1m", 30], ["2m", 30]], "between": between}, duration="1m30s")
    assert isclose(plan.people_per_s, 30, rel_tol=1e-6)


def test_a_burst_is_everybody_within_a_second() -> None:
    """``over: 0s`` is N people at once."""
    assert of(load={"people": 1000, "over": "0s"}).people_per_s == 1000


def test_a_closed_load_has_no_rate_of_its_own() -> None:
    """How often its people come again is the target's to say."""
    plan = of(load={"concurrent": 20, "ramp_up": "1m"}, duration="5m")
    assert plan.closed and plan.people == 20 and plan.people_per_s == 0


def test_who_names_no_steps_sends_a_curious_citizen() -> None:
    """Two requests, and a look when a deadline is asserted."""
    plan = of(load={"rate": 10}, duration="1m", checks=["sla_48h_success_rate > 0.9"])
    assert isclose(plan.requests_per_s, 20) and isclose(plan.polls_per_s, 10)
