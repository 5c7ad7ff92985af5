"""States and territories."""

from __future__ import annotations

import pytest

from hms_esr.city.states import STATES, state_name


def test_all_states_are_there() -> None:
    """Fifty states, the District of Columbia and five territories, by code and by name."""
    assert len(STATES) == 56
    for code, name in STATES.items():
        assert state_name(code) == state_name(name) == state_name(f" {name.lower()} ") == name


@pytest.mark.parametrize("text", ["", "XX", "Ontario", "A", "Iowa; DROP"])
def test_other_places_are_not(text: str) -> None:
    """Anything else is no state."""
    assert state_name(text) is None
