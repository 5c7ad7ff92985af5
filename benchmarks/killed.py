"""Owns the measure of a killed worker: seconds until the target sees the whole rate again, ours and Locust's.

Knows nothing of how a loss is made up for; the target's log is the truth.
"""

from __future__ import annotations

import json
import os
import signal
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks import _ours
from benchmarks._delivery import planned
from benchmarks._processes import program, running
from benchmarks._results import Figure, Found, Goal
from benchmarks._setup import Setup
from benchmarks._targets import LoggingTarget, free_port, logging_target
from benchmarks.peers import paced

GOAL_S, LEASE_S = 1.0, 5.0
WHOLE = 0.95
"""Share of the rate, over a second, that counts as the rate being back."""
STEP_S = 0.05
HOW = """{workers} workers on this machine bring {rate} requests a second; one is killed (SIGKILL). From
then to the beginning of the first second in which the target saw {whole:.0%} of the rate; where that never
came, the {watch:g} s that were watched. *After*: the rate over the last two seconds watched, in per cent of the
one wanted. Locust: a master and {workers} workers, {users} FastHttpUsers with `constant_throughput`. *Joined*:
workers that came by themselves, as those of other machines do; their death is not seen, only that they are
silent."""

Figures = dict[str, float]


def seconds_until_back(moments: Sequence[float], killed_s: float, rate_per_s: float, watch_s: float) -> float:
    """From the kill to the first second that is whole again; ``watch_s`` when there is none."""
    ordered = sorted(moments)
    step = 0
    while step * STEP_S + 1 <= watch_s:
        from_s = killed_s + step * STEP_S
        if bisect_left(ordered, from_s + 1) - bisect_left(ordered, from_s) >= WHOLE * rate_per_s:
            return step * STEP_S
        step += 1
    return watch_s


def rate_after_percent(moments: Sequence[float], killed_s: float, rate_per_s: float, watch_s: float) -> float:
    """Rate over the last two seconds watched."""
    came = sum(killed_s + watch_s - 2 <= at_s < killed_s + watch_s for at_s in moments)
    return 100 * came / (2 * rate_per_s)


def kill(pid: int) -> float:
    """Kill a process; when, on the clock of the target's log."""
    os.kill(pid, signal.SIGKILL)
    return perf_counter()


def came(target: LoggingTarget, count: int) -> Callable[[], bool]:
    """Whether so many requests came."""
    return lambda: len(target.log()) >= count


@dataclass(frozen=True)
class Run:
    """So many workers bring a rate; one is killed after ``before_s``, and the target is watched for ``watch_s``."""

    workers: int
    rate_per_s: int
    before_s: float
    watch_s: float

    @property
    def length_s(self) -> float:
        """A little longer than is watched."""
        return self.before_s + self.watch_s + 1

    def scenario(self, folder: Path) -> Path:
        """As ours has it."""
        load = f"{{rate: {self.rate_per_s}}}"
        return _ours.scenario(folder, load, self.length_s, ["visit: /page"], connections="reused")

    def judged(self, target: LoggingTarget, killed_s: float) -> Figures:
        """What the target's log says."""
        moments = [float(came_s) for _, _, came_s, _ in target.log()]
        return {
            "back": seconds_until_back(moments, killed_s, self.rate_per_s, self.watch_s),
            "after": rate_after_percent(moments, killed_s, self.rate_per_s, self.watch_s),
        }


def ours(run: Run) -> Figures:
    """One run of ours, the workers children of its master."""
    with tempfile.TemporaryDirectory() as name, logging_target() as target:
        folder = Path(name)
        command = _ours.run(run.scenario(folder), target.url, "--workers", str(run.workers))
        with running(command, folder, codes=(0, _ours.INVALID), core=None) as process:
            process.wait_for(came(target, round(run.rate_per_s * run.before_s)), "people came")
            manifest = json.loads((folder / "results" / "latest" / "manifest.json").read_text(encoding="utf-8"))
            killed_s = kill(manifest["workers"][1]["pid"])
            process.end()
        return run.judged(target, killed_s) | books(folder, target)


