"""Owns the ways in which an InfluxDB can be away, and runs that stream to one of their own while it is, watched.

Knows nothing of what is asserted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from tests.influx import Influx
from tests.rehearsals.clusters import NO_LIMITS, Rehearsal
from tests.rehearsals.conftest import LoggingTarget, Ran

MIB = 2**20
SENDER = "sender"


@dataclass(frozen=True)
class Away:
    """One way to be away. ``leave(server)`` and ``come_back(server)``; ``said`` is in the console's line of it."""

    name: str
    leave: Callable[[Influx], None]
    come_back: Callable[[Influx], None]
    said: str


def _open(server: Influx) -> None:
    server.refuse()
    server.accept()


def _answers(status: int, retry_after_s: int | None = None) -> Away:
    leave = partial(Influx.answer, status=status, retry_after_s=retry_after_s)
    return Away(str(status), leave, _open, f"({status} a status of {status} for tests); they are kept on disk")


AWAY = (
    Away("SIGSTOP", Influx.freeze, Influx.thaw, "(no answer in time); they are kept on disk"),
    Away("SIGKILL", Influx.kill, Influx.start, "(502 Bad Gateway); they are kept on disk"),
    Away("refused", Influx.refuse, Influx.accept, "(connection refused); they are kept on disk"),
    Away("hang", Influx.hang, Influx.go_on, "(no answer in time); they are kept on disk"),
    *map(_answers, (400, 401, 413, 422)),
    _answers(429, retry_after_s=5),
    *map(_answers, (500, 503)),
)


@dataclass
class Watched:
    """A run in ``folder``; ``influx`` None: it streams nowhere. ``workers`` 1: in one process."""

    folder: Path
    target: LoggingTarget
    influx: Influx | None
    rate: float
    length_s: int
    workers: int = 2
    first_rss: dict[str, int] = field(default_factory=dict)
    most_rss: dict[str, int] = field(default_factory=dict)
    cpu_s: float = 0.0

    def __post_init__(self) -> None:
        influx = self.influx
        options = [*influx.options, "--influx-wait", "60s"] if influx else []
        env = influx.environment if influx else None
        plan = {"rate": self.rate, "duration_s": self.length_s}
        self.run = Rehearsal(self.folder, self.target, self.workers, *NO_LIMITS, *options, env=env, **plan)

    def _team(self) -> dict[str, psutil.Process]:
        """Master, workers, the process that sends."""
        master = psutil.Process(self.run.process.pid)
        found = {"master": master}
        for child in master.children():
            sends = "hms_esr.export.influx_uploader" in child.cmdline()
            found[SENDER if sends else f"worker {len(found)}"] = child
        return found

    def look(self) -> dict[str, int]:
        """Resident bytes of each process now; the first and the most are kept, and the run's processor time."""
        team = self._team()
        sizes = {name: process.memory_info().rss for name, process in team.items()}
        self.first_rss = self.first_rss or sizes
        self.most_rss = {name: max(size, self.most_rss.get(name, 0)) for name, size in sizes.items()}
        self.cpu_s = sum(sum(process.cpu_times()[:2]) for name, process in team.items() if name != SENDER)
        return sizes

    @property
    def grown_bytes(self) -> int:
        """Of the process that grew most, since the first look."""
        return max(self.most_rss[name] - size for name, size in self.first_rss.items())

    def figures(self, ran: Ran) -> dict[str, Any]:
        """For a file of figures."""
        return {
            "requests": ran.summary["requests"],
            "late_p99_ms": ran.summary["delivery"]["late_p99_ms"],
            "cpu_s": round(self.cpu_s, 2),
            "grown_mib": {n: round((self.most_rss[n] - size) / MIB, 1) for n, size in self.first_rss.items()},
            "said": [line for line in ran.output.splitlines() if "InfluxDB" in line],
        }


def caught_up_s(ran: Ran) -> list[int]:
    """Seconds after which the console said that points are taken again."""
    text = ran.output.replace("\u00a0", " ")
    found = re.findall(r"InfluxDB takes points again after (?:(\d+) min )?(\d+) s; what waited is sent", text)
    return [60 * int(minutes or 0) + int(seconds) for minutes, seconds in found]
