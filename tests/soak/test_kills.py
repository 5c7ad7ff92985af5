"""Workers killed at hundreds of seeded moments under load: each time the books close against the target's log."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsals.books import kill_one
from tests.rehearsals.conftest import LoggingTarget, listening

FIRST_SEED = 1000
RATE, SECONDS = 500, 30


@pytest.mark.soak
def test_workers_killed_again_and_again(
    tmp_path: Path, seeds: Callable[[int], list[int]], note: Callable[[dict[str, Any]], None]
) -> None:
    """SIGKILL to one of three at 500 people/s: nobody twice, everybody accounted for, the rate back in a second."""
    failures = []
    for seed in seeds(FIRST_SEED):
        folder = tmp_path / str(seed)
        folder.mkdir()
        process, port = listening(folder / "ready", "0", "0")
        try:
            target = LoggingTarget(f"http://127.0.0.1:{port}")
            note(kill_one(folder, target, seed, rate=RATE, duration_s=SECONDS))
        except AssertionError as error:
            failures.append(f"seed {seed}: {error}")
            note({"seed": seed, "failed": str(error)})
        else:
            shutil.rmtree(folder)
        finally:
            process.kill()
            process.wait()
    assert not failures, "\n".join(failures)
