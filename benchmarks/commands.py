"""Owns the measure of whole commands: how long a person waits for help or for a scenario to be checked.

Knows nothing of what takes the time; ``python -X importtime -m hms_esr validate FILE`` tells.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks._page import Row, Section, publish, spread
from benchmarks._processes import program, used

HELP_S, VALIDATE_S = 0.3, 0.5
LINES = 200
HEAD = """name: two-hundred
description: A long scenario with a bit of everything.
tags: [high_risk]
clock: {warp: 60}
duration: 2h
load: {rate: [[0h, 5], [1h, 30]]}
vars: {office: IA-04}
journeys:
"""
JOURNEY = """  - name: journey_{number}
    weight: {number}
    persona: {{claimant: 8, citizen: 2}}
    pace: {{median: 4s, spread: 0.5}}
    steps:
      - login
      - visit: /claims/new
        name: open_form
        save: {{case: {{css: "#case-id"}}}}
      - fill: {{employer: "{{{{ persona.company }}}}", state: "{{{{ random.states }}}}"}}
      - maybe: {{share: 0.1, steps: [{{upload: {{field: id_card, file: id.pdf, size_kb: 420}}}}]}}
      - submit
      - expect: {{status: 200, text: received}}
      - think: 5s
      - request: {{method: POST, path: /api/notes, json: {{office: "{{{{ vars.office }}}}"}}}}
      - await: {{status: decided, within: 48h}}
"""
TAIL = """faults:
  - {fault: latency, service: eligibility-svc, at: 1h, for: 10m, latency_ms: 800}
checks:
  - sla_48h_success_rate > 0.95
  - {check: "latency_p95_ms < 2000", warn: "< 1000"}
"""
HOW = f"""Whole processes, from the shell's call to their end, in turn; the last row is Python itself doing nothing. The
scenario has {LINES} lines: journeys with most kinds of steps, a fault, checks."""


def scenario() -> str:
    """A valid scenario of exactly 200 lines, the last ones further checks."""
    each = JOURNEY.count("\n")
    journeys = (LINES - HEAD.count("\n") - TAIL.count("\n")) // each
    text = HEAD + "".join(JOURNEY.format(number=number + 1) for number in range(journeys)) + TAIL
    text += "".join(f"  - latency_p95_ms < {3000 + number}\n" for number in range(LINES - text.count("\n")))
    return text


def measure(times: int) -> Section:
    """Medians of so many turns, after one that warms the disk."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "long.yml").write_text(scenario())
        commands = {
            "`hms-esr --help`": [*program("hms-esr"), "--help"],
            f"`hms-esr validate`, {LINES} lines": [*program("hms-esr"), "validate", "long.yml"],
            "`python -c pass`": [sys.executable, "-c", "pass"],
        }
        taken_s: dict[str, list[float]] = {what: [] for what in commands}
        for turn in range(times + 1):
            for what, command in commands.items():
                real_s = used(command, folder).real_s
                if turn:
                    taken_s[what].append(real_s)
    goals = dict(zip(commands, (HELP_S, VALIDATE_S, None), strict=True))
    rows = [
        Row(f"{what}, s", spread(values, 3), f"< {goal:g}" if goal else "", goal is None or median(values) < goal)
        for (what, values), goal in zip(taken_s.items(), goals.values(), strict=True)
    ]
    return Section("Commands", "commands", HOW, rows)


def main(arguments: list[str] | None = None) -> Section:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description="Real time of whole commands.")
    parser.add_argument("--times", type=int, default=9)
    section = measure(parser.parse_args(arguments).times)
    publish(section)
    return section


if __name__ == "__main__":
    sys.exit(bool(main().missed))
