"""Owns a target that stands still for two seconds, rehearsed by us and by plain Locust, beside the target's own log.

Knows nothing of which rate is asked for.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STALL_AT_S = 4.0
STALL_FOR_S = 2.0
PLAN = """
name: stall-{rate}
seed: 3
load: {{rate: {rate}}}
duration: {duration_s}s
http: {{connections: {connections}}}
journeys:
  - name: look
    pace: none
    steps: [visit: /page]
checks: ["latency_p99_ms < 500"]
"""
LOCUSTFILE = """
from itertools import count
from locust import FastHttpUser, constant_throughput, task

number = count()


class Plain(FastHttpUser):
    wait_time = constant_throughput({each_per_s})

    @task
    def look(self):
        self.client.get("/page", headers={{"X-ESR-Person": str(next(number))}})
"""


@dataclass(frozen=True)
class Stalled:
    """What came of it. ``truth_ms``: when the target sent the answer minus when the plan had the person come, p99."""

    code: int
    said: str
    summary: dict[str, Any]
    everybody: bool
    truth_ms: float

    @property
    def off(self) -> float:
        """How far our p99 is from the truth, as a share of it."""
        found: float = self.summary["latency_ms"]["p99"]
        return abs(found - self.truth_ms) / self.truth_ms


def nearest_rank(values: list[float], share: float) -> float:
    """The value that so many are at or below."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]


def rehearse(
    folder: Path, esr: Any, logging_target: Any, rate: int, duration_s: int, connections: str = "per_person"
) -> Stalled:
    """Our run through the stall, and what plan and target say of it."""
    file = folder / "stall.yml"
    file.write_text(PLAN.format(rate=rate, duration_s=duration_s, connections=connections))
    target = logging_target(stall_at_s=STALL_AT_S, stall_for_s=STALL_FOR_S)
    ran = esr("run", str(file), "--target", target.url, punctual=True)
    lines = esr("plan", str(file), "--format", "jsonl").output.splitlines()
    at_plan = {line["k"]: line["real_s"] for line in map(json.loads, lines)}
    log = target.log()
    origin = min(came_s - at_plan[person] for person, _, came_s, _ in log)
    truth = [(answered_s - origin - at_plan[person]) * 1000 for person, _, _, answered_s in log]
    everybody = sorted(person for person, *_ in log) == sorted(at_plan)
    return Stalled(ran.code, ran.output + ran.errors, ran.summary, everybody, nearest_rank(truth, 0.99))


def locusts_p99_ms(folder: Path, logging_target: Any, rate: int, duration_s: int, users: int = 20) -> float:
    """What plain Locust reports of the same stall: ``users`` that each keep up their part of the rate."""
    (folder / "plain.py").write_text(LOCUSTFILE.format(each_per_s=rate / users))
    target = logging_target(stall_at_s=STALL_AT_S, stall_for_s=STALL_FOR_S)
    command = [sys.executable, "-m", "locust", "-f", "plain.py", "--headless", "-u", str(users), "-r", str(users)]
    command += ["-t", f"{duration_s}s", "--host", target.url, "--csv", "plain", "--only-summary", "--skip-log-setup"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")}
    subprocess.run(command, cwd=folder, env=environment, check=True, timeout=120, capture_output=True)
    with (folder / "plain_stats.csv").open() as stats:
        return next(float(row["99%"]) for row in csv.DictReader(stats) if row["Name"] == "Aggregated")
