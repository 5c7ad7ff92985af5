"""Owns what endurance tests need: how long they go on, and a file for each with what they measured.

Knows nothing of what is tested. SOAK_ROUNDS and SOAK_MINUTES make them shorter, SOAK_RATE slower, SOAK_SEEDS repeats
rounds by their seeds ("1020,1024"); figures go to ``build/soak``.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsals.conftest import ROOT, LoggingTarget, listening, logging_target

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


Round = Callable[[Path, LoggingTarget, int], dict[str, Any]]
EachRound = Callable[[Iterable[int], Round], None]


@pytest.fixture
def each_round(tmp_path: Path, note: Callable[[dict[str, Any]], None]) -> EachRound:
    """``each_round(seeds, rehearse)``: ``rehearse(folder, target, seed)`` for each, with a target of its own.

    What it returns is noted. Assertions that fail are told together at the end; their folders stay.
    """

    def go(seeds: Iterable[int], rehearse: Round) -> None:
        failures = []
        for seed in seeds:
            folder = tmp_path / str(seed)
            folder.mkdir()
            process, port = listening(folder / "ready", "0", "0")
            try:
                note(rehearse(folder, LoggingTarget(f"http://127.0.0.1:{port}"), seed))
            except AssertionError as error:
                failures.append(f"seed {seed}: {error}")
                note({"seed": seed, "failed": str(error)})
            else:
                shutil.rmtree(folder)
            finally:
                process.kill()
                process.wait()
        assert not failures, "\n".join(failures)

    return go
