"""Owns the measure of memory: how many people who read a page and think fit into a GiB, plain and over TLS.

Never counts what a generator needs without people: that is taken off, by a run with a few.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from benchmarks import _ours
from benchmarks._processes import LOOK_S, Running, program, running, tree_rss
from benchmarks._results import ROOT, Figure, Found, Goal
from benchmarks._setup import Setup
from benchmarks._targets import nginx

GIB = 1 << 30
GOALS = {"plain": 50_000, "TLS": 20_000}
LOCUSTFILE = ROOT / "benchmarks" / "peers" / "thinking_locustfile.py"
PER_S = 500
FEW = 50
THINK_S = 60
PEOPLE = {"ours, plain": 3000, "Locust, plain": 3000, "ours, TLS": 1200, "Locust, TLS": 240}
HOW = """People come, {rate} a second, read a page from nginx and think, each with a connection of its own.
Resident memory of the generator's process: what it is above that of a run of {few} people, for each of the
others, scaled to a GiB; the most it was in the two seconds after the last came is what counts. The figures with
fewer people show how it grows. Locust: FastHttpUsers that ask and wait; over TLS only a few, because each makes
a TLS context of its own."""

Points = dict[int, int]
"""Resident bytes when so many people had come."""
Side = Callable[[Path, str, int], list[str]]


def ours(folder: Path, url: str, people: int) -> list[str]:
    """People of ours."""
    load = f"{{people: {people}, over: {people / PER_S:g}s}}"
    file = _ours.scenario(folder, load, people / PER_S + THINK_S, ["visit: /", f"think: {THINK_S}s"])
    return _ours.run(file, url, "--insecure")


def locust(folder: Path, url: str, people: int) -> list[str]:
    """Users of Locust."""
    command = [*program("locust"), "-f", str(LOCUSTFILE), "--headless", "-u", str(people), "-r", str(PER_S)]
    return [*command, "--host", url, "--only-summary", "--skip-log-setup"]


def memory(process: Running, count: Callable[[], int], people: int, after_s: float) -> Points:
    """Memory at a third of the people, two thirds and all: there the most of the next ``after_s`` seconds."""
    first, tree = count(), psutil.Process(process.process.pid)
    found: Points = {}

    def came(point: int) -> Callable[[], bool]:
        return lambda: count() - first >= point

    for point in (people // 3, people * 2 // 3, people):
        process.wait_for(came(point), f"{point} people came")
        found[point] = tree_rss(tree)
    until = time.monotonic() + after_s
    while time.monotonic() < until:
        found[people] = max(found[people], tree_rss(tree))
        time.sleep(LOOK_S)
    return found


def per_person(side: Side, people: int, after_s: float, *, tls: bool) -> dict[int, float]:
    """Bytes for each person above the first few, by how many there were: a run of a few, then one of all."""
    rounds = []
    for many in (FEW, people):
        with tempfile.TemporaryDirectory() as name, nginx(tls=tls) as target:
            command = side(Path(name), target.url, many)
            with running(command, Path(name)) as process:
                rounds.append(memory(process, target.count, many, after_s))
    least, points = rounds[0][FEW], rounds[1]
    return {many: max(1.0, (bytes_ - least) / (many - FEW)) for many, bytes_ in points.items()}


def measure(setup: Setup) -> Found:
    """Plain and TLS, both sides in turn."""
    setup.needs("nginx", "openssl")
    many, after_s = setup.size((PEOPLE, 2.0), ({"ours, plain": 200, "Locust, plain": 200}, 0.3))
    taken: dict[str, list[dict[int, float]]] = {}
    for side in setup.turns(list(many), rounds=1):
        command = ours if side.startswith("ours") else locust
        taken.setdefault(side, []).append(per_person(command, many[side], after_s, tls=side.endswith("TLS")))
    figures, goals = [], []
    for side, rounds in taken.items():
        for point in rounds[0]:
            figures.append(
                Figure(f"{side}: KiB for each of {point:,} people", [one[point] / 1024 for one in rounds], 1)
            )
    fit = {side: [GIB / one[many[side]] for one in rounds] for side, rounds in taken.items()}
    for way, limit in GOALS.items():
        if f"ours, {way}" in fit:
            beside = fit[f"Locust, {way}"]
            what = f"thinking people in a GiB, {way}"
            goals.append(Goal(what, fit[f"ours, {way}"], "≥", limit, peer="Locust", beside=beside))
    return Found("People who think", HOW.format(rate=PER_S, few=FEW), figures, goals)
