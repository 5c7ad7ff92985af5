"""Owns the measure of whole commands: how long a person waits for help or for a scenario to be checked.

Knows nothing of what takes the time; ``python -X importtime -m hms_esr validate FILE`` tells.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks import _form, form_journey
from benchmarks._processes import GENERATOR_CORE, program, used
from benchmarks._results import Figure, Found, Goal
from benchmarks._setup import Setup
from hms_esr.city.process import CityProcess

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
    persona: {{claimant: 8, farmer: 2}}
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
TINY = form_journey.Crowd(4, 0.004)
HOW = f"""Whole processes, from the shell's call to their end, in turn; one figure is Python itself doing
nothing. The scenario that is checked has {LINES} lines: journeys with most kinds of steps, a fault, checks. The
tiny run is the form journey of {TINY.people} people: what a start and an end cost, with the report."""


def scenario() -> str:
    """A valid scenario of exactly 200 lines, the last ones further checks."""
    each = JOURNEY.count("\n")
    journeys = (LINES - HEAD.count("\n") - TAIL.count("\n")) // each
    text = HEAD + "".join(JOURNEY.format(number=number + 1) for number in range(journeys)) + TAIL
    text += "".join(f"  - latency_p95_ms < {3000 + number}\n" for number in range(LINES - text.count("\n")))
    return text


def measure(setup: Setup) -> Found:
    """All in turn, after once that warms the disk; tiny runs, which take longer, not so often."""
    taken_s: dict[str, list[float]] = {}
    cpu_s: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name, CityProcess() as city:
        folder = Path(name)
        (folder / "long.yml").write_text(scenario())
        _form.prepare(folder)
        plain: tuple[dict[str, str], int | None] = ({}, None)
        commands = {
            "help": ([*program("hms-esr"), "--help"], *plain),
            "validate": ([*program("hms-esr"), "validate", "long.yml"], *plain),
            "python": ([sys.executable, "-c", "pass"], *plain),
            "ours": (*form_journey.command("ours", folder, city.url, TINY), GENERATOR_CORE),
            "locust": (*form_journey.command("locust", folder, city.url, TINY), GENERATOR_CORE),
        }
        for turn in range(setup.size(2 * setup.rounds + 1, 1)):
            setup.say(f"turn {turn}")
            for what, (command, env, core) in commands.items():
                if core is not None and turn > setup.rounds:
                    continue
                one = used(command, folder, env, core=core)
                if turn or setup.quick:
                    taken_s.setdefault(what, []).append(one.real_s)
                    cpu_s.setdefault(what, []).append(one.cpu_s)
    goals = [
        Goal("`hms-esr --help`", taken_s["help"], "<", HELP_S, digits=3, unit="s"),
        Goal(f"`hms-esr validate`, {LINES} lines", taken_s["validate"], "<", VALIDATE_S, digits=3, unit="s"),
    ]
    figures = [Figure(f"{goal.what}, s", goal.values, 3) for goal in goals]
    figures += [
        Figure("`python -c pass`, s", taken_s["python"], 3),
        Figure("CPU of a tiny run, ours, s", cpu_s["ours"], 2),
        Figure("CPU of a tiny run, Locust, s", cpu_s["locust"], 2),
    ]
    return Found("Commands", HOW, figures, goals)
