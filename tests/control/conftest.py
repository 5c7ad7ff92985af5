"""Owns what tests of the control plane need: servers as processes, and one asked without a socket.

Knows nothing of what is tested.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
import pytest

from hms_esr.city.process import CityProcess
from hms_esr.control.children import running_by_id
from tests.house.sources import ROOT

SHORT = {"name": "short", "load": {"people": 5, "over": "1s"}, "journeys": [{"steps": [{"visit": "/"}]}]}
LONG = {"name": "long", "load": {"people": 4, "over": "60s"}, "journeys": [{"steps": [{"visit": "/"}]}]}
LENIENT = {"max_late": "100%", "max_dropped": "100%"}


@dataclass
class Answer:
    """Status, headers in lower case, and body of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body's JSON."""
        return json.loads(self.body)


@dataclass
class Server:
    """A served control plane."""

    url: str
    out: Path
    process: subprocess.Popen[bytes]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        return "127.0.0.1", int(self.url.rpartition(":")[2])

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One request; dicts are sent as JSON."""
        raw = json.dumps(body).encode() if isinstance(body, dict) else body
        connection = HTTPConnection(*self.place, timeout=30)
        try:
            connection.request(method, path, raw, {**self.headers, **(headers or {})})
            answer = connection.getresponse()
            return Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def start(self, scenario: Mapping[str, Any], **more: Any) -> str:
        """Start a run that judges no moments; its id."""
        answer = self.ask("POST", "/run", {**scenario, "options": LENIENT, **more})
        assert answer.status in (201, 202), answer.body
        return str(answer.json["run_id"])

    def summary(self, run_id: str) -> Any:
        """Its summary now."""
        return self.ask("GET", f"/run/{run_id}/summary").json

    def until(self, run_id: str, *states: str, within_s: float = 90) -> Any:
        """Its summary when it is in one of ``states``."""
        deadline = time.monotonic() + within_s
        while (found := self.summary(run_id))["state"] not in states:
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        return found

    def recorded(self, run_id: str, within_s: float = 60) -> None:
        """Wait until it has a record, so that it can be paused and looked at."""
        deadline = time.monotonic() + within_s
        while not (self.out / run_id / "record.db").exists():
            assert time.monotonic() < deadline, self.summary(run_id)
            time.sleep(0.05)

    def end(self, number: int = signal.SIGTERM) -> None:
        """End it by a signal."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(30)


@pytest.fixture(scope="session")
def town() -> Iterator[CityProcess]:
    """A city that outlives servers."""
    with CityProcess() as city:
        yield city


_IMPORTS = """from pathlib import Path
from hms_esr.control import server
from hms_esr.control.server import Staying, serve
from hms_esr.control.settings import Settings"""


def started(
    out: Path,
    *options: str,
    module: tuple[str, ...] = ("hms_esr", "serve"),
    settings: Mapping[str, Any] | None = None,
) -> Server:
    """A server on a free port, its results in ``out``; with ``settings`` those that no option gives."""
    ready = out.parent / f"{out.name}.ready.json"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", *module, "--port", "0", "--out", str(out), "--ready-file", str(ready), *options]
    if settings is not None:
        given = f"Settings(port=0, out=Path({str(out)!r}), **{settings!r})"
        program = f"serve({given}, print, Staying(ready_file=Path({str(ready)!r})))"
        command = [sys.executable, "-c", f"{_IMPORTS}\n{program}"]
    with (out.parent / f"{out.name}.server.txt").open("ab") as console:
        environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, cwd=out.parent, env=environment, stdout=console, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + 60
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise AssertionError((out.parent / f"{out.name}.server.txt").read_text())
        time.sleep(0.02)
    return Server(json.loads(ready.read_text())["url"], out, process)


def end_all(servers: list[Server]) -> None:
    """End servers and the runs they left."""
    for server in servers:
        server.end()
    outs = {server.out for server in servers}
    for run_id, child in running_by_id().items():
        if any((out / run_id).is_dir() for out in outs):
            psutil.Process(child.known["pid"]).kill()


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """``serve("--dev")``: a server as a process; ended with its runs when the module's tests are over."""
    servers: list[Server] = []

    def start(*options: str, out: Path | None = None, **more: Any) -> Server:
        server = started(out or tmp_path_factory.mktemp("served") / "results", *options, **more)
        servers.append(server)
        return server

    yield start
    end_all(servers)


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that needs no token, for all tests."""
    settings = {"dev": True, "max_runs": 4, "rate_per_s": 1000.0, "burst": 100_000}
    server = started(tmp_path_factory.mktemp("dev") / "results", settings=settings)
    yield server
    end_all([server])
