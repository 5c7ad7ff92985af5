"""The load is delivered as planned, seen from the target's own log."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.alone

TRIES = 3
"""A machine that does something else for 20 ms is no fault of ours; one that always does is."""

PLAN = """
name: open-{name}
seed: 3
spacing: {spacing}
load: {{rate: {rate}}}
duration: {duration}
journeys:
  - name: look
    pace: none
    steps: [visit: /page]
checks: ["latency_p99_ms < {limit}"]
"""


def planned(esr: Callable[..., Any], file: Path) -> dict[int, float]:
    """Real seconds by person, from the plan."""
    lines = esr("plan", str(file), "--format", "jsonl").output.splitlines()
    return {line["k"]: line["real_s"] for line in map(json.loads, lines)}


def most_off_plan(at_plan: dict[int, float], log: list[list[Any]]) -> int:
    """Most people the target ever had too few or too many of, against the plan laid over its first arrival."""
    came = {person: at_s for person, _, at_s, _ in log}
    origin = min(came[k] - at_s for k, at_s in at_plan.items() if k in came)
    steps = sorted([(at_s, 1) for at_s in at_plan.values()] + [(at_s - origin, -1) for at_s in came.values()])
    off = most = 0
    for _, step in steps:
        off += step
        most = max(most, abs(off))
    return most


@pytest.mark.parametrize(
    ("name", "rate", "duration", "peak"),
    [("steps", "[[0s, 5], [3s, 30], [6s, 40]]", "9s", 40), ("flat", "300", "9s", 300)],
)
def test_people_come_when_they_are_meant_to(
    name: str, rate: str, duration: str, peak: int, tmp_path: Path, esr: Any, logging_target: Any
) -> None:
    """Never more than rate x 10 ms + 1 people off the plan, and everybody comes once."""
    file = tmp_path / "open.yml"
    file.write_text(PLAN.format(name=name, spacing="even", rate=rate, duration=duration, limit=2000))
    off = []
    for _ in range(TRIES):
        target = logging_target()
        ran = esr("run", str(file), "--target", target.url, punctual=True)
        assert ran.code == 0, ran.output + ran.errors
        at_plan, log = planned(esr, file), target.log()
        assert sorted(person for person, *_ in log) == sorted(at_plan)
        delivery = ran.summary["delivery"]
        assert delivery["planned"] == delivery["delivered"] == len(at_plan)
        assert delivery["late_p99_ms"] is not None
        off.append(most_off_plan(at_plan, log))
        if off[-1] <= peak * 0.010 + 1:
            return
    pytest.fail(f"off the plan by {off} people in {TRIES} runs")
