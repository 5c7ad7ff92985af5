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
from pathlib import Path
from time import perf_counter

from benchmarks import _ours
from benchmarks._delivery import planned
from benchmarks._processes import running
from benchmarks._results import Figure, Found, Goal
from benchmarks._setup import Setup
from benchmarks._targets import LoggingTarget, free_port, logging_target
from benchmarks.peers import paced

GOAL_S = 1.0
WHOLE = 0.95
"""Share of the rate, over a second, that counts as the rate being back."""
STEP_S = 0.05
HOW = """{workers} workers on this machine bring {rate} requests a second; one is killed (SIGKILL). From
then to the beginning of the first second in which the target saw {whole:.0%} of the rate; where that never
came, the {watch:g} s that were watched. *After*: the rate over the last two seconds watched, in per cent of the
one wanted. Locust: a master and {workers} workers, {users} FastHttpUsers with `constant_throughput`."""

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


def judged(target: LoggingTarget, killed_s: float, rate_per_s: int, watch_s: float) -> Figures:
    """What the target's log says."""
    moments = [float(came_s) for _, _, came_s, _ in target.log()]
    return {
        "back": seconds_until_back(moments, killed_s, rate_per_s, watch_s),
        "after": rate_after_percent(moments, killed_s, rate_per_s, watch_s),
    }


def kill(pid: int) -> float:
    """Kill a process; when, on the clock of the target's log."""
    os.kill(pid, signal.SIGKILL)
    return perf_counter()


def came(target: LoggingTarget, count: int) -> Callable[[], bool]:
    """Whether so many requests came."""
    return lambda: len(target.log()) >= count


def ours(workers: int, rate_per_s: int, before_s: float, watch_s: float) -> Figures:
    """One run of ours."""
    with tempfile.TemporaryDirectory() as name, logging_target() as target:
        folder = Path(name)
        length_s = before_s + watch_s + 1
        file = _ours.scenario(folder, f"{{rate: {rate_per_s}}}", length_s, ["visit: /page"], connections="reused")
        command = _ours.run(file, target.url, "--workers", str(workers))
        with running(command, folder, codes=(0, _ours.INVALID), core=None) as process:
            process.wait_for(came(target, round(rate_per_s * before_s)), "people came")
            manifest = json.loads((folder / "results" / "latest" / "manifest.json").read_text(encoding="utf-8"))
            killed_s = kill(manifest["workers"][1]["pid"])
            process.end()
        figures, log, at_plan = judged(target, killed_s, rate_per_s, watch_s), target.log(), planned(file)
        states = _ours.summary(folder)["people"]
    people = {int(person) for person, *_ in log}
    accounted = sum(states[state] for state in ("completed", "failed", "dropped", "lost", "unfinished"))
    unaccounted = abs(len(at_plan) - accounted) + max(0, len(set(at_plan) - people) - states["lost"])
    return figures | {"lost": float(states["lost"]), "wrong": float(unaccounted + len(log) - len(people))}


def locust(workers: int, rate_per_s: int, before_s: float, watch_s: float) -> Figures:
    """One run of Locust, its master and workers as processes of their own."""
    crowd = paced.Crowd(users=workers * 20, rate_per_s=rate_per_s)
    with tempfile.TemporaryDirectory() as name, logging_target() as target, ExitStack() as stack:
        folder, port = Path(name), str(free_port())
        lead = ["--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port]
        length_s = before_s + watch_s + 1
        command = crowd.command(target.url, length_s, *lead, "--expect-workers", str(workers))
        master = stack.enter_context(running(command, folder, crowd.env(), core=None))
        join = [*command[:3], "--worker", "--master-host", "127.0.0.1", "--master-port", port, "--skip-log-setup"]
        codes = (0, 1, -signal.SIGKILL)
        members = [
            stack.enter_context(running(join, folder, crowd.env(), codes=codes, core=None)) for _ in range(workers)
        ]
        master.wait_for(came(target, round(rate_per_s * (before_s + crowd.ramp_s / 2))), "requests came")
        killed_s = kill(members[1].process.pid)
        until = time.monotonic() + watch_s + 0.2
        master.wait_for(lambda: time.monotonic() > until, "the time was over", within_s=watch_s + 5)
        return judged(target, killed_s, rate_per_s, watch_s)


def measure(setup: Setup) -> Found:
    """Both in turn."""
    workers = setup.size(3, 2)
    rate_per_s, before_s, watch_s = setup.size((400, 2.0, 6.0), (100, 0.5, 2.5))
    taken: dict[str, list[Figures]] = {"ours": [], "Locust": []}
    for side in setup.turns(list(taken), rounds=2):
        taken[side].append((ours if side == "ours" else locust)(workers, rate_per_s, before_s, watch_s))

    def of(side: str, name: str) -> list[float]:
        return [one[name] for one in taken[side]]

    figures = [
        Figure("ours: seconds until the rate is back", of("ours", "back"), 2),
        Figure("Locust: seconds until the rate is back", of("Locust", "back"), 2),
        Figure("ours: rate after, %", of("ours", "after")),
        Figure("Locust: rate after, %", of("Locust", "after")),
        Figure("ours: people under way, counted as lost", of("ours", "lost")),
    ]
    back = of("ours", "back")
    goals = [
        Goal("worker killed: rate back after", back, "≤", GOAL_S, "ours", "Locust", of("Locust", "back"), 2, "s"),
        Goal("worker killed: people unaccounted for, or come twice", of("ours", "wrong"), "≤", 0),
    ]
    how = HOW.format(workers=workers, rate=rate_per_s, whole=WHOLE, watch=watch_s, users=workers * 20)
    return Found("A worker that is killed", how, figures, goals)
