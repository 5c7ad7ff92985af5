"""Runs over workers in tests: started as a person starts them, watched through the target's log, workers by name."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
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

LATE = ("--max-late", "100%")
"""Tests share the machine with others: being late by a tenth of a second is not what they are about."""
NO_LIMITS = (*LATE, "--max-dropped", "100%")


class Rehearsal:
    """``hms-esr run FILE --workers N`` in a process of its own, in ``folder``; ``before`` goes before the command."""

    def __init__(
        self,
        folder: Path,
        target: LoggingTarget,
        workers: int,
        *options: str,
        before: Sequence[str] = (),
        env: dict[str, str] | None = None,
        **plan: Any,
    ) -> None:
        file = folder / "open.yml"
        load = "{rate: " + str(plan.pop("rate", 200)) + "}"
        file.write_text(PLAN.format(**({"load": load, "duration_s": 8} | plan)))
        command = [*before, sys.executable, "-m", "hms_esr", "run", str(file), "--target", target.url]
        command += ["--workers", str(workers), *options]
        whole = os.environ | {"PYTHONPATH": str(ROOT)} | (env or {})
        self.folder = folder
        self.file = file
        self.target = target
        self._output, self._errors = folder / "said.txt", folder / "errors.txt"
        with self._output.open("wb") as output, self._errors.open("wb") as errors:
            self.process = subprocess.Popen(command, cwd=folder, env=whole, stdout=output, stderr=errors)

    def said(self) -> str:
        """What it has printed so far."""
        return self._output.read_text()

    def errors(self) -> str:
        """What it has said so far on its error stream."""
        return self._errors.read_text()

    def wait_until_said(self, text: str) -> None:
        """Until it has printed this; not longer than it runs."""
        self.wait_until(lambda: text in self.said() or self._is_over(), f"it says {text!r}")
        assert text in self.said(), f"the run ended before it said {text!r}: {self.said()}{self.errors()}"

    def wait_until(self, seen: Callable[[], bool], what: str, within_s: float = 60.0) -> None:
        """Until ``seen()``; a test that waits in vain fails and says for what."""
        until = time.monotonic() + within_s
        while not seen():
            assert time.monotonic() < until, f"waited in vain until {what}"
            time.sleep(0.02)

    def wait_for_requests(self, count: int) -> None:
        """Until the target has seen so many."""
        self.wait_until(lambda: self.target.count() >= count or self._is_over(), f"{count} requests came")
        assert self.target.count() >= count, f"the run ended before: {self.said()}{self.errors()}"

    def _is_over(self) -> bool:
        return self.process.poll() is not None

    def wait_until_s(self, at_s: float) -> None:
        """Until this moment of the clock of the target's log."""
        self.wait_until(lambda: time.perf_counter() >= at_s, f"second {at_s}", within_s=600.0)

    def first_came_s(self) -> float:
        """When the first person came, on the clock of the target's log."""
        self.wait_for_requests(1)
        return float(min(came_s for _, _, came_s, _ in self.target.log()))

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
            count = self.target.count()
            if count != seen:
                seen, since = count, time.monotonic()
            time.sleep(0.05)

    def kill_master(self) -> float:
        """SIGKILL to the master; when, on the clock of the target's log."""
        self.process.kill()
        return time.perf_counter()

    def suspend_master(self) -> None:
        """SIGSTOP to the master."""
        self.process.send_signal(signal.SIGSTOP)

    def resume_master(self) -> None:
        """SIGCONT to the master."""
        self.process.send_signal(signal.SIGCONT)

    def end(self, timeout_s: float = 90.0) -> Ran:
        """Wait for its end."""
        self.process.wait(timeout_s)
        return Ran(self.process.returncode, self.said(), self.errors(), self.folder / "results")

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            for child in psutil.Process(self.process.pid).children(recursive=True):
                child.kill()
            self.process.kill()
        self.process.wait()


SECRET = "a secret of some length"


class Gathering:
    """A master that waits for workers, and those who come. ``before`` goes before a command (a place to run in)."""

    def __init__(self, folder: Path, target: Any, expect: int, *options: str, **plan: Any) -> None:
        (folder / "cluster.secret").write_text(SECRET)
        (folder / "other.secret").write_text(SECRET[::-1])
        given = ["--master", "--expect-workers", str(expect), "--cluster-secret-file", "cluster.secret"]
        self.folder = folder
        self.run = Rehearsal(folder, target, 0, *given, *(options or NO_LIMITS), **plan)
        self.workers: list[subprocess.Popen[str]] = []
        try:
            self.line = self._line()
        except BaseException:
            self.close()
            raise

    def _line(self) -> str:
        """The join line, among what the master says before it waits."""
        self.run.wait_until_said(" --cluster-secret-file FILE\n")
        told = self.run.said()
        found = re.search(r"^Workers join with: hms-esr worker (\S+) --cluster-secret-file FILE$", told, re.MULTILINE)
        assert found, told
        assert SECRET not in told
        return found[1]

    def join(
        self, secret: str = "cluster.secret", *, before: Sequence[str] = (), env: dict[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """One more worker."""
        command = [*before, sys.executable, "-m", "hms_esr", "worker", self.line, "--cluster-secret-file", secret]
        whole = os.environ | {"PYTHONPATH": str(ROOT)} | (env or {})
        self.workers.append(subprocess.Popen(command, cwd=self.folder, env=whole, stderr=subprocess.PIPE, text=True))
        return self.workers[-1]

    def close(self) -> None:
        """Leave nothing behind."""
        self.run.close()
        for worker in self.workers:
            worker.kill()
            worker.communicate()


def twice(log: list[list[Any]]) -> list[Any]:
    """People who came a second time for the same page."""
    return [who for who, n in Counter((person, path) for person, path, *_ in log).items() if n > 1]
