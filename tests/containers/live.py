"""Owns a cluster of containers in tests: brought up from docker-compose.yml by podman, asked, and taken away again.

Knows nothing of what is asserted. Images are built on a base made here (debootstrap), so no registry is needed; what
is made once is kept in build/containers.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
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
INFLUXDB = "localhost/hms-esr-test-influxdb:1"
STAND_IN = ROOT / "tests" / "containers" / "stand_in"
OURS = ("gateway", "city", "tower", "worker")
SERVICES = (*OURS, "influxdb")
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
    """The services that can run here: ours, the gateway on Debian's nginx, and an InfluxDB in place of its image.

    ``plan``: a scenario for the master. ``influxd``: the program of this machine that goes into InfluxDB's image.
    """

    def __init__(self, folder: Path, workers: int, plan: str, influxd: str) -> None:
        KEPT.mkdir(parents=True, exist_ok=True)
        self._influxd, self._plan = influxd, folder / "plan.yml"
        self._plan.write_text(plan)
        (KEPT / "containers.conf").write_text(CONFIG)
        secrets = folder / "secrets"
        secrets.mkdir()
        for name in SECRETS:
            (secrets / name).write_text(os.urandom(16).hex())
        self.ports = {"gateway": _free_port(), "tower": _free_port(), "influxdb": _free_port()}
        self.secrets = {name: (secrets / name).read_text() for name in SECRETS}
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
            "INFLUXDB_IMAGE": INFLUXDB,
            "CITY_PORT": self.ports["gateway"],
            "TOWER_PORT": self.ports["tower"],
            "INFLUXDB_PORT": self.ports["influxdb"],
            "WORKERS": str(workers),
            "RUN_FILE": "plan.yml",
        }

    def build(self) -> None:
        """The base, when it is not there yet, and from it our image and InfluxDB's."""
        if self.do("podman", "image", "exists", BASE, check=False).returncode:
            make = str(ROOT / "tests" / "containers" / "make_base.sh")
            self.do("sh", make, str(KEPT / "rootfs"), BASE)
        self.compose("build", "city")
        shutil.copytree(STAND_IN, KEPT / "stand_in", dirs_exist_ok=True)
        shutil.copy(self._influxd, KEPT / "stand_in" / "influxd")
        self.do("podman", "build", "--quiet", "--build-arg", f"BASE={BASE}", "--tag", INFLUXDB, str(KEPT / "stand_in"))

    def up(self) -> None:
        """Everything, until it is healthy."""
        self.compose("up", "--detach", "--no-build", *SERVICES)
        for service, number in [*((one, 1) for one in SERVICES), ("worker", self._workers)]:
            self.wait_until(
                lambda service=service, number=number: self.healthy(service, number),  # type: ignore[misc]
                f"{service} is healthy",
            )

    def down(self) -> None:
        """Nothing of it is left but the images, and ``down`` itself sees to that."""
        self.compose("--profile", "run", "down", "--volumes", "--timeout", "5", check=False)
        left = {
            kind: self.do("podman", *words, "--quiet", "--filter", f"name={self.project}").stdout.split()
            for kind, words in {
                "container": ["ps", "--all"],
                "volume": ["volume", "ls"],
                "network": ["network", "ls"],
            }.items()
        }
        for kind, those in left.items():
            if those:
                self.do("podman", kind, "rm", "--force", *those, check=False)
        assert not any(left.values()), f"left behind: {left}"

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

    def master_command(self) -> list[str]:
        """With the plan mounted; what it depends on is there already."""
        mounted = f"{self._plan}:/esr/plan.yml:ro"
        return ["--profile", "run", "run", "--rm", "-T", "--no-deps", "--volume", mounted, "master"]

    def healthy(self, service: str, number: int = 1) -> bool:
        """Whether a service's own health check says so now."""
        return not self.do("podman", "healthcheck", "run", self.name(service, number), check=False).returncode

    def kill(self, service: str) -> None:
        """What a container's processes see when memory runs out: SIGKILL, from no one who would start them again."""
        form = "{{.State.Pid}}"
        os.kill(int(self.do("podman", "inspect", "--format", form, self.name(service)).stdout), signal.SIGKILL)

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
