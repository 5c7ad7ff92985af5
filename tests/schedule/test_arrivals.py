"""Who comes when is the seed's alone: nobody is lost or doubled by sharing people out, and any one is found alone."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.scenario.model import Scenario
from hms_esr.schedule.arrivals import ArrivalSchedule

LOADS = st.one_of(
    st.builds(lambda n, over: {"people": n, "over": f"{over}s"}, st.integers(1, 700), st.integers(0, 60)),
    st.builds(
        lambda a, b, c, how: {"rate": [["0s", a], ["20s", b], ["40s", c]], "between": how},
        st.integers(1, 15),
        st.integers(0, 15),
        st.integers(0, 15),
        st.sampled_from(["hold", "line"]),
    ),
)


def scenario(load: dict[str, Any], spacing: str, journeys: int = 1, **more: Any) -> Scenario:
    """A scenario with so many journeys of different weights."""
    parts = [{"name": f"j{n}", "weight": n + 1, "persona": {"citizen": 2, "farmer": 1}} for n in range(journeys)]
    return Scenario.model_validate(
        {"name": "c", "load": load, "duration": "60s", "spacing": spacing, "journeys": parts} | more
    )


@settings(max_examples=60, deadline=None)
@given(LOADS, st.sampled_from(["poisson", "even"]), st.integers(1, 7), st.integers(0, 10**9), st.integers(1, 3))
def test_sharing_out_loses_and_doubles_nobody(
    load: dict[str, Any], spacing: str, workers: int, seed: int, journeys: int
) -> None:
    """The shares of any number of workers are the whole, each in order of time, each person the same."""
    schedule = ArrivalSchedule(scenario(load, spacing, journeys), seed=seed, warp=1)
    whole = list(schedule.in_order())
    shares = [list(schedule.in_order(worker, workers)) for worker in range(workers)]
    assert sorted(one.person_no for one in whole) == list(range(schedule.total))
    assert sorted((one for share in shares for one in share), key=lambda one: one.person_no) == sorted(
        whole, key=lambda one: one.person_no
    )
    for worker, share in enumerate(shares):
        assert all(one.person_no % workers == worker for one in share)
        assert [one.at_s for one in share] == sorted(one.at_s for one in share)


@settings(max_examples=40, deadline=None)
@given(LOADS, st.sampled_from(["poisson", "even"]), st.integers(0, 10**9), st.data())
def test_any_person_is_found_alone(load: dict[str, Any], spacing: str, seed: int, data: st.DataObject) -> None:
    """``arrival(k)`` is who the whole plan says, and within the scenario's time."""
    schedule = ArrivalSchedule(scenario(load, spacing), seed=seed, warp=1)
    k = data.draw(st.integers(0, schedule.total - 1))
    alone = schedule.arrival(k)
    assert alone == next(one for one in schedule.in_order() if one.person_no == k)
    assert 0 <= alone.at_s <= 60


@settings(max_examples=40, deadline=None)
@given(LOADS, st.integers(0, 10**9), st.sampled_from([0.5, 2.0, 60.0]))
def test_warp_changes_people_of_a_rate_not_of_a_number(load: dict[str, Any], seed: int, warp: float) -> None:
    """A number of people stays that number at any warp; a rate per real second sends fewer in a shorter real time."""
    plain = ArrivalSchedule(scenario(load, "poisson"), seed=seed, warp=1)
    warped = ArrivalSchedule(scenario(load, "poisson"), seed=seed, warp=warp)
    if "people" in load:
        assert warped.total == plain.total
    else:
        assert abs(warped.total - plain.total / warp) <= 1


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 400))
def test_places_of_closed_loads_never_share_a_number(first: int, second: int, rounds: int) -> None:
    """Two closed journeys: who fills a place again has a new number, of the same place and journey."""
    schedule = ArrivalSchedule(
        Scenario.model_validate(
            {
                "name": "c",
                "duration": "60s",
                "journeys": [
                    {"name": "a", "load": {"concurrent": first, "ramp_up": "5s"}},
                    {"name": "b", "load": {"concurrent": second}},
                ],
            }
        ),
        seed=1,
        warp=1,
    )
    for arrival in schedule.in_order():
        again = arrival
        for _ in range(rounds % 5):
            again = schedule.retry(again, again.at_s + 1)
        assert again.place == arrival.place == arrival.person_no
        assert again.journey == arrival.journey
        assert again.person_no % schedule.places == arrival.person_no % schedule.places
        assert schedule.arrival(again.person_no).place == arrival.place


def test_weights_and_roles_are_respected() -> None:
    """Of many people shares are near the weights."""
    schedule = ArrivalSchedule(scenario({"people": 6000, "over": "60s"}, "even", 2), seed=5, warp=1)
    everybody = list(schedule.in_order())
    second = sum(one.journey == 1 for one in everybody) / len(everybody)
    farmers = sum(one.role == "farmer" for one in everybody) / len(everybody)
    assert abs(second - 2 / 3) < 0.03
    assert abs(farmers - 1 / 3) < 0.03


def test_a_million_people_are_planned_lazily() -> None:
    """The first of a million is known before the others are."""
    schedule = ArrivalSchedule(scenario({"people": 1_000_000}, "poisson"), seed=1, warp=1)
    assert next(iter(schedule.in_order())).person_no == 0
    assert schedule.total == 1_000_000


def test_the_busiest_real_second_of_a_plan() -> None:
    """Ten who come at once are ten at any warp; a rate is itself; people over a stretch shorter than a second too."""

    def peak(load: dict[str, Any], warp: float) -> float:
        return round(ArrivalSchedule(scenario(load, "even"), seed=1, warp=warp).peak_per_real_s, 6)

    for warp in (1, 60, 1440):
        assert peak({"people": 10, "over": "0s"}, warp) == 10
        assert peak({"rate": 40}, warp) == round(min(40, 40 * 60 / warp), 6)
        assert peak({"concurrent": 30}, warp) == 30
    assert peak({"people": 600, "over": "60s"}, 1) == 10
    assert peak({"people": 600, "over": "60s"}, 6) == 60
    assert peak({"people": 600, "over": "1s"}, 60) == 600
