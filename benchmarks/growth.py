"""Owns the measure of growth: what a request costs with more steps, more workers, more people under way.

Knows nothing of peers: it is about ourselves.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import psutil

from benchmarks import _ours
from benchmarks._processes import GENERATOR_CORE, Window, running, tree_rss
from benchmarks._results import Figure, Found
from benchmarks._setup import Setup
from benchmarks._targets import nginx

STEPS = (5, 20, 80)
WORKERS = (1, 2, 4)
PEOPLE = (200, 1000, 3000)
REQUESTS_PER_S = 500
PER_WORKER_PER_S = 150
HOW = f"""CPU per request against nginx. *Steps*: 50 people at once on journeys of 80 requests under so many
names, as fast as one core can. *Workers*: processes on all cores together, the master with them,
{PER_WORKER_PER_S} people a second for each worker, who each look at two pages. *People*: so many under way at
once, who look and think in turn, so that {REQUESTS_PER_S} requests a second come from all of them."""


def window(
    file: Path, settle_s: float, span_s: float, *options: str, core: int | None = GENERATOR_CORE
) -> tuple[Window, int]:
    """A run looked at in its middle: the window, and the resident bytes at its end."""
    with nginx() as target, running(_ours.run(file, target.url, *options), file.parent, core=core) as process:
        taken = process.window(target.count, settle_s, span_s)
        return taken, tree_rss(psutil.Process(process.process.pid))


def with_steps(folder: Path, steps: int, settle_s: float, span_s: float) -> float:
    """CPU µs for a request of journeys with so many different steps."""
    names = [f"{{visit: /, name: step {number % steps}}}" for number in range(max(STEPS))]
    file = _ours.scenario(folder, "{concurrent: 50}", settle_s + span_s + 3, names)
    return window(file, settle_s, span_s)[0].us_per_request


def with_workers(folder: Path, workers: int, settle_s: float, span_s: float) -> float:
    """CPU µs for a request, of the master and so many workers together."""
    file = _ours.scenario(folder, f"{{rate: {PER_WORKER_PER_S * workers}}}", settle_s + span_s + 3, ["visit: /"] * 2)
    return window(file, settle_s, span_s, "--workers", str(workers), core=None)[0].us_per_request


def with_people(folder: Path, people: int, settle_s: float, span_s: float) -> tuple[float, float]:
    """CPU µs for a request with so many under way, and resident MB."""
    think_s = people / REQUESTS_PER_S
    steps = ["visit: /", f"think: {think_s:g}s"] * 10
    load = f"{{concurrent: {people}, ramp_up: {think_s:g}s}}"
    file = _ours.scenario(folder, load, think_s + settle_s + span_s + 3, steps)
    taken, memory = window(file, think_s + settle_s, span_s)
    return taken.us_per_request, memory / 1e6


def measure(setup: Setup) -> Found:
    """Three points of each, once."""
    setup.needs("nginx")
    settle_s, span_s = setup.size((0.7, 2.0), (0.1, 0.3))
    figures = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for steps in STEPS[: setup.size(3, 0)]:
            setup.say(f"{steps} steps")
            figures.append(
                Figure(f"{steps} steps: CPU per request, µs", [with_steps(folder, steps, settle_s, span_s)], 1)
            )
        for workers in WORKERS[: setup.size(3, 0)]:
            setup.say(f"{workers} workers")
            cost_us = with_workers(folder, workers, settle_s, span_s)
            figures.append(Figure(f"workers: {workers}, CPU per request, µs", [cost_us], 1))
        for people in PEOPLE[: setup.size(3, 1)]:
            setup.say(f"{people} people")
            cost_us, memory_mb = with_people(folder, people, settle_s, span_s)
            figures.append(Figure(f"{people:,} people under way: CPU per request, µs", [cost_us], 1))
            figures.append(Figure(f"{people:,} people under way: resident memory, MB", [memory_mb]))
    return Found("Growth", HOW, figures)
