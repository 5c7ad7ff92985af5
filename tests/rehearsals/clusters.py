"""Runs over workers in tests: started as a person starts them, watched through the target's log, workers by name."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from tests.rehearsals.conftest import ROOT, LoggingTarget, Ran

PLAN = """
name: open
seed: 3
spacing: poisson
load: {load}
duration: {duration_s}s
journeys:
  - name: look
    pace: none
    steps: [visit: /page, think: 0.2s, visit: /two]
checks: ["latency_p99_ms < 20000"]
"""


class Rehearsal:
    """``hms-esr run FILE --workers N`` in a process of its own, in ``folder``."""

    def __init__(self, folder: Path, target: LoggingTarget, workers: int, *options: str, **plan: Any) -> None:
        file = folder / "open.yml"
        load = "{rate: " + str(plan.pop("rate", 200)) + "}"
        file.write_text(PLAN.format(**({"load": load, "duration_s": 8} | plan)))
        command = [sys.executable, "-m", "hms_esr", "run", str(file), "--target", target.url]
        command += ["--workers", str(workers), *options]
        env = os.environ | {"PYTHONPATH": str(ROOT)}
        self.folder = folder
        self.target = target
        self.process = subprocess.Popen(
            command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def wait_until(self, seen: Callable[[], bool], what: str, within_s: float = 60.0) -> None:
        """Until ``seen()``; a test that waits in vain fails and says for what."""
        until = time.monotonic() + within_s
        while not seen():
            assert time.monotonic() < until, f"waited in vain until {what}"
            time.sleep(0.02)

    def wait_for_requests(self, count: int) -> None:
        """Until the target has seen so many."""
        self.wait_until(lambda: len(self.target.log()) >= count, f"{count} requests came")

    def workers(self) -> list[psutil.Process]:
        """The workers' processes, by index."""
        return [psutil.Process(worker["pid"]) for worker in self.manifest()["workers"]]

    def manifest(self) -> dict[str, Any]:
        """What the run says of itself."""
        found: dict[str, Any] = json.loads((self.folder / "results" / "latest" / "manifest.json").read_text())
        return found

    def wait_until_quiet(self, for_s: float) -> None:
        """Until nothing came for so long."""
        seen, since = -1, time.monotonic()
        while time.monotonic() - since < for_s:
            count = len(self.target.log())
            if count != seen:
                seen, since = count, time.monotonic()
            time.sleep(0.05)

    def kill_master(self) -> float:
        """SIGKILL to the master; when, on the clock of the target's log."""
        self.process.kill()
        return time.perf_counter()

    def end(self, timeout_s: float = 90.0) -> Ran:
        """Wait for its end."""
        output, errors = self.process.communicate(timeout=timeout_s)
        return Ran(self.process.returncode, output, errors, self.folder / "results")

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            for child in psutil.Process(self.process.pid).children(recursive=True):
                child.kill()
            self.process.kill()
        self.process.communicate()


def requests_for(seed: int, most: int) -> int:
    """A seeded moment: after how many requests something happens."""
    return random.Random(seed).randrange(most // 8, most)


def twice(log: list[list[Any]]) -> list[Any]:
    """People who came a second time for the same page."""
    return [who for who, n in Counter((person, path) for person, path, *_ in log).items() if n > 1]


def per_second(log: list[list[Any]], path: str = "/page") -> list[int]:
    """People who came, second by second since the first."""
    came = sorted(came_s for _, where, came_s, _ in log if where == path)
    counts = Counter(int(at_s - came[0]) for at_s in came)
    return [counts[second] for second in range(max(counts) + 1)]
