"""Owns the measure of a burst: how soon a thousand people are under way, by the target's own log.

Knows nothing of how they are started.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks import _ours
from benchmarks._delivery import most_off_plan, planned
from benchmarks._processes import GENERATOR_CORE, used
from benchmarks._results import Figure, Found, Goal
from benchmarks._setup import Setup
from benchmarks._targets import logging_target

GOAL_S = 1.0
HOW = """{people} people, one step each, one connection each, to a target that logs when each request came.
All at once (`over: 0s`): from the first person's request to the last's. Spread over a second (`over: 1s`): how
many the target ever had too few or too many of, against the plan laid over its first arrival (allowed: rate ×
10 ms + 1)."""


def rehearse(people: int, over: str) -> tuple[dict[int, float], float, int]:
    """One run: by person the second the target saw; p99 of being late in our record, ms; most people off the plan."""
    with tempfile.TemporaryDirectory() as name, logging_target() as target:
        folder = Path(name)
        file = _ours.scenario(folder, f"{{people: {people}, over: {over}}}", 2, ["visit: /page"])
        used(_ours.run(file, target.url), folder, codes=(0, _ours.INVALID), core=GENERATOR_CORE)
        log = target.log()
        late_ms = float(_ours.summary(folder)["delivery"]["late_p99_ms"])
        came = {int(person): float(at_s) for person, _, at_s, _ in log}
        if len(log) != people or set(came) != set(range(people)):
            raise RuntimeError(f"{people} people were planned; the target saw {len(log)} requests of {len(came)}")
        return came, late_ms, 0 if over == "0s" else most_off_plan(planned(file), came)


def measure(setup: Setup) -> Found:
    """Both loads in turn."""
    people = setup.size(1000, 200)
    span_s: list[float] = []
    late_ms: dict[str, list[float]] = {"0s": [], "1s": []}
    off: list[float] = []
    for over in setup.turns(["0s", "1s"]):
        came, late, most_off = rehearse(people, over)
        late_ms[over].append(late)
        if over == "0s":
            span_s.append(max(came.values()) - min(came.values()))
        else:
            off.append(most_off)
    figures = [
        Figure("all at once: last under way after, s", span_s, 3),
        Figure("all at once: late by, p99, ms (our record)", late_ms["0s"], 1),
        Figure("over a second: people off the plan at most", off),
        Figure("over a second: late by, p99, ms (our record)", late_ms["1s"], 1),
    ]
    goals = [
        Goal(f"{people} people at once: all under way after", span_s, "≤", GOAL_S, digits=3, unit="s"),
        Goal(f"{people} people in one second: off the plan at most", off, "≤", people // 100 + 1),
    ]
    return Found("A thousand people in one second", HOW.format(people=people), figures, goals)
