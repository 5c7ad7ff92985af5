"""Owns how a target's log is held against a plan: who was off it, how even each second was, true waiting times.

Knows nothing of who loaded the target.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from math import ceil
from pathlib import Path

from benchmarks._processes import program, used
from benchmarks._targets import Log


def planned(file: Path) -> dict[int, float]:
    """Real seconds since the start by person, as ``hms-esr plan`` says."""
    lines = used([*program("hms-esr"), "plan", str(file), "--format", "jsonl"], file.parent).output.splitlines()
    people = [json.loads(line) for line in lines if line.startswith("{")]
    return {person["k"]: float(person["real_s"]) for person in people}


def most_off_plan(at_plan: Mapping[int, float], came: Mapping[int, float]) -> int:
    """Most people the target ever had too few or too many of, the plan laid over the arrivals where they fit first."""
    origin_s = min(came[k] - at_s for k, at_s in at_plan.items() if k in came)
    return most_apart(at_plan.values(), (at_s - origin_s for at_s in came.values()))


def most_apart(wanted: Iterable[float], came: Iterable[float]) -> int:
    """Greatest difference ever between two counts that step at these moments."""
    off = most = 0
    for _, step in sorted([(at_s, 1) for at_s in wanted] + [(at_s, -1) for at_s in came]):
        off += step
        most = max(most, abs(off))
    return most


def worst_second(came: Iterable[float], rate_per_s: float) -> float:
    """Share by which the worst whole second, counted from the first arrival, is off ``rate_per_s``."""
    moments = sorted(came)
    counts = Counter(int(at_s - moments[0]) for at_s in moments)
    whole = range(int(moments[-1] - moments[0]))
    if not whole:
        raise RuntimeError("not one whole second to judge")
    return max(abs(counts[second] - rate_per_s) / rate_per_s for second in whole)


def nearest_rank(values: Iterable[float], share: float) -> float:
    """The value at rank ceil(share x count)."""
    ordered = sorted(values)
    return ordered[max(1, ceil(share * len(ordered) * (1 - 1e-12))) - 1]


def true_waits_ms(at_plan: Mapping[int, float], log: Log) -> list[float]:
    """From each person's planned moment to the answer the target sent, by its clock."""
    origin_s = min(came_s - at_plan[person] for person, _, came_s, _ in log)
    return [(answered_s - origin_s - at_plan[person]) * 1000 for person, _, _, answered_s in log]
