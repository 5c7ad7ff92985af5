"""Owns the measure of an open load on one core: does everybody come when planned, by the target's own log.

Never asks a generator how even it was; only how late it knows itself to be is from our record.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks import _ours
from benchmarks._delivery import most_apart, most_off_plan, planned, worst_second
from benchmarks._processes import GENERATOR_CORE, used
from benchmarks._results import Figure, Found, Goal
from benchmarks._setup import Setup
from benchmarks._targets import logging_target
from benchmarks.peers import paced

LATE_MS = 1.0
HOW = """{rate} people a second for {length:g} s, one GET each, connections kept and reused, generator on
one core; a target on the other logs when each request came. *Off the plan*: how many requests too few or too
many the target had ever seen, against the plan laid over the first arrival. *Worst second*: how far any whole
second is from {rate}. Locust: {users} FastHttpUsers with `constant_throughput({each:g})`, judged from when all
of them run, against an even line of {rate} a second."""

Figures = dict[str, float]


def ours(rate_per_s: int, length_s: float) -> Figures:
    """One run of ours."""
    with tempfile.TemporaryDirectory() as name, logging_target() as target:
        folder = Path(name)
        file = _ours.scenario(folder, f"{{rate: {rate_per_s}}}", length_s, ["visit: /page"], connections="reused")
        used(_ours.run(file, target.url), folder, codes=(0, _ours.INVALID), core=GENERATOR_CORE)
        log, at_plan, summary = target.log(), planned(file), _ours.summary(folder)
    came = {int(person): float(at_s) for person, _, at_s, _ in log}
    return {
        "late_ms": float(summary["delivery"]["late_p99_ms"]),
        "off": float(most_off_plan(at_plan, came)),
        "dropped": float(len(at_plan) - len(came) + len(log) - len(came)),
        "worst": 100 * worst_second(came.values(), rate_per_s),
    }


def locust(schedule: paced.Crowd, length_s: float) -> Figures:
    """One run of Locust, judged while all its users run, against an even line that begins at the first request."""
    with tempfile.TemporaryDirectory() as name, logging_target() as target:
        used(schedule.command(target.url, length_s), Path(name), schedule.env(), core=GENERATOR_CORE)
        moments = sorted(float(at_s) for _, _, at_s, _ in target.log())
    start_s = moments[0] + schedule.ramp_s
    came = [at_s for at_s in moments if at_s >= start_s]
    wanted = [came[0] + number / schedule.rate_per_s for number in range(len(came))]
    return {"off": float(most_apart(wanted, came)), "worst": 100 * worst_second(came, schedule.rate_per_s)}


def measure(setup: Setup) -> Found:
    """Both in turn."""
    rate_per_s, length_s = setup.size((2000, 5.0), (200, 2.5))
    schedule = paced.Crowd(users=rate_per_s // 4, rate_per_s=rate_per_s, ramp_s=setup.size(2.0, 1.0))
    taken: dict[str, list[Figures]] = {"ours": [], "Locust": []}
    for side in setup.turns(list(taken)):
        taken[side].append(ours(rate_per_s, length_s) if side == "ours" else locust(schedule, length_s))

    def of(side: str, name: str) -> list[float]:
        return [one[name] for one in taken[side]]

    allowed = rate_per_s // 100 + 1
    load = f"open load {rate_per_s}/s"
    goals = [
        Goal(f"{load}: late, p99", of("ours", "late_ms"), "≤", LATE_MS, digits=2, unit="ms"),
        Goal(
            f"{load}: off the plan at most", of("ours", "off"), "≤", allowed, peer="Locust", beside=of("Locust", "off")
        ),
        Goal(f"{load}: people who did not come, or twice", of("ours", "dropped"), "≤", 0),
    ]
    figures = [
        Figure("ours: late by, p99, ms (our record)", of("ours", "late_ms"), 2),
        Figure("ours: requests off the plan at most", of("ours", "off")),
        Figure("Locust: requests off the line at most", of("Locust", "off")),
        Figure("ours: worst second off by, %", of("ours", "worst"), 2),
        Figure("Locust: worst second off by, %", of("Locust", "worst"), 2),
    ]
    how = HOW.format(rate=rate_per_s, length=length_s, users=schedule.users, each=schedule.each_per_s)
    return Found("An open load", how, figures, goals)
