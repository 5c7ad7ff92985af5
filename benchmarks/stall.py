"""Owns the measure of what is reported when the target stands still for two seconds: ours, Locust's, and the truth.

Never takes a generator's word for the truth: that is the plan and the target's log.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks import _ours
from benchmarks._delivery import nearest_rank, planned, true_waits_ms
from benchmarks._processes import GENERATOR_CORE, used
from benchmarks._results import Figure, Found, Goal
from benchmarks._setup import Setup
from benchmarks._targets import logging_target
from benchmarks.peers import paced

OFF_PERCENT = 2.0
EACH_PER_S = 50.0
HOW = """A target that stands still for {stall:g} s in the middle of {length:g} s, at {rates} requests a
second, connections reused. *Truth*: p99 of what people waited, from the planned moment to the moment the target
answered, by plan and the target's log. Locust: FastHttpUsers with `constant_throughput`, as many as keep the
rate up while the target answers (50 requests a second each); at the lower rate also a user for each request of
a second, the most that helps. It has no plan; its truth is what people would have waited who came at even
distances: the same as ours. *Came*: requests the target saw, in per cent of those wanted."""

Figures = dict[str, float]


def ours(rate_per_s: int, length_s: float, stall_for_s: float) -> Figures:
    """One run of ours."""
    with tempfile.TemporaryDirectory() as name, logging_target(length_s / 3, stall_for_s) as target:
        folder = Path(name)
        file = _ours.scenario(folder, f"{{rate: {rate_per_s}}}", length_s, ["visit: /page"], connections="reused")
        used(_ours.run(file, target.url), folder, codes=(0, 1, _ours.INVALID), core=GENERATOR_CORE)
        log, at_plan, summary = target.log(), planned(file), _ours.summary(folder)
    truth_ms = nearest_rank(true_waits_ms(at_plan, log), 0.99)
    told_ms = float(summary["latency_ms"]["p99"])
    people = {person for person, *_ in log}
    return {
        "truth": truth_ms,
        "told": told_ms,
        "off": 100 * abs(told_ms - truth_ms) / truth_ms,
        "missing": float(len(set(at_plan) - people) + len(log) - len(people)),
    }


def locust(rate_per_s: int, length_s: float, stall_for_s: float, each_per_s: float = EACH_PER_S) -> Figures:
    """One run of Locust: what it reports, and how many came of those wanted."""
    schedule = paced.Crowd(users=max(1, round(rate_per_s / each_per_s)), rate_per_s=rate_per_s)
    with tempfile.TemporaryDirectory() as name, logging_target(length_s / 3 + schedule.ramp_s, stall_for_s) as target:
        folder = Path(name)
        command = schedule.command(target.url, length_s, "--csv", "stall", "--reset-stats")
        used(command, folder, schedule.env(), codes=(0, 1), core=GENERATOR_CORE)
        moments = sorted(float(at_s) for _, _, at_s, _ in target.log())
        with (folder / "stall_stats.csv").open() as file:
            told = next(row for row in csv.DictReader(file) if row["Name"] == "Aggregated")
    came = sum(at_s >= moments[0] + schedule.ramp_s for at_s in moments)
    return {"told": float(told["99%"]), "came": 100 * came / (rate_per_s * length_s)}


def patient_locust(rate_per_s: int, length_s: float, stall_for_s: float) -> Figures:
    """Locust with a user for each request of a second."""
    return locust(rate_per_s, length_s, stall_for_s, 1.0)


SIDES = {"ours": ours, "Locust": locust, "Locust, a user for each request of a second": patient_locust}


def measure(setup: Setup) -> Found:
    """All at the lower rate, ours and Locust at the higher, in turn."""
    rates = setup.size((500, 2000), (100,))
    length_s, stall_for_s = setup.size((5.0, 2.0), (1.5, 0.5))
    turns = [(side, rates[0]) for side in list(SIDES)[: setup.size(3, 2)]]
    turns += [(side, rate) for rate in rates[1:] for side in ("ours", "Locust")]
    sides = {f"{side}, {rate}/s": (side, rate) for side, rate in turns}
    taken: dict[tuple[str, int], list[Figures]] = {}
    for name in setup.turns(list(sides), rounds=2):
        side, rate = sides[name]
        taken.setdefault((side, rate), []).append(SIDES[side](rate, length_s, stall_for_s))
    figures: list[Figure] = []
    for (side, rate), found in taken.items():
        if side == "ours":
            figures.append(Figure(f"{rate}/s: p99, truth, ms", [one["truth"] for one in found]))
        figures.append(Figure(f"{rate}/s: p99, {side} reports, ms", [one["told"] for one in found]))
        if side != "ours":
            figures.append(Figure(f"{rate}/s: {side}, came, %", [one["came"] for one in found], 1))
    goals = [goal for rate in rates for goal in _goals(f"{stall_for_s:g} s stall at {rate}/s", rate, taken)]
    how = HOW.format(stall=stall_for_s, length=length_s, rates=" and ".join(str(rate) for rate in rates))
    return Found("A target that stands still", how, figures, goals)


def _goals(what: str, rate: int, taken: Mapping[tuple[str, int], list[Figures]]) -> list[Goal]:
    """Ours against the truth; Locust's report against the same truth beside it."""
    found, theirs = taken["ours", rate], taken["Locust", rate]
    off = [100 * abs(b["told"] - a["truth"]) / a["truth"] for a, b in zip(found, theirs, strict=True)]
    ours_off, missing = [one["off"] for one in found], [one["missing"] for one in found]
    return [
        Goal(f"{what}: p99 off the truth", ours_off, "≤", OFF_PERCENT, "ours", "Locust", off, 2, "%"),
        Goal(f"{what}: people who did not come, or twice", missing, "≤", 0),
    ]
