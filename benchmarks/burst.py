"""Owns the measure of a burst: how soon a thousand people are under way, by the target's own log.

Knows nothing of how they are started.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks._page import ROOT, Row, Section, publish, spread
from benchmarks._processes import program, used

GOAL_S = 1.0
INVALID = 3
"""The exit code when more than 1 % start over 100 ms late, as a thousand due at one moment may."""
SCENARIO = """name: burst
spacing: even
load: {{people: {people}, over: {over}}}
duration: 2s
journeys:
  - name: look
    pace: none
    steps: [visit: /page]
checks: ["success_rate == 1"]
"""
HOW = """{people} people, one step each, one connection each, to a target that logs when each request came. All at once
(`over: 0s`): from the first person's request to the last's. Spread over a second (`over: 1s`): how many the target ever
had too few or too many of, against the plan laid over its first arrival (allowed: rate × 10 ms + 1)."""


def listening(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A logging target and its address."""
    ready = folder / "ready"
    command = [sys.executable, "-m", "tests.rehearsals.logging_target", str(ready), "0", "0"]
    process = subprocess.Popen(command, cwd=ROOT)
    deadline_s = time.monotonic() + 20
    while not ready.exists():
        if time.monotonic() > deadline_s or process.poll() is not None:
            process.kill()
            raise RuntimeError("the logging target did not start")
        time.sleep(0.02)
    return process, f"http://127.0.0.1:{ready.read_text()}"


def rehearse(people: int, over: str) -> tuple[dict[int, float], dict[int, float], dict[str, Any]]:
    """One run: by person the planned second and the second the target saw; and the summary."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "burst.yml").write_text(SCENARIO.format(people=people, over=over))
        process, url = listening(folder)
        try:
            command = [*program("hms-esr"), "run", "burst.yml", "--target", url, "--quiet"]
            used(command, folder, codes=(0, INVALID) if over == "0s" else (0,))
            with urllib.request.urlopen(f"{url}/log", timeout=10) as answer:
                log = json.load(answer)
        finally:
            process.kill()
            process.wait()
        lines = used([*program("hms-esr"), "plan", "burst.yml", "--format", "jsonl"], folder).output.splitlines()
        summary: dict[str, Any] = json.loads((folder / "results" / "latest" / "summary.json").read_text())
    planned = {line["k"]: float(line["real_s"]) for line in map(json.loads, lines)}
    came = {int(person): float(at_s) for person, _, at_s, _ in log}
    if len(log) != people or set(came) != set(planned):
        raise RuntimeError(f"{people} people were planned; the target saw {len(log)} requests of {len(came)}")
    return planned, came, summary


def most_off_plan(planned: dict[int, float], came: dict[int, float]) -> int:
    """Most people the target ever had too few or too many of."""
    origin_s = min(came[k] - at_s for k, at_s in planned.items())
    off = most = 0
    for _, step in sorted([(at_s, 1) for at_s in planned.values()] + [(at_s - origin_s, -1) for at_s in came.values()]):
        off += step
        most = max(most, abs(off))
    return most


def measure(people: int, rounds: int) -> Section:
    """Both loads in turn."""
    span_s, all_late_ms, off, late_ms = [], [], [], []
    for _ in range(rounds):
        _, came, summary = rehearse(people, "0s")
        span_s.append(max(came.values()) - min(came.values()))
        all_late_ms.append(summary["delivery"]["late_p99_ms"])
        planned, came, summary = rehearse(people, "1s")
        off.append(most_off_plan(planned, came))
        late_ms.append(summary["delivery"]["late_p99_ms"])
    allowed = people // 100 + 1
    rows = [
        Row("all at once: last under way after, s", spread(span_s, 3), f"≤ {GOAL_S:g}", median(span_s) <= GOAL_S),
        Row("all at once: late by, p99, ms (our record)", spread(all_late_ms, 1)),
        Row("over a second: people off the plan at most", spread(off), f"≤ {allowed}", median(off) <= allowed),
        Row("over a second: late by, p99, ms (our record)", spread(late_ms, 1)),
    ]
    return Section("A thousand people in one second", "burst", HOW.format(people=people), rows)


def main(arguments: list[str] | None = None) -> Section:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description="How soon a thousand people are under way.")
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(arguments)
    section = measure(given.people, given.rounds)
    publish(section)
    return section


if __name__ == "__main__":
    sys.exit(bool(main().missed))
