"""Owns a cluster of containers in tests: brought up from docker-compose.yml by podman, asked, and taken away again.

Knows nothing of what is asserted. The image is built on a base made here (debootstrap), so no registry is needed; what
is made once is kept in build/containers.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.house.sources import ROOT

KEPT = ROOT / "build" / "containers"
BASE = "localhost/hms-esr-test-base:1"
IMAGE = "localhost/hms-esr-test:1"
OURS = ("gateway", "city", "tower", "worker")
SECRETS = ("cluster", "influx_password", "influx_token", "influx_reader", "grafana_password")
CONFIG = """[containers]
default_ulimits=["nofile=4096:4096","nproc=4096:4096"]
[engine]
runtime="runc"
cgroup_manager="cgroupfs"
events_logger="file"
"""


def _free_port() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


class Containers:
    """The services that can run here: ours, and the gateway on the base's own nginx."""

    def __init__(self, folder: Path, workers: int) -> None:
        KEPT.mkdir(parents=True, exist_ok=True)
        (KEPT / "containers.conf").write_text(CONFIG)
        secrets = folder / "secrets"
        secrets.mkdir()
        for name in SECRETS:
            (secrets / name).write_text(os.urandom(16).hex())
        self.ports = {"gateway": _free_port(), "tower": _free_port()}
        self.project = f"esrtest{os.getpid()}"
        self._workers = workers
        self._env = os.environ | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "CONTAINERS_CONF": str(KEPT / "containers.conf"),
            "BUILDAH_ISOLATION": "chroot",
            "COMPOSE_PROJECT_NAME": self.project,
            "ESR_SECRETS": str(secrets),
            "ESR_IMAGE": IMAGE,
            "BASE": BASE,
            "GATEWAY_IMAGE": BASE,
            "CITY_PORT": self.ports["gateway"],
            "TOWER_PORT": self.ports["tower"],
            "WORKERS": str(workers),
            "STREAM": "off",
        }

    def build(self) -> None:
        """The base, when it is not there yet, and our image from it."""
        if self.do("podman", "image", "exists", BASE, check=False).returncode:
            make = str(ROOT / "tests" / "containers" / "make_base.sh")
            self.do("sh", make, str(KEPT / "rootfs"), BASE)
        self.compose("build", "city")

    def up(self) -> None:
        """Everything of ours, until it is healthy."""
        self.compose("up", "--detach", "--no-build", "--scale", f"worker={self._workers}", *OURS)
        for service in OURS:
            self.wait_until(lambda service=service: self.healthy(service), f"{service} is healthy")  # type: ignore[misc]

    def down(self) -> None:
        """Nothing of it is left but the images."""
        self.compose("--profile", "run", "down", "--volumes", "--timeout", "5", check=False)
        left = self.do("podman", "ps", "--all", "--quiet", "--filter", f"name={self.project}").stdout.split()
        if left:
            self.do("podman", "rm", "--force", *left)

    def do(self, *command: str, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        """One command; when it fails the test does, with what it said."""
        done = subprocess.run(
            command, cwd=ROOT, env=self._env | env, capture_output=True, text=True, timeout=900, check=False
        )
        assert not check or done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done

    def compose(self, *command: str, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        """podman-compose, in the project's folder."""
        return self.do("podman-compose", *command, check=check, **env)

    def master(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """One run from beginning to end, told by ``env`` or by ``arguments``."""
        return self.compose(*self.master_command(), *arguments, check=False, **env)

    def start_master(self, **env: str) -> subprocess.Popen[str]:
        """One run that goes on."""
        return subprocess.Popen(
            ["podman-compose", *self.master_command()],
            cwd=ROOT,
            env=self._env | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @staticmethod
    def master_command() -> list[str]:
        """InfluxDB is not there, so nothing else is started with it."""
        return ["--profile", "run", "run", "--rm", "-T", "--no-deps", "master"]

    def healthy(self, service: str, number: int = 1) -> bool:
        """Whether a service's own health check says so now."""
        return not self.do("podman", "healthcheck", "run", self.name(service, number), check=False).returncode

    def name(self, service: str, number: int = 1) -> str:
        """A container's."""
        return f"{self.project}_{service}_{number}"

    def inside(self, service: str, *command: str) -> str:
        """What a command in a container prints."""
        return self.do("podman", "exec", self.name(service), *command).stdout

    def summary(self) -> dict[str, Any]:
        """The last run's."""
        found: dict[str, Any] = json.loads(self.inside("tower", "cat", "results/latest/summary.json"))
        return found

    def ask(self, service: str, path: str, body: bytes | None = None, token: str = "") -> Any:
        """JSON that a published port answers."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.ports[service]}{path}", data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def wait_until(self, seen: Callable[[], bool], what: str, within_s: float = 60.0) -> None:
        """Until ``seen()``; a test that waits in vain fails and says for what."""
        until = time.monotonic() + within_s
        while not seen():
            assert time.monotonic() < until, f"waited in vain until {what}"
            time.sleep(0.3)