def ours_remote(run: Run) -> Figures:
    """One run of ours, the workers joined by themselves, as those of other machines do."""
    with tempfile.TemporaryDirectory() as name, logging_target() as target, ExitStack() as stack:
        folder = Path(name)
        secret = folder / "secret"
        secret.write_text("not a secret: for this measure only\n")
        secret.chmod(0o600)
        known = ["--cluster-secret-file", str(secret)]
        lead = ["--master", "--bind", f"127.0.0.1:{free_port()}", "--expect-workers", str(run.workers), "--wait", "60s"]
        command = _ours.run(run.scenario(folder), target.url, *lead, *known)
        master = stack.enter_context(running(command, folder, codes=(0, _ours.INVALID), core=None))
        master.wait_for(lambda: "hms-esr worker " in master.output(), "workers are invited")
        line = master.output().partition("hms-esr worker ")[2].split()[0]
        join = [*program("hms-esr"), "worker", line, *known]
        members = [stack.enter_context(running(join, folder, core=None)) for _ in range(run.workers)]
        master.wait_for(came(target, round(run.rate_per_s * run.before_s)), "people came")
        killed_s = kill(members[1].process.pid)
        master.end()
        return run.judged(target, killed_s) | books(folder, target)


def books(folder: Path, target: LoggingTarget) -> Figures:
    """People the record counts as lost; and those it does not account for, or the target saw twice or never."""
    log, at_plan, states = target.log(), planned(folder / "measured.yml"), _ours.summary(folder)["people"]
    people = {int(person) for person, *_ in log}
    accounted = sum(states[state] for state in ("completed", "failed", "dropped", "lost", "unfinished"))
    unaccounted = abs(len(at_plan) - accounted) + max(0, len(set(at_plan) - people) - states["lost"])
    return {"lost": float(states["lost"]), "wrong": float(unaccounted + len(log) - len(people))}


def locust(run: Run) -> Figures:
    """One run of Locust, its master and workers as processes of their own."""
    schedule = paced.Crowd(users=run.workers * 20, rate_per_s=run.rate_per_s)
    with tempfile.TemporaryDirectory() as name, logging_target() as target, ExitStack() as stack:
        folder, port = Path(name), str(free_port())
        lead = ["--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port]
        command = schedule.command(target.url, run.length_s, *lead, "--expect-workers", str(run.workers))
        master = stack.enter_context(running(command, folder, schedule.env(), core=None))
        join = schedule.worker("127.0.0.1", port)
        members = [stack.enter_context(running(join, folder, schedule.env(), core=None)) for _ in range(run.workers)]
        master.wait_for(came(target, round(run.rate_per_s * (run.before_s + schedule.ramp_s / 2))), "requests came")
        killed_s = kill(members[1].process.pid)
        until = time.monotonic() + run.watch_s + 0.2
        master.wait_for(lambda: time.monotonic() > until, "the time was over", within_s=run.watch_s + 5)
        return run.judged(target, killed_s)


SIDES = {"ours": ours, "Locust": locust, "ours, joined": ours_remote}


def measure(setup: Setup) -> Found:
    """All in turn."""
    run = setup.size(Run(3, 400, 1.5, 7.5), Run(2, 100, 0.5, 2.5))
    taken: dict[str, list[Figures]] = {side: [] for side in list(SIDES)[: setup.size(3, 2)]}
    for side in setup.turns(list(taken), rounds=2):
        taken[side].append(SIDES[side](run))

    def of(side: str, name: str) -> list[float]:
        return [one[name] for one in taken[side]]

    figures = [Figure(f"{side}: seconds until the rate is back", of(side, "back"), 2) for side in taken]
    figures += [Figure(f"{side}: rate after, %", of(side, "after")) for side in taken]
    mine = {"ours": ("worker killed", GOAL_S), "ours, joined": ("worker of another machine killed", LEASE_S + 1)}
    goals = []
    for side, (what, limit_s) in mine.items():
        if side in taken:
            figures.append(Figure(f"{side}: people under way, counted as lost", of(side, "lost")))
            back, theirs = of(side, "back"), of("Locust", "back")
            peer = "Locust, not back within" if min(theirs) >= run.watch_s else "Locust"
            goals.append(Goal(f"{what}: rate back after", back, "≤", limit_s, "ours", peer, theirs, 2, "s"))
            goals.append(Goal(f"{what}: people unaccounted for, or come twice", of(side, "wrong"), "≤", 0))
    how = HOW.format(workers=run.workers, rate=run.rate_per_s, whole=WHOLE, watch=run.watch_s, users=run.workers * 20)
    return Found("A worker that is killed", how, figures, goals)
