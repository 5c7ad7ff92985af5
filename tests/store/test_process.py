"""Facts about knowing a process again."""

from __future__ import annotations

from typing import Any

import pytest

from hms_esr.store.process import find, this_process


def test_a_process_knows_itself_again() -> None:
    """This process is found by what it says of itself."""
    found = find(this_process())

    assert found is not None
    assert found.pid == this_process()["pid"]


@pytest.mark.parametrize(
    "other", [{"created": 1.0}, {"host": "elsewhere.test"}, {"pid": 2**22 + 1}, {"pid": "x"}, {"created": None}]
)
def test_another_process_is_not_mistaken_for_it(other: dict[str, Any]) -> None:
    """The same number started at another time, on another machine, or gone, is not the process meant."""
    assert find(this_process() | other) is None


def test_nothing_known_finds_nothing() -> None:
    """Without facts there is no process."""
    assert find(None) is None
    assert find({}) is None
