"""What a machine carries is held against what a plan needs before anybody starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from hms_esr.execution.capacity import Capacity, Needs, needs_of
from hms_esr.execution.machine import Machine, most_people
from hms_esr.library import load_scenario
from hms_esr.schedule.arrivals import ArrivalSchedule
from tests.each import each

MACHINE = Machine(cores=8, speed=1.0, open_files=20_000, ports=28_232, port_held_s=60.0, free_bytes=8 * 2**30)
NEEDS = Needs(10_000, people_per_s=100, person_us=1000, at_once=50, per_person_connections=True, tls=False)


def needs(folder: Path, text: str, scale: float = 1.0) -> Needs:
    """What a scenario takes."""
    file = folder / "plan.yml"
    file.write_text(f"name: plan\n{text}")
    loaded = load_scenario(str(file))
    schedule = ArrivalSchedule(loaded.scenario, seed=1, warp=loaded.scenario.clock.warp, scale=scale)
    return needs_of(loaded.scenario, schedule, loaded.personas, warp=loaded.scenario.clock.warp)


def changed(thing: object, **values: object) -> object:
    from dataclasses import replace

    return replace(thing, **values)  # type: ignore[type-var]


@each(
    ("machine", "change", "workers", "said"),
    [
        ({}, {}, 1, []),
        ({}, {"people_per_s": 2000}, 1, ["processor time than that: --workers 3 would do"]),
        ({}, {"people_per_s": 2000}, 3, []),
        ({"speed": 0.1}, {"people_per_s": 350}, 1, ["--workers 5 would do"]),
        ({"cores": 2}, {"people_per_s": 2000}, 2, ["--workers 3 would do, and it has 2 cores"]),
        ({"open_files": 1000}, {"at_once": 2000}, 1, ["may open 1,000 files: ulimit -n): --workers 3 would do"]),
        ({}, {"people_per_s": 600, "people": 10**6}, 1, ["about 36,000 local ports at once"]),
        ({}, {"people_per_s": 600, "people": 20_000}, 1, []),
        ({"port_held_s": 1.0}, {"people_per_s": 600, "people": 10**6}, 1, []),
        ({}, {"people_per_s": 600, "people": 10**6, "per_person_connections": False}, 1, []),
        ({"load": 8.2}, {}, 1, ["load 8.2, 8 cores): it carries less"]),
        ({"free_bytes": 2**20}, {"at_once": 5000}, 1, ["of memory, and"]),
    ],
)
def test_what_is_short_is_told_with_what_would_do(
    machine: dict[str, float], change: dict[str, float], workers: int, said: list[str]
) -> None:
    """A warning for each thing that is short, none when all is there."""
    there = changed(MACHINE, **machine)
    found = Capacity(changed(NEEDS, **change), there, workers, most_people(there.open_files)).warnings()  # type: ignore
    assert len(found) == len(said)
    assert all(part in text.replace("\u00a0", " ") for part, text in zip(said, found, strict=True))


def test_a_limit_of_the_scenario_is_told_as_such() -> None:
    """More workers are no cure where the scenario itself allows no more."""
    (text,) = Capacity(NEEDS, MACHINE, 1, 20, allowed=20).warnings()
    assert "the scenario allows 20: raise its max_people" in text


def test_the_first_line_holds_both_figures() -> None:
    """What is there and what is needed, rounded: more digits would be a promise."""
    assert Capacity(NEEDS, MACHINE, 2, 20_000).head() == (
        "This machine carries about 1,400 people/s in 2 processes; the plan needs 100 people/s at its peak."
    )


def test_needs_follow_the_plan(tmp_path: Path) -> None:
    """Rates of all loads at their peak, scaled; people at once by pauses; a closed load by its places."""
    steps = "steps: [visit: /, think: 4s, visit: /, think: 5s, visit: /]"
    calm = needs(tmp_path, f"load: {{rate: 10}}\nduration: 60s\njourneys: [{{pace: none, {steps}}}]")
    assert calm.people_per_s == pytest.approx(10)
    assert calm.people == 600
    assert calm.at_once == pytest.approx(10 * (9 + 3 * 0.2))
    double = needs(tmp_path, f"load: {{rate: 10}}\nduration: 60s\njourneys: [{{pace: none, {steps}}}]", scale=2)
    assert double.people_per_s == pytest.approx(20)
    warped = needs(
        tmp_path, f"clock: {{warp: 60}}\nload: {{rate: 10}}\nduration: 60m\njourneys: [{{pace: none, {steps}}}]"
    )
    assert warped.at_once == pytest.approx(10 * (9 / 60 + 3 * 0.2))
    closed = needs(tmp_path, f"load: {{concurrent: 96}}\nduration: 60s\njourneys: [{{pace: none, {steps}}}]")
    assert closed.at_once == pytest.approx(96)
    assert closed.people_per_s == pytest.approx(10)
    burst = needs(tmp_path, "load: {people: 700, over: 0s}\njourneys: [{steps: [visit: /]}]")
    assert burst.people_per_s == burst.at_once == 700


def test_journeys_count_by_their_weights(tmp_path: Path) -> None:
    """A rare costly journey costs little on the average, and forms cost more than pages."""
    form = "{name: form, weight: %s, pace: none, steps: [visit: /, submit]}"
    page = "{name: page, weight: %s, pace: none, steps: [visit: /]}"
    load = "load: {rate: 10}\nduration: 60s\njourneys: "
    rare = needs(tmp_path, f"{load}[{form % 1}, {page % 9}]").person_us
    even = needs(tmp_path, f"{load}[{form % 5}, {page % 5}]").person_us
    only_pages, only_forms = (needs(tmp_path, f"{load}[{one % 1}]").person_us for one in (page, form))
    assert only_pages < rare < even < only_forms
    assert even == pytest.approx((only_pages + only_forms) / 2)
