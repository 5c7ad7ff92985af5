"""Owns the measure of a form journey's CPU per request: ours from a file, against the same journey by FastHttpUser.

Never mixes the two: each side is a process of its own, in turn, and the city counts what both sent.
"""

from __future__ import annotations

import json
import tempfile
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import _ours
from benchmarks._processes import TARGET_CORE, Window, own_core, program, running
from benchmarks._results import ROOT, Figure, Found, Goal
from benchmarks._setup import Setup
from hms_esr.city.process import CityProcess

GOAL = 0.25
PER_PERSON = 6
EACH_PER_S = 5.0
LOCUSTFILE = ROOT / "benchmarks" / "peers" / "form_journey_locustfile.py"
SIDES = {
    "ours": "ours from a file",
    "locust": "FastHttpUser by hand",
    "ours, reused": "ours from a file, connections reused by the next person",
    "locust, reused": "FastHttpUser by hand, connections reused by the next person",
}
SCENARIO = """name: form-journey
spacing: even
load: {{people: {people}, over: {over_s:g}s}}
http: {{connections: {connections}}}
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
HOW = """Login, form, upload of a 20 kB PDF, submit, with redirects, session cookie and CSRF token: six
requests a person, {rate:g} people a second, against the city on another core. The goal is for one connection
per person: kept through its six requests and closed with the person, on both sides; beside it, both with
connections that the next person goes on using. The peer is
[hand-written](../benchmarks/peers/form_journey_locustfile.py): token by pattern, multipart by hand, users
reused. The city counts the requests; each run ends with every form of everybody received."""


@dataclass(frozen=True)
class Crowd:
    """Who comes: so many people, at so many a second; ``connections`` as in a scenario."""

    people: int
    rate_per_s: float
    connections: str


def prepare(folder: Path) -> None:
    """Files both sides use: persona and PDF."""
    (folder / "personas").mkdir()
    (folder / "personas" / "grower.yaml").write_text(PERSONA)
    (folder / "schedule_f.pdf").write_bytes(b"%PDF-1.4\n" + Random(1).randbytes(20_000) + b"\n%%EOF\n")


def command(side: str, folder: Path, url: str, crowd: Crowd) -> tuple[list[str], dict[str, str]]:
    """A side's command and environment."""
    if side.startswith("ours"):
        over_s = crowd.people / crowd.rate_per_s
        file = folder / "journey.yml"
        file.write_text(SCENARIO.format(people=crowd.people, over_s=over_s, connections=crowd.connections))
        return _ours.run(file, url), {}
    users = min(crowd.people, max(1, round(crowd.rate_per_s / EACH_PER_S)))
    env = {
        "PEOPLE": str(crowd.people),
        "PER_USER_PER_S": str(crowd.rate_per_s / users),
        "SCHEDULE_F": str(folder / "schedule_f.pdf"),
        "CONNECTIONS": crowd.connections,
    }
    locust = [*program("locust"), "-f", str(LOCUSTFILE), "--headless", "-u", str(users), "-r", str(users)]
    return [*locust, "--host", url, "--only-summary", "--skip-log-setup"], env


def requests(url: str) -> int:
    """Requests the city has counted; asking is not one of them."""
    return int(_counts(url)["requests"])


def _counts(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/__city/counts", timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def see_that_all_came(url: str, people: int, before: int) -> None:
    """See that the city counted exactly six requests a person and received every form; then forget them."""
    table = _counts(url)
    rows: Counter[tuple[str, str, int]] = Counter()
    for row in table["by"]:
        rows[row["method"], row["path"], row["status"]] += row["n"]
    received = rows["POST", "/apply-subsidy", 303]
    if table["requests"] != PER_PERSON * people + before or received != people:
        raise RuntimeError(f"{people} people should send {PER_PERSON} requests each; the city counted {dict(rows)}")
    urllib.request.urlopen(urllib.request.Request(f"{url}/__city/reset", method="POST"), timeout=10).close()


def window(side: str, folder: Path, url: str, crowd: Crowd, settle_s: float, span_s: float) -> Window:
    """One run of one side, looked at in its middle."""
    line, env = command(side, folder, url, crowd)
    with running(line, folder, env) as process:
        taken = process.window(lambda: requests(url), settle_s, span_s)
        process.end()
    before = _ours.summary(folder)["setup_requests"] if side.startswith("ours") else 0
    see_that_all_came(url, crowd.people, before)
    return taken


def measure(setup: Setup) -> Found:
    """All sides in turn."""
    rate_per_s, length_s, settle_s, span_s = setup.size((250.0, 5.0, 1.0, 3.2), (40.0, 3.0, 0.1, 0.3))
    taken: dict[str, list[float]] = {side: [] for side in list(SIDES)[: setup.size(4, 2)]}
    with tempfile.TemporaryDirectory() as name, CityProcess() as city:
        own_core(TARGET_CORE, city.pid)
        folder = Path(name)
        prepare(folder)
        for side in setup.turns(list(taken)):
            connections = "reused" if side.endswith("reused") else "per_person"
            crowd = Crowd(round(rate_per_s * length_s), rate_per_s, connections)
            taken[side].append(window(side, folder, city.url, crowd, settle_s, span_s).us_per_request)
    figures = [Figure(f"CPU per request, {SIDES[side]}, µs", values) for side, values in taken.items()]
    if "ours, reused" in taken:
        reused = [a / b for a, b in zip(taken["ours, reused"], taken["locust, reused"], strict=True)]
        figures.append(Figure("ratio, connections reused", reused, 2))
    what = "CPU per request, form journey with a session cookie"
    goal = Goal(what, taken["ours"], "≤", GOAL, "ratio", "FastHttpUser by hand", taken["locust"], unit="µs")
    return Found("A form journey against plain Locust", HOW.format(rate=rate_per_s), figures, [goal])
