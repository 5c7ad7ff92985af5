"""Workers killed at hundreds of seeded moments under load: each time the books close against the target's log."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.rehearsals.books import kill_one
from tests.soak.conftest import EachRound

FIRST_SEED = 1000
RATE, SECONDS = 500, 30


@pytest.mark.soak
def test_workers_killed_again_and_again(seeds: Callable[[int], list[int]], each_round: EachRound) -> None:
    """SIGKILL to one of three at 500 people/s: nobody twice, everybody accounted for, the rate back in a second."""
    each_round(seeds(FIRST_SEED), partial(kill_one, rate=RATE, duration_s=SECONDS))
