"""What became of each person of a run, by the run's record and by the target's log, and that the two agree."""

from __future__ import annotations

import random
import sqlite3
from collections import defaultdict
from pathlib import Path
from typing import Any

from hms_esr.library import load_scenario
from hms_esr.schedule.arrivals import ArrivalSchedule
from hms_esr.store.tick_text import read_tick
from tests.rehearsals.clusters import Rehearsal, twice
from tests.rehearsals.conftest import Ran

STATES = ("completed", "failed", "dropped", "lost", "unfinished")
PAGES = ("/page", "/two")
WORKERS = 3


class Books:
    """A finished run of the plan in ``file``: who ended how, who came when, and when each was planned to."""

    def __init__(self, run: Rehearsal, ran: Ran) -> None:
        assert (ran.folder / "summary.json").exists(), (ran.code, ran.output, ran.errors)
        self.ran = ran
        self.log = run.target.log()
        self.summary = ran.summary
        scenario = load_scenario(str(run.file)).scenario
        schedule = ArrivalSchedule(scenario, seed=scenario.seed or 0, warp=1.0)
        self.planned_s = {arrival.person_no: arrival.at_s for arrival in schedule.in_order()}
        self.ends, self.started = _told(ran.folder / "record.db")
        self.came_s = {
            page: {person: came_s for person, where, came_s, _ in self.log if where == page} for page in PAGES
        }
        first = self.came_s[PAGES[0]]
        self.origin_s = min((came_s - self.planned_s[k] for k, came_s in first.items()), default=0.0)

    def in_state(self, *states: str) -> set[int]:
        """Everybody who ended so."""
        return {k for k, ends in self.ends.items() if ends[0] in states}

    def nobody_twice(self) -> None:
        """Nobody came twice, or ended twice."""
        assert not twice(self.log), twice(self.log)
        assert {k: ends for k, ends in self.ends.items() if len(ends) != 1} == {}

    def close(self) -> None:
        """Everybody planned ended once; nobody came twice; who came completed or may be lost; sums are those shown."""
        self.nobody_twice()
        assert set(self.ends) == set(self.planned_s)
        people = self.summary["people"]
        assert {state: people[state] for state in STATES} == {state: len(self.in_state(state)) for state in STATES}
        assert people["planned"] == len(self.planned_s) == sum(people[state] for state in STATES)
        completed = self.in_state("completed")
        for page in PAGES:
            assert completed <= set(self.came_s[page]), "everybody who completed was seen"
        assert not set(self.came_s[PAGES[0]]) & self.in_state("dropped")

    def late_s(self, since_s: float) -> float:
        """How long after the planned moment, or after ``since_s``, somebody came at the latest."""
        came = self.came_s[PAGES[0]].items()
        return float(max(at_s - max(self.origin_s + self.planned_s[k], since_s) for k, at_s in came))

    def lost_until_s(self) -> float:
        """The planned moment of the last of the lost, on the clock of the target's log; 0 when nobody is."""
        lost = self.in_state("lost")
        return self.origin_s + max(self.planned_s[k] for k in lost) if lost else 0.0

    def judged_rightly(self, most: float = 0.01) -> None:
        """More people lost than the limit allows are never a PASS; otherwise it is one."""
        lost = len(self.in_state("lost", "dropped"))
        code = self.ran.code
        words = f"{code}, {lost} lost: {self.summary['verdict']} {self.summary['reason']}{self.ran.errors}"
        assert code == (3 if lost > most * len(self.planned_s) else 0), words


def _told(database: Path) -> tuple[dict[int, list[str]], dict[str, int]]:
    """(states told of each person, people started by each worker), from the record on disk."""
    ends: dict[int, list[str]] = defaultdict(list)
    started: dict[str, int] = defaultdict(int)
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        for worker, body in connection.execute("SELECT worker, body FROM ticks"):
            tick = read_tick(body)
            for end in tick.ends:
                ends[end.person_no].append(end.state)
            started[worker] += sum(tick.delivered.values())
    connection.close()
    return dict(ends), dict(started)


def kill_one(folder: Path, target: Any, seed: int, *, rate: int, duration_s: int) -> dict[str, Any]:
    """Three workers, one killed at a seeded moment; everything that must hold then does. What was measured."""
    chance = random.Random(seed)
    victim, moment_s = chance.randrange(WORKERS), chance.uniform(0.0, duration_s - 0.1)
    run = Rehearsal(folder, target, WORKERS, "--max-late", "100%", rate=rate, duration_s=duration_s)
    try:
        killed_s = run.first_came_s() + moment_s
        run.wait_until_s(killed_s)
        run.workers()[victim].kill()
        ran = run.end(timeout_s=duration_s + 90)
    finally:
        run.close()
    books = Books(run, ran)
    books.close()
    books.judged_rightly()
    late_s, lost = books.late_s(killed_s), len(books.in_state("lost"))
    figures = {"seed": seed, "moment_s": round(moment_s, 2), "lost": lost, "late_s": round(late_s, 3)}
    assert late_s < 1.0, f"the rate is back within a second: {figures}"
    assert books.lost_until_s() < killed_s + 1.0, f"nobody due later is lost: {figures}"
    assert books.summary["delivery"]["workers_lost"] == 1, figures
    return figures | {"verdict": books.summary["verdict"]}
