"""Owns what endurance tests need: how long they go on, and a file for each with what they measured.

Knows nothing of what is tested. SOAK_ROUNDS and SOAK_MINUTES make them shorter, SOAK_RATE slower, SOAK_SEEDS repeats
rounds by their seeds ("1020,1024"); figures go to ``build/soak``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsals.conftest import ROOT, logging_target

__all__ = ["logging_target"]


@pytest.fixture
def rounds() -> int:
    """How many rounds: 200 unless SOAK_ROUNDS says otherwise."""
    return int(os.environ.get("SOAK_ROUNDS", "200"))


@pytest.fixture
def seeds(rounds: int) -> Callable[[int], list[int]]:
    """``seeds(1000)``: a round's seed each, from 1000 on, unless SOAK_SEEDS names them."""
    named = os.environ.get("SOAK_SEEDS", "")
    return lambda first: [int(seed) for seed in named.split(",")] if named else list(range(first, first + rounds))


@pytest.fixture
def minutes() -> float:
    """How long: 30 minutes unless SOAK_MINUTES says otherwise."""
    return float(os.environ.get("SOAK_MINUTES", "30"))


@pytest.fixture
def people_per_s() -> int:
    """How many people a second, if SOAK_RATE says so; 0: the test finds out what the machine carries."""
    return int(os.environ.get("SOAK_RATE", "0"))


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[dict[str, Any]], None]:
    """``note({"seed": 4})``: one line more in the test's file."""
    folder = ROOT / "build" / "soak"
    folder.mkdir(parents=True, exist_ok=True)
    file: Path = folder / f"{request.node.name}.jsonl"
    file.write_text("")

    def add(figures: dict[str, Any]) -> None:
        with file.open("a") as lines:
            lines.write(json.dumps(figures) + "\n")

    return add
