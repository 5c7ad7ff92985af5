"""Plain Locust in tests: started as a person starts it, with our locustfile."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.rehearsals.conftest import ROOT, Ran

LOCUSTFILE = str(ROOT / "locustfiles" / "scenario.py")
PLAN = """
name: look
seed: 3
load: {{rate: {rate}}}
duration: {duration_s}s
journeys:
  - name: look
    pace: none
    steps: [visit: /page, think: 0.5s, visit: /two]
checks: ["{check}"]
"""
LISTENER = """
import json, os
from locust import events

@events.request.add_listener
def heard(request_type, name, response_time, response_length, response, context, exception, start_time, url, **more):
    line = [request_type, name, response_time, response_length, response.status_code, str(exception), start_time, url]
    with open(f"heard-{os.getpid()}.jsonl", "a") as file:
        file.write(json.dumps([*line, context.get("person", -1)]) + "\\n")
"""
OWN_USER = """
from locust import HttpUser, constant, task

class Own(HttpUser):
    wait_time = constant(0.2)

    @task
    def look(self):
        self.client.get("/own", headers={"X-ESR-Person": "-1"})
"""


class Locust:
    """``locust -f locustfiles/scenario.py …`` in ``folder``; its output goes to files, so that nobody has to read."""

    def __init__(self, folder: Path, *options: str, files: tuple[str, ...] = (), secret: str = "") -> None:
        self.folder = folder
        env = {name: value for name, value in os.environ.items() if not name.startswith(("LOCUST_", "ESR_"))}
        env |= {"PYTHONPATH": str(ROOT)} | ({"ESR_CLUSTER_SECRET_FILE": secret} if secret else {})
        number = len(list(folder.glob("*.out")))
        self.out, self.err = folder / f"{number}.out", folder / f"{number}.err"
        command = [sys.executable, "-m", "locust", "-f", ",".join((LOCUSTFILE, *files)), *options]
        with self.out.open("w") as out, self.err.open("w") as err:
            self.process = subprocess.Popen(
                command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
            )

    def end(self, timeout_s: float = 90.0) -> Ran:
        """Wait for its end."""
        code = self.process.wait(timeout=timeout_s)
        return Ran(code, self.out.read_text(), self.err.read_text(), self.folder / "results")

    def wait_for(self, pattern: str, within_s: float = 60.0) -> re.Match[str]:
        """Until it has said so."""
        until = time.monotonic() + within_s
        while (found := re.search(pattern, self.out.read_text() + self.err.read_text())) is None:
            assert self.process.poll() is None, self.err.read_text()
            assert time.monotonic() < until, f"waited in vain for {pattern}: {self.err.read_text()}"
            time.sleep(0.05)
        return found

    def interrupt(self) -> None:
        """Ctrl-C, for it and its children."""
        os.killpg(self.process.pid, signal.SIGINT)

    def close(self) -> None:
        """Leave nothing behind."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def scenario(folder: Path, *, rate: int = 20, duration_s: int = 2, check: str = "latency_p99_ms < 20000") -> str:
    """A scenario's file."""
    path = folder / "look.yml"
    path.write_text(PLAN.format(rate=rate, duration_s=duration_s, check=check))
    return path.name


def heard(folder: Path) -> list[list[Any]]:
    """What the listener wrote down, in all processes."""
    files = sorted(folder.glob("heard-*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def free_port() -> str:
    """A port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])
