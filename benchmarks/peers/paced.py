"""Owns how Locust is asked for a rate: so many FastHttpUsers, each with a constant throughput.

Knows nothing of what is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks._processes import program
from benchmarks._results import ROOT

LOCUSTFILE = ROOT / "benchmarks" / "peers" / "paced_locustfile.py"


@dataclass(frozen=True)
class Crowd:
    """``users`` that all run after ``ramp_s``, asking ``rate_per_s`` together."""

    users: int
    rate_per_s: float
    ramp_s: float = 1.0

    @property
    def each_per_s(self) -> float:
        """What each is asked for."""
        return self.rate_per_s / self.users

    def command(self, url: str, length_s: float, *options: str) -> list[str]:
        """Locust without its page, for the ramp and ``length_s``."""
        spawn = max(1, round(self.users / self.ramp_s))
        command = [*program("locust"), "-f", str(LOCUSTFILE), "--headless", "-u", str(self.users), "-r", str(spawn)]
        run = ["--host", url, "--run-time", f"{max(1, round(self.ramp_s + length_s))}s"]
        return [*command, *run, "--only-summary", "--skip-log-setup", "--stop-timeout", "5", *options]

    def worker(self, host: str, port: str) -> list[str]:
        """A worker of a master there."""
        join = ["--worker", "--master-host", host, "--master-port", port, "--skip-log-setup"]
        return [*program("locust"), "-f", str(LOCUSTFILE), *join]

    def env(self) -> dict[str, str]:
        """What the locustfile reads."""
        return {"PER_USER_PER_S": repr(self.each_per_s)}
