"""Names that figures of steps are kept under."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hms_esr.scenario.model import Scenario
from hms_esr.schedule.journey_steps import named_steps


def names(*steps: object) -> list[str]:
    """Names of a journey's steps."""
    data = {"name": "x", "load": {"people": 5, "over": "1m"}, "journeys": [{"steps": list(steps)}]}
    scenario = Scenario.model_validate(data)
    return [one.name for one in named_steps(scenario.journeys[0], scenario)]


def test_repeated_names_are_numbered() -> None:
    """Also inside ``maybe``."""
    inner = {"maybe": {"share": 0.5, "steps": ["submit", {"visit": "/b"}]}}
    assert names({"visit": "/"}, "submit", inner, "submit") == ["visit", "submit", "submit-2", "visit-2", "submit-3"]


def test_a_number_never_takes_the_name_of_another_step() -> None:
    """Who called a step ``open-2`` keeps that name for it, before or after."""
    opened = [{"visit": path, "name": "open"} for path in ("/a", "/b")]
    named = {"visit": "/c", "name": "open-2"}
    assert names(*opened, named) == ["open", "open-3", "open-2"]
    assert names(named, *opened) == ["open-2", "open", "open-3"]


WORD = st.sampled_from(["open", "open-2", "open-2-2", "open-3", "visit", "visit-2"])


@given(st.lists(WORD, min_size=1, max_size=12))
def test_names_are_unique(written: list[str]) -> None:
    """Whatever steps are called, figures of two steps are never kept under one name."""
    found = names(*({"visit": "/", "name": name} for name in written))
    assert len(set(found)) == len(found) == len(written)
    assert set(written) <= set(found)
