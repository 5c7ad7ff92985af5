"""Owns the targets benchmarks load: nginx, which counts, and one whose log is the truth; both on the target's core.

Knows nothing of who asks.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._processes import TARGET_CORE, own_core
from benchmarks._results import ROOT

Log = list[list[Any]]
"""[person, path, came, answered] of each request, in seconds of one monotonic clock."""

PAGE = "<!doctype html><html lang=en><head><title>Notice</title></head><body><h1>Notice</h1>" + "<p>Text.</p>" * 40
NGINX = """worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
worker_rlimit_nofile 20000;
events {{ worker_connections 16384; }}
http {{
  access_log off; default_type text/html;
  keepalive_timeout 600s; keepalive_requests 100000000; open_file_cache max=10;
  {places}
  server {{ listen 127.0.0.1:{port} backlog=8192; {tls}
    location / {{ return 200 '{page}'; }}
    location = /counted {{ stub_status; }}
  }}
}}
"""
PLACES = " ".join(
    f"{kind}_temp_path {{folder}}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
)


@dataclass
class Nginx:
    """A page, and a count of all requests. ``url`` without a slash at its end."""

    url: str
    count_url: str
    looks: int = 0

    def count(self) -> int:
        """Requests so far, without our own looks."""
        with urllib.request.urlopen(self.count_url, timeout=10) as answer:
            text = answer.read().decode()
        self.looks += 1
        return int(text.split("\n")[2].split()[2]) - self.looks


@contextmanager
def nginx(*, tls: bool = False) -> Iterator[Nginx]:
    """nginx with one process on the target's core."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        port, plain = free_port(), free_port()
        lines = f"listen 127.0.0.1:{plain};"
        if tls:
            certificate(folder)
            lines += f" listen 127.0.0.1:{port} ssl backlog=8192; ssl_certificate {folder}/cert.pem;"
            lines += f" ssl_certificate_key {folder}/key.pem;"
        conf = NGINX.format(folder=folder, port=port, tls=lines, page=PAGE, places=PLACES.format(folder=folder))
        if tls:
            conf = conf.replace(f"listen 127.0.0.1:{port} backlog=8192; ", "")
        (folder / "nginx.conf").write_text(conf)
        process = started([str(shutil.which("nginx")), "-c", str(folder / "nginx.conf"), "-p", str(folder)])
        try:
            until_open(process, plain)
            yield Nginx(f"{'https' if tls else 'http'}://127.0.0.1:{port}", f"http://127.0.0.1:{plain}/counted")
        finally:
            process.terminate()
            process.wait()


def certificate(folder: Path) -> None:
    """A certificate for 127.0.0.1, signed by itself: ``cert.pem``, ``key.pem``."""
    what = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=127.0.0.1",
    ]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(["openssl", "req", "-x509", *what, *names], cwd=folder, check=True, capture_output=True)


@dataclass(frozen=True)
class LoggingTarget:
    """A target whose log is the truth. ``url`` without a slash at its end."""

    url: str

    def log(self) -> Log:
        """Requests of people so far."""
        with urllib.request.urlopen(f"{self.url}/log", timeout=30) as answer:
            found: Log = json.load(answer)
        return found


@contextmanager
def logging_target(stall_at_s: float = 0.0, stall_for_s: float = 0.0) -> Iterator[LoggingTarget]:
    """It stands still once, so long after its first request. Requests name their person in ``X-ESR-Person``."""
    with tempfile.TemporaryDirectory() as name:
        ready = Path(name) / "ready"
        module = "tests.rehearsals.logging_target"
        process = started([sys.executable, "-m", module, str(ready), str(stall_at_s), str(stall_for_s)])
        try:
            until = time.monotonic() + 20
            while not ready.exists():
                if time.monotonic() > until or process.poll() is not None:
                    raise RuntimeError("the logging target did not start")
                time.sleep(0.02)
            yield LoggingTarget(f"http://127.0.0.1:{ready.read_text()}")
        finally:
            process.kill()
            process.wait()


def started(command: list[str]) -> subprocess.Popen[bytes]:
    """A server of ours on the target's core."""
    return subprocess.Popen(
        command, cwd=ROOT, preexec_fn=lambda: own_core(TARGET_CORE), stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until_open(process: subprocess.Popen[bytes], port: int) -> None:
    """Until somebody listens there; RuntimeError when the process ends or takes too long."""
    until = time.monotonic() + 20
    while True:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > until or process.poll() is not None:
            raise RuntimeError(f"nothing listens on {port}")
        time.sleep(0.02)
