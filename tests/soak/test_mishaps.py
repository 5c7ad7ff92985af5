"""Several mishaps in one run, at seeded moments: killed, stopped for a while, sent away, joined late; books close."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.rehearsals.books import Books
from tests.rehearsals.clusters import NO_LIMITS, Gathering, Rehearsal
from tests.rehearsals.conftest import LoggingTarget
from tests.soak.conftest import EachRound

FIRST_SEED = 5000
RATE, SECONDS, WORKERS = 60, 14, 3
MISHAPS = ("kill", "leave", "stop 0.5", "stop 3", "stop 7", "join")

Doing = tuple[float, int, str]


def course(chance: random.Random, *, joins: bool) -> list[Doing]:
    """(second, worker, what happens) in order; a stopped worker goes on after so many seconds."""
    found: list[Doing] = []
    at_s = 0.0
    for _ in range(chance.randrange(2, 6)):
        at_s += chance.uniform(0.1, 3.0)
        victim, what = chance.randrange(WORKERS), chance.choice(MISHAPS if joins else MISHAPS[:-1])
        word, _, length = what.partition(" ")
        found.append((at_s, victim, word))
        if word == "stop":
            found.append((at_s + float(length), victim, "continue"))
    return sorted(found)


SIGNALS = {
    "kill": signal.SIGKILL,
    "leave": signal.SIGTERM,
    "stop": signal.SIGSTOP,
    "continue": signal.SIGCONT,
}


def befall(run: Rehearsal, team: list[psutil.Process], doings: list[Doing], join: Callable[[], Any]) -> None:
    """Everything in its time; what is gone stays so."""
    first_s = run.first_came_s()
    for at_s, victim, what in doings:
        run.wait_until_s(first_s + at_s)
        if what == "join":
            join()
        elif team[victim].is_running() and team[victim].status() != psutil.STATUS_ZOMBIE:
            team[victim].send_signal(SIGNALS[what])


def rehearse(folder: Path, target: LoggingTarget, seed: int, *, remote: bool) -> dict[str, Any]:
    """One run; what happened and what became of everybody."""
    doings = course(random.Random(seed), joins=remote)
    plan = {"rate": RATE, "duration_s": SECONDS}
    cluster = Gathering(folder, target, WORKERS, **plan) if remote else None
    run = cluster.run if cluster else Rehearsal(folder, target, WORKERS, *NO_LIMITS, **plan)
    try:
        if cluster:
            joined = [cluster.join() for _ in range(WORKERS)]
            befall(run, [psutil.Process(one.pid) for one in joined], doings, cluster.join)
        else:
            run.first_came_s()
            befall(run, run.workers(), doings, lambda: None)
        books = Books(run, run.end())
    finally:
        (cluster or run).close()
    figures = {"seed": seed, "remote": remote, "doings": [(round(at_s, 2), *rest) for at_s, *rest in doings]}
    figures |= {"code": books.ran.code, "people": books.summary["people"], "reason": books.summary["reason"]}
    if books.ran.code == 0:
        books.close()
    books.nobody_twice()
    return figures


@pytest.mark.soak
@pytest.mark.parametrize("remote", [False, True], ids=["of this machine", "of other machines"])
def test_mishaps_lose_nobody_without_saying_so(remote: bool, rounds: int, each_round: EachRound) -> None:
    """Nobody comes twice; unless the run is INVALID, everybody planned is accounted for once, as the target saw."""
    each_round(range(FIRST_SEED, FIRST_SEED + max(1, rounds // 4)), partial(rehearse, remote=remote))
