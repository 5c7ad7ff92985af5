"""Half an hour at 60 % of what one process carries: memory and open files stay where they were after five minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import psutil
import pytest

from tests.rehearsals.clusters import NO_LIMITS, Rehearsal

MOST_GROWTH = 0.05
SHARE_OF_CEILING = 0.6
WARM_UP = 5 / 30
"""Share of the time that is not judged."""
TRIAL_PER_S, TRIAL_S = 150, 12
FULL = 0.9
"""Of a core: more is saturated."""

Sizes = dict[int, tuple[int, int]]


def processes(run: Rehearsal) -> list[psutil.Process]:
    """The run's own: master and workers, or the one that is both."""
    master = psutil.Process(run.process.pid)
    return [master, *master.children(recursive=True)]


def ceiling_per_s(folder: Path, target: Any) -> float:
    """People a second that one process carries, by the processor time of a trial."""
    run = Rehearsal(folder, target, 1, *NO_LIMITS, rate=TRIAL_PER_S, duration_s=TRIAL_S)
    try:
        first_s = run.first_came_s()
        run.wait_until_s(first_s + 2.0)
        own = psutil.Process(run.process.pid)
        before, at_s = sum(own.cpu_times()[:2]), perf_counter()
        run.wait_until_s(first_s + TRIAL_S - 2.0)
        used = (sum(own.cpu_times()[:2]) - before) / (perf_counter() - at_s)
        run.end()
    finally:
        run.close()
    return float(TRIAL_PER_S * FULL / used)


def watched(run: Rehearsal, until_s: float) -> Iterator[tuple[float, Sizes]]:
    """(second since the first person came, {process: (resident bytes, open files)}) once a second."""
    first_s = run.first_came_s()
    team = processes(run)
    second = 1.0
    while second < until_s:
        run.wait_until_s(first_s + second)
        yield second, {one.pid: (one.memory_info().rss, one.num_fds()) for one in team}
        second += 1.0


def growth(seen: list[tuple[float, Sizes]], pid: int, what: int, length_s: float) -> float:
    """Share by which the last tenth is over the first tenth after the warm-up."""
    tenth_s, warm_s = length_s / 15, length_s * WARM_UP
    first = [sizes[pid][what] for at_s, sizes in seen if warm_s <= at_s < warm_s + tenth_s]
    last = [sizes[pid][what] for at_s, sizes in seen if at_s >= length_s - tenth_s - 1]
    return float(median(last) / median(first) - 1)


@pytest.mark.soak
@pytest.mark.parametrize("workers", [1, 2])
def test_half_an_hour_grows_nothing(
    workers: int,
    tmp_path: Path,
    logging_target: Any,
    minutes: float,
    people_per_s: int,
    note: Callable[[dict[str, Any]], None],
) -> None:
    """Resident memory and open files of every process of the run grow less than 5 % after the first five minutes."""
    (tmp_path / "trial").mkdir()
    length_s = 60 * minutes
    rate = people_per_s or round(ceiling_per_s(tmp_path / "trial", logging_target()) * SHARE_OF_CEILING)
    note({"people_per_s": rate, "workers": workers})
    run = Rehearsal(tmp_path, logging_target(), workers, *NO_LIMITS, rate=rate, duration_s=round(length_s))
    seen: list[tuple[float, Sizes]] = []
    try:
        for at_s, sizes in watched(run, length_s):
            seen.append((at_s, sizes))
            if at_s % 30 == 0:
                shown = {str(pid): [round(rss / 2**20, 1), files] for pid, (rss, files) in sizes.items()}
                note({"at_s": at_s, "rss_mib_and_files": shown})
        ran = run.end()
    finally:
        run.close()
    pids = list(seen[0][1])
    grown = {pid: (growth(seen, pid, 0, length_s), growth(seen, pid, 1, length_s)) for pid in pids}
    note({"growth": {str(pid): [round(share, 4) for share in shares] for pid, shares in grown.items()}})
    assert ran.code == 0, ran.output + ran.errors
    assert all(share < MOST_GROWTH for shares in grown.values() for share in shares), grown
