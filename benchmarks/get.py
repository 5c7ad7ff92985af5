"""Owns the measure of a plain GET's CPU: ours beside hey, wrk, autocannon and Locust's two clients, one after another.

Never compares across policies: 50 connections, each kept by one person, user or thread of a peer; nginx counts.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks import _ours
from benchmarks._processes import Window, program, running
from benchmarks._results import ROOT, Figure, Found, Goal
from benchmarks._setup import Setup
from benchmarks._targets import Nginx, nginx
from benchmarks.peers.tools import autocannon, hey, versions, wrk

GOAL = 1.0
PEOPLE = 50
STEPS = 200
LENGTH_S = 20
"""Longer than anybody looks."""
LOCUSTFILE = ROOT / "benchmarks" / "peers" / "get_locustfile.py"
NAMES = {
    "ours": "ours, a GET step of a journey",
    "hey": "hey (Go)",
    "wrk": "wrk (C)",
    "autocannon": "autocannon (Node)",
    "fast": "Locust FastHttpUser",
    "http": "Locust HttpUser",
    "new people": "ours, a new person for every GET, connections reused",
}
HOW = f"""A page of 600 bytes from nginx on the other core, as fast as each generator can on one core,
{PEOPLE} at once. Everybody keeps one connection: {PEOPLE} people of ours on journeys of {STEPS} GET steps,
{PEOPLE} workers of hey, {PEOPLE} connections of wrk and autocannon, {PEOPLE} Locust users. Ours carries all its
headers, keeps cookies, and records both latencies of each request in histograms. The last line is ours with
each GET by a person of its own."""

Command = tuple[list[str], dict[str, str]]


def commands(setup: Setup, folder: Path, url: str) -> dict[str, Command]:
    """Each side's command and environment; peers that are not installed are left out."""
    page = f"{url}/"
    around = {name: folder / name.replace(" ", "_") for name in ("ours", "new people")}
    for one in around.values():
        one.mkdir()
    load = f"{{concurrent: {PEOPLE}}}"
    stay = _ours.scenario(around["ours"], load, LENGTH_S, ["visit: /"] * STEPS)
    come = _ours.scenario(around["new people"], load, LENGTH_S, ["visit: /"], connections="reused")
    found: dict[str, Command] = {"ours": (_ours.run(stay, url), {})}
    if setup.has("hey"):
        found["hey"] = (hey(page, PEOPLE, LENGTH_S), {})
    if setup.has("wrk"):
        found["wrk"] = (wrk(page, PEOPLE, LENGTH_S), {})
    if script := setup.autocannon():
        found["autocannon"] = (autocannon(script, page, PEOPLE, LENGTH_S), {})
    locust = [*program("locust"), "-f", str(LOCUSTFILE), "--headless", "-u", str(PEOPLE), "-r", str(PEOPLE)]
    locust += ["--host", url, "--run-time", f"{LENGTH_S}s", "--only-summary", "--skip-log-setup"]
    found["fast"] = (locust, {"CLIENT": "fast"})
    if not setup.quick:
        found["http"] = (locust, {"CLIENT": "http"})
        found["new people"] = (_ours.run(come, url), {})
    return found


def window(side: Command, folder: Path, target: Nginx, settle_s: float, span_s: float) -> Window:
    """One run of one side, looked at in its middle, then ended."""
    command, env = side
    with running(command, folder, env) as process:
        return process.window(target.count, settle_s, span_s)


def measure(setup: Setup) -> Found:
    """Every side in turn."""
    setup.needs("nginx")
    settle_s, span_s = setup.size((0.7, 1.5), (0.1, 0.2))
    with tempfile.TemporaryDirectory() as name, nginx() as target:
        folder = Path(name)
        sides = commands(setup, folder, target.url)
        taken: dict[str, list[float]] = {side: [] for side in sides}
        rates: dict[str, list[float]] = {side: [] for side in sides}
        for side in setup.turns(list(sides)):
            one = window(sides[side], folder, target, settle_s, span_s)
            taken[side].append(one.us_per_request)
            rates[side].append(one.requests / one.real_s)
    ours = taken["ours"]
    goal = Goal("CPU per request, plain GET step", ours, "≤", GOAL, "ratio", "hey", taken.get("hey", []), 1, "µs")
    figures = [Figure(f"CPU per request, {NAMES[side]}, µs", values, 1) for side, values in taken.items()]
    figures += _ratios(taken)
    figures += [Figure(f"requests per second, {NAMES[side]}", rates[side]) for side in taken]
    return Found("A plain GET", HOW, figures, [goal], setup.left_out, versions(taken))


def _ratios(taken: dict[str, list[float]]) -> list[Figure]:
    others = [side for side in taken if side not in ("ours", "new people")]
    ratios = {side: [a / b for a, b in zip(taken["ours"], taken[side], strict=True)] for side in others}
    return [Figure(f"ours / {NAMES[side]}", values, 2) for side, values in ratios.items()]
