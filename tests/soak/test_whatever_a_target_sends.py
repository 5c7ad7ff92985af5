"""A million odd answers: no exception leaves a person, and memory stays what it was after a tenth of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest

from tests.engine.fuzz.rehearse import fuzz

ROOM_BYTES = 5 * 2**20


@pytest.mark.soak
def test_a_million_odd_answers(note: Callable[[dict[str, Any]], None]) -> None:
    """SOAK_ANSWERS makes them fewer, SOAK_SEEDS takes the first seed it names."""
    seed = int(os.environ.get("SOAK_SEEDS", "13").split(",")[0])
    found = fuzz(int(os.environ.get("SOAK_ANSWERS", "1000000")), seed)
    note({"seed": seed} | asdict(found))
    assert found.escaped == {}
    assert found.rss_end <= found.rss_early + ROOM_BYTES
