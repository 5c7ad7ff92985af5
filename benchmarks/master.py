"""Owns the measure of a master's CPU: ten light workers with twenty steps, ours and Locust's; then what makes it grow.

Never loads the master with people of its own: they are with the workers.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter, sleep

import psutil

from benchmarks import _ours
from benchmarks._processes import Running, own_cpu_s, program, running
from benchmarks._results import ROOT, Figure, Found, Goal
from benchmarks._setup import Setup
from benchmarks._targets import free_port, nginx
from benchmarks._ticks import cpu_ms_per_second

GOAL_PERCENT = 5.0
WORKERS, STEPS = 10, 20
THINK_S = 0.1
JOURNEYS_PER_S = 20
LOCUSTFILE = ROOT / "benchmarks" / "peers" / "steps_locustfile.py"
HOW = f"""CPU of the master's process alone, in per cent of a core, while {WORKERS} workers on this machine
send {STEPS} steps of a journey each second: {JOURNEYS_PER_S} journeys a second, a tenth of a second of thought
after each step. Locust: the same requests under {STEPS} names, master and workers as processes of their own.
*Growth*: records of a second as workers make them, through the master's own path (read, folded, stored) without
sockets: ms of CPU for each second of a run."""


def share_percent(process: Running, count: Callable[[], int], settle_s: float, span_s: float) -> float:
    """CPU of one process, while requests come, in per cent of a core."""
    first, master = count(), psutil.Process(process.process.pid)
    process.wait_for(lambda: count() > first + STEPS, "requests came")
    sleep(settle_s)
    at, cpu_s = perf_counter(), own_cpu_s(master)
    sleep(span_s)
    return 100 * (own_cpu_s(master) - cpu_s) / (perf_counter() - at)


def ours(workers: int, settle_s: float, span_s: float) -> float:
    """Our master."""
    steps = [part for number in range(STEPS) for part in (f"{{visit: /, name: step {number}}}", f"think: {THINK_S}s")]
    with tempfile.TemporaryDirectory() as name, nginx() as target:
        folder = Path(name)
        length_s = settle_s + span_s + 4
        file = _ours.scenario(folder, f"{{rate: {JOURNEYS_PER_S}}}", length_s, steps)
        command = _ours.run(file, target.url, "--workers", str(workers))
        with running(command, folder, codes=(0, _ours.INVALID), core=None) as process:
            return share_percent(process, target.count, settle_s, span_s)


def locust(workers: int, settle_s: float, span_s: float) -> float:
    """Locust's master."""
    users = round(JOURNEYS_PER_S * STEPS * THINK_S)
    with tempfile.TemporaryDirectory() as name, nginx() as target, ExitStack() as stack:
        folder, port = Path(name), str(free_port())
        file = ["-f", str(LOCUSTFILE), "--skip-log-setup"]
        lead = ["--headless", "-u", str(users), "-r", str(users), "--host", target.url, "--only-summary"]
        lead += ["--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port]
        command = [*program("locust"), *file, *lead, "--expect-workers", str(workers)]
        env = {"STEPS": str(STEPS), "THINK_S": str(THINK_S)}
        process = stack.enter_context(running(command, folder, env, core=None))
        join = [*program("locust"), *file, "--worker", "--master-host", "127.0.0.1", "--master-port", port]
        for _ in range(workers):
            stack.enter_context(running(join, folder, env, core=None))
        return share_percent(process, target.count, settle_s, span_s)


def grown(setup: Setup) -> list[Figure]:
    """The master's path with more workers, more steps, more requests."""
    seconds, figures = setup.size(20, 2), []
    for workers, steps, requests in (
        (5, 20, 5),
        (10, 20, 5),
        (20, 20, 5),
        (10, 5, 5),
        (10, 80, 5),
        (10, 20, 50),
        (10, 20, 500),
    ):
        what = f"growth: {workers} workers, {steps} steps, {workers * steps * requests:,} requests per second, ms"
        setup.say(what)
        figures.append(Figure(what, [cpu_ms_per_second(workers, steps, requests, seconds)], 1))
    return figures


def measure(setup: Setup) -> Found:
    """Both masters in turn, then growth."""
    setup.needs("nginx")
    workers = setup.size(WORKERS, 2)
    settle_s, span_s = setup.size((2.0, 5.0), (0.2, 1.0))
    taken: dict[str, list[float]] = {"ours": [], "Locust": []}
    for side in setup.turns(list(taken), rounds=1):
        taken[side].append((ours if side == "ours" else locust)(workers, settle_s, span_s))
    what = f"master at {workers} workers × {STEPS} steps, of a core"
    goal = Goal(what, taken["ours"], "≤", GOAL_PERCENT, "ours", "Locust", taken["Locust"], 1, "%")
    figures = [Figure(f"{side}: master's CPU, % of a core", values, 1) for side, values in taken.items()]
    return Found("The master", HOW, [*figures, *grown(setup)], [goal])
