"""Owns the city's fixtures: a hall with clocks that stand still until they are moved, and a browser before it.

Knows nothing of single services.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hms_esr.city.app import CityApp
from hms_esr.city.city_state import CityState
from hms_esr.city.ledger import CityLedger
from hms_esr.city.process import CityProcess

from .browser import Browser


@dataclass
class Clock:
    """A clock that a test moves."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def city_state(tmp_path: Path, clock: Clock) -> Iterator[CityState]:
    ledger = CityLedger(tmp_path / "state")
    yield CityState(ledger, record_values=True, monotonic=clock, wall_s=clock)
    ledger.close()


@pytest.fixture
def app(city_state: CityState) -> CityApp:
    return CityApp(city_state)


@pytest.fixture
def browser(app: CityApp) -> Browser:
    return Browser(app)


@pytest.fixture(scope="module")
def city() -> Iterator[CityProcess]:
    with CityProcess(record_values=True) as running:
        yield running
