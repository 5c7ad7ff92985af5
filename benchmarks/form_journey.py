"""Owns the measure of a form journey's CPU per request: ours from a file, against the same journey by FastHttpUser.

Never mixes the two: each side is a process of its own, in turn, and the city counts what both sent.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median

import psutil

from benchmarks._page import ROOT, Row, Section, publish, spread
from benchmarks._processes import CITY_CORE, GENERATOR_CORE, program, used
from hms_esr.city.process import CityProcess

GOAL = 1.3
PER_PERSON = 6
TINY = 4
LOOPS = 50
LOCUSTFILE = ROOT / "benchmarks" / "peers" / "form_journey_locustfile.py"
SCENARIO = """name: form-journey
spacing: even
load: {{people: {people}, over: {over_s:g}s}}
journeys:
  - name: apply
    persona: grower
    pace: none
    steps:
      - login
      - visit: /apply-subsidy
      - fill: {{farm_name: "{{{{ persona.farm_name }}}}", acres: "{{{{ persona.acres }}}}"}}
      - upload: schedule_f.pdf
      - submit
      - expect: {{page: /apply-subsidy/received, text: "Schedule F were received"}}
checks: ["error_rate == 0", "success_rate == 1"]
"""
PERSONA = """role: grower
fields:
  farm_name: {template: "{last_name} Family Farm"}
  acres: {range: {min: 40, max: 3200, step: 10}}
account: true
"""
HOW = """Login, form, upload of a 20 kB PDF, submit, with redirects, session cookie and CSRF token: six requests a
person, {people} people at {rate:g} a second, one connection each, against the city on another core. CPU is user and
system time of the generator's process, per request the city counted, without what a run of {tiny} people costs (its
start-up and end). The peer is [hand-written](../benchmarks/peers/form_journey_locustfile.py) with FastHttpUser: token
by pattern, multipart by hand, users reused."""

Side = Callable[[int, float], float]


def prepare(folder: Path) -> None:
    """Files both sides use: persona and PDF."""
    (folder / "personas").mkdir()
    (folder / "personas" / "grower.yaml").write_text(PERSONA)
    (folder / "schedule_f.pdf").write_bytes(b"%PDF-1.4\n" + Random(1).randbytes(20_000) + b"\n%%EOF\n")


def ours(folder: Path, url: str, people: int, rate_per_s: float) -> float:
    """CPU seconds of ``hms-esr run``; its one request before the start is not counted."""
    (folder / "journey.yml").write_text(SCENARIO.format(people=people, over_s=people / rate_per_s))
    cpu_s = used(
        [*program("hms-esr"), "run", "journey.yml", "--target", url, "--quiet"], folder, core=GENERATOR_CORE
    ).cpu_s
    summary = json.loads((folder / "results" / "latest" / "summary.json").read_text())
    counted(url, people, summary["setup_requests"])
    return cpu_s


def locusts(folder: Path, url: str, people: int, rate_per_s: float) -> float:
    """CPU seconds of ``locust`` without web page."""
    loops = min(LOOPS, people)
    command = [*program("locust"), "-f", str(LOCUSTFILE), "--headless", "-u", str(loops), "-r", str(loops)]
    env = {
        "PEOPLE": str(people),
        "PER_USER_PER_S": str(rate_per_s / loops),
        "SCHEDULE_F": str(folder / "schedule_f.pdf"),
    }
    cpu_s = used(
        [*command, "--host", url, "--only-summary", "--skip-log-setup"], folder, env, core=GENERATOR_CORE
    ).cpu_s
    counted(url, people, 0)
    return cpu_s


def counted(url: str, people: int, before: int) -> None:
    """See that the city counted exactly six requests a person and received every form; then forget them."""
    with urllib.request.urlopen(f"{url}/__city/counts", timeout=10) as answer:
        table = json.load(answer)
    rows: Counter[tuple[str, str, int]] = Counter()
    for row in table["by"]:
        rows[row["method"], row["path"], row["status"]] += row["n"]
    received = rows["POST", "/apply-subsidy", 303]
    if table["requests"] != PER_PERSON * people + before or received != people:
        raise RuntimeError(f"{people} people should send {PER_PERSON} requests each; the city counted {dict(rows)}")
    urllib.request.urlopen(urllib.request.Request(f"{url}/__city/reset", method="POST"), timeout=10).close()


def measure(people: int, rate_per_s: float, rounds: int) -> Section:
    """Both sides in turn, a tiny run before each; microseconds per request and their ratio."""
    per_request: dict[str, list[float]] = {"ours": [], "locust": []}
    with tempfile.TemporaryDirectory() as name, CityProcess() as city:
        psutil.Process(city.pid).cpu_affinity([CITY_CORE])
        folder = Path(name)
        prepare(folder)
        sides = {"ours": ours, "locust": locusts}
        idle_s: dict[str, list[float]] = {side: [] for side in sides}
        busy_s: dict[str, list[float]] = {side: [] for side in sides}
        for turn in range(rounds):
            for side in list(sides)[:: 1 if turn % 2 == 0 else -1]:
                idle_s[side].append(sides[side](folder, city.url, TINY, 1000.0))
                busy_s[side].append(sides[side](folder, city.url, people, rate_per_s))
        for side, taken_s in busy_s.items():
            each = PER_PERSON * (people - TINY) / 1e6
            per_request[side] = [(cpu_s - median(idle_s[side])) / each for cpu_s in taken_s]
    ratios = [a / b for a, b in zip(per_request["ours"], per_request["locust"], strict=True)]
    ratio = median(ratios)
    rows = [
        Row("CPU per request, ours from a file, µs", spread(per_request["ours"])),
        Row("CPU per request, FastHttpUser by hand, µs", spread(per_request["locust"])),
        Row("ratio", spread(ratios, 2), f"≤ {GOAL}", ratio <= GOAL),
        Row("CPU of a tiny run, ours / Locust, s", " / ".join(f"{median(idle_s[side]):.2f}" for side in sides)),
    ]
    how = HOW.format(people=people, rate=rate_per_s, tiny=TINY)
    return Section("A form journey against plain Locust", "form_journey", how, rows)


def main(arguments: list[str] | None = None) -> Section:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description="CPU per request of a form journey, against FastHttpUser.")
    parser.add_argument("--people", type=int, default=1600)
    parser.add_argument("--rate", type=float, default=200, help="people starting per second")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(arguments)
    section = measure(given.people, given.rate, given.rounds)
    publish(section)
    return section


if __name__ == "__main__":
    sys.exit(bool(main().missed))
