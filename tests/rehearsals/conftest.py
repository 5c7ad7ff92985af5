"""Owns what tests of whole rehearsals need: a city, a logging target, and runs as processes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hms_esr.city.process import CityProcess

if TYPE_CHECKING:
    from tests.rehearsals.clusters import Gathering, Rehearsal

ROOT = Path(__file__).resolve().parents[2]


def fetch(url: str) -> Any:
    """JSON behind ``url``."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


@dataclass
class Ran:
    """A finished ``hms-esr`` process and what it left."""

    code: int
    output: str
    errors: str
    out: Path

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return (self.out / "latest").resolve()

    @property
    def summary(self) -> dict[str, Any]:
        """``summary.json``."""
        found: dict[str, Any] = json.loads((self.folder / "summary.json").read_text())
        return found


@pytest.fixture
def esr(tmp_path: Path) -> Callable[..., Ran]:
    """``esr("run", "x.yml", …)``: the command line in a process, in a folder of its own.

    Other tests keep this machine busy: people may come late in a run, unless it is to be ``punctual``.
    """

    def call(
        *arguments: str,
        cwd: Path | None = None,
        timeout_s: float = 240,
        env: dict[str, str] | None = None,
        punctual: bool = False,
    ) -> Ran:
        import os

        whenever = () if punctual or arguments[0] != "run" else ("--max-late", "100%")
        command = [sys.executable, "-m", "hms_esr", *arguments[:1], *whenever, *arguments[1:]]
        done = subprocess.run(
            command,
            cwd=cwd or tmp_path,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            stdin=subprocess.DEVNULL,
            env=dict(os.environ) | {"PYTHONPATH": str(ROOT)} | (env or {}),
        )
        return Ran(done.returncode, done.stdout, done.stderr, (cwd or tmp_path) / "results")

    return call


@pytest.fixture
def city() -> Iterator[Callable[..., CityProcess]]:
    """``city(clerks=0.5)``: a city in a process."""
    started: list[CityProcess] = []

    def start(**options: Any) -> CityProcess:
        process = CityProcess(**options)
        started.append(process)
        process.start()
        return process

    yield start
    for process in started:
        process.stop()


@dataclass
class LoggingTarget:
    """A target whose log is the truth."""

    url: str

    def log(self) -> list[list[Any]]:
        """[person, path, came, answered] of every request of a person."""
        found: list[list[Any]] = fetch(f"{self.url}/log")
        return found

    def count(self) -> int:
        """How many requests of people came."""
        return int(fetch(f"{self.url}/count"))


def listening(ready: Path, *arguments: str, before: Sequence[str] = ()) -> tuple[subprocess.Popen[bytes], int]:
    """A logging target's process and port; ``before`` goes before its command."""
    command = [*before, sys.executable, "-m", "tests.rehearsals.logging_target", str(ready), *arguments]
    process = subprocess.Popen(command, cwd=ROOT)
    deadline = time.monotonic() + 30
    while not ready.exists():
        if time.monotonic() > deadline or process.poll() is not None:
            process.kill()
            process.wait()
            raise AssertionError("the logging target did not start")
        time.sleep(0.02)
    return process, int(ready.read_text())


@pytest.fixture
def logging_target(tmp_path: Path) -> Iterator[Callable[..., LoggingTarget]]:
    """``logging_target(stall_at_s=3, stall_for_s=2)``."""
    started: list[subprocess.Popen[bytes]] = []

    def start(stall_at_s: float = 0.0, stall_for_s: float = 0.0) -> LoggingTarget:
        process, port = listening(tmp_path / f"ready{len(started)}", str(stall_at_s), str(stall_for_s))
        started.append(process)
        return LoggingTarget(f"http://127.0.0.1:{port}")

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def rehearsal(tmp_path: Path, logging_target: Any) -> Iterator[Callable[..., Rehearsal]]:
    """``rehearsal(3, *LATE, rate=200)``: a run over 3 workers against a target whose log is the truth."""
    from tests.rehearsals.clusters import Rehearsal

    started: list[Rehearsal] = []

    def start(workers: int, *options: str, **plan: Any) -> Rehearsal:
        started.append(Rehearsal(tmp_path, logging_target(), workers, *options, **plan))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def gathering(tmp_path: Path, logging_target: Any) -> Iterator[Callable[..., Gathering]]:
    """``gathering(2, rate=50)``: a master that waits for two workers."""
    from tests.rehearsals.clusters import Gathering

    started: list[Gathering] = []

    def start(expect: int, **plan: Any) -> Gathering:
        started.append(Gathering(tmp_path, logging_target(), expect, **plan))
        return started[-1]

    yield start
    for one in started:
        one.close()
