"""Workers on machines of their own: cut off and back again, or a wall clock that jumps; the target's log agrees."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsals.books import Books
from tests.rehearsals.clusters import LATE, NO_LIMITS, Gathering
from tests.rehearsals.machines import Machines

pytestmark = pytest.mark.long

LEASE_S = 5.0
CUT_S = 10.0
LIBRARIES = Path("/usr/lib")


@pytest.fixture
def machines(needs: Any) -> Iterator[Machines]:
    """Three machines: one for the master and the target, two for workers."""
    for program in ("ip", "iptables"):
        needs(program)
    if os.geteuid() != 0:
        pytest.skip("only root may make network namespaces")
    made = Machines()
    yield made
    made.close()


@pytest.fixture
def cluster(machines: Machines, tmp_path: Path) -> Iterator[Callable[..., Gathering]]:
    """``cluster(rate=40)``: a master beside its target, waiting for two workers."""
    made: list[Gathering] = []
    master = machines.three[0]

    def start(*options: str, **plan: Any) -> Gathering:
        target = machines.target_on(master, tmp_path / "ready")
        where = ("--bind", f"{master.address}:0", "--i-may-load", target.url.removeprefix("http://"))
        made.append(Gathering(tmp_path, target, 2, *options, *where, before=master.within, **plan))
        return made[-1]

    yield start
    for one in made:
        one.close()


class WallClock:
    """The wall clock of one machine, an hour or more away from the others' when asked to be. Monotonic clocks stay."""

    def __init__(self, folder: Path) -> None:
        library = next(LIBRARIES.glob("*/faketime/libfaketimeMT.so.1"))
        self._file = folder / "offset"
        self.jump(0)
        self.env = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump(self, hours: int) -> None:
        """So many hours ahead of the true time from now on."""
        part = self._file.with_suffix(".part")
        part.write_text(f"{3600 * hours:+d}\n")
        part.replace(self._file)

    def ahead_s(self) -> float:
        """How far it is ahead of ours, as a process there sees it."""
        told = subprocess.run(["date", "+%s"], env=os.environ | self.env, capture_output=True, text=True, check=True)
        return float(told.stdout) - time.time()


@pytest.mark.parametrize("way", ["not heard", "hears nothing", "both ways"])
def test_a_machine_cut_off_and_back_is_made_up_for(way: str, cluster: Any, machines: Machines) -> None:
    """Ten seconds not heard, hearing nothing, or both, and back as a new one: nobody twice, books and log agree."""
    gathering = cluster(*NO_LIMITS, rate=40, duration_s=22)
    run, (master, cut, other) = gathering.run, machines.three
    gathering.join(before=cut.within)
    gathering.join(before=other.within)
    cut_s = run.first_came_s() + 2.0
    if way != "hears nothing":
        run.wait_until_s(cut_s - 0.5)  # these have connected and asked: their kernel asks again and again
        master.hear_no_requests_from(cut, int(run.target.url.rpartition(":")[2]))
    run.wait_until_s(cut_s)
    if way != "hears nothing":
        master.hear_nothing_from(cut)
    if way != "not heard":
        cut.hear_nothing_from(master)
    run.wait_until_s(cut_s + CUT_S)
    for machine in (master, cut):
        machine.hear_everybody()
    books = Books(run, run.end())
    books.close()
    assert books.late_s(cut_s) < LEASE_S + 1.0
    assert books.lost_until_s() < cut_s + 3.5, "only those it may have started on its last grants are lost"
    assert books.summary["delivery"]["workers_lost"] == 1
    assert books.summary["delivery"]["taken_over"] > 0
    assert books.started["worker 3"] > 0, "it came back as a new one"
    assert [worker.wait(timeout=40) for worker in gathering.workers] == [0, 0]


@pytest.mark.parametrize("where", ["worker", "master"])
def test_jumps_of_a_wall_clock_change_nothing(
    where: str, cluster: Any, machines: Machines, tmp_path: Path, needs: Any
) -> None:
    """An hour ahead, then an hour behind, on one machine: everybody comes once and in time, the verdict is PASS."""
    needs("faketime")
    clock = WallClock(tmp_path)
    gathering = cluster(*LATE, rate=40, duration_s=6, env=clock.env if where == "master" else None)
    run = gathering.run
    for machine, env in zip(machines.three[1:], (clock.env if where == "worker" else None, None), strict=True):
        gathering.join(before=machine.within, env=env)
    first_s = run.first_came_s()
    for at_s, hours in ((1.5, 1), (3.0, -1), (4.5, 0)):
        run.wait_until_s(first_s + at_s)
        clock.jump(hours)
        assert abs(clock.ahead_s() - 3600 * hours) < 60
    books = Books(run, run.end())
    assert books.ran.code == 0, books.ran.output + books.ran.errors
    books.close()
    assert books.in_state("completed") == set(books.planned_s)
    assert books.late_s(0.0) < 1.0
    assert [worker.wait(timeout=20) for worker in gathering.workers] == [0, 0]
    assert [segment["warp"] for segment in books.summary["clock"]] == [1.0]
    seconds = [second for second, *_ in books.summary["delivery"]["per_second"]]
    assert all(after == before + 1 for before, after in pairwise(seconds))
    assert books.summary["delivery"]["workers_lost"] == 0
