"""Scripts beside docker-compose.yml: secrets are made once, health checks tell, the master's command line is right."""

from __future__ import annotations

import http.server
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import ROOT

NAMES = {"cluster", "influx_password", "influx_token", "influx_reader", "grafana_password"}
MASTER = {
    "TARGET": "http://gateway:8080",
    "MAY_LOAD": "gateway:8080",
    "WORKERS": "3",
    "STREAM": "on",
    "RUN_OPTIONS": "",
}


def _make_secrets(folder: Path) -> str:
    (folder / "compose").mkdir(exist_ok=True)
    script = shutil.copy(ROOT / "compose" / "make-secrets.sh", folder / "compose")
    return subprocess.run(["sh", script], capture_output=True, text=True, check=True).stdout


def test_secrets_are_random_and_nobody_else_gets_at_them(tmp_path: Path) -> None:
    """Five files of 64 hexadecimal digits, no two alike, in a folder that only its owner may enter; .env names it."""
    _make_secrets(tmp_path)
    secrets = tmp_path / "secrets"
    found = {path.name: path.read_text() for path in secrets.iterdir()}
    assert set(found) == NAMES
    assert len(set(found.values())) == len(NAMES)
    assert all(len(text) == 64 and not set(text) - set("0123456789abcdef") for text in found.values())
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in secrets.iterdir()} == {0o444}
    assert (tmp_path / ".env").read_text() == "ESR_SECRETS=./secrets\n"
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0


def test_secrets_that_are_there_stay(tmp_path: Path) -> None:
    """A second call changes nothing, and what else .env says stays."""
    (tmp_path / ".env").write_text("WORKERS=4\n")
    _make_secrets(tmp_path)
    before = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    told = _make_secrets(tmp_path)
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == before
    assert told.count("is there already") == len(NAMES)
    assert (tmp_path / ".env").read_text() == "WORKERS=4\nESR_SECRETS=./secrets\n"


def test_git_sees_no_secret() -> None:
    """secrets/ and .env are ignored."""
    ignored = subprocess.run(
        ["git", "check-ignore", "secrets/cluster", ".env"], cwd=ROOT, capture_output=True, text=True
    )
    assert ignored.stdout.split() == ["secrets/cluster", ".env"]


def _health(*arguments: str) -> int:
    command = [sys.executable, "-I", "-S", str(ROOT / "compose" / "health.py"), *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=20).returncode


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """200 for /well, 503 for the rest."""
        self.send_response(200 if self.path == "/well" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def served() -> Iterator[int]:
    """A port of this machine that answers."""
    with http.server.HTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_health_is_told_by_exit_codes(served: int, tmp_path: Path) -> None:
    """0 for what answers 200, listens, was touched now; 1 for the rest."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        closed = str(nobody.getsockname()[1])
        fresh, old = tmp_path / "fresh", tmp_path / "old"
        fresh.touch()
        old.touch()
        os.utime(old, (1, 1))
        assert _health("web", str(served), "/well") == 0
        assert _health("web", str(served), "/ill") == 1
        assert _health("web", closed, "/well") == 1
        assert _health("port", str(served)) == 0
        assert _health("port", closed) == 1
        assert _health("file", str(fresh)) == 0
        assert _health("file", str(old)) == 1
        assert _health("file", str(tmp_path / "none")) == 1


def _master(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    program = folder / "hms-esr"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    program.chmod(0o755)
    env = {"PATH": f"{folder}:{os.environ['PATH']}", **environment}
    script = str(ROOT / "compose" / "master.sh")
    return subprocess.run(["sh", script, *arguments], env=env, capture_output=True, text=True, check=False)


def test_the_master_is_told_by_its_environment(tmp_path: Path) -> None:
    """Scenario, target, workers and secret files become options; words of RUN_OPTIONS come last."""
    given = MASTER | {"RUN_FILE": "scenarios/my plan.yml", "RUN_OPTIONS": "--scale 0.5 --strict"}
    words = _master(tmp_path, **given).stdout.splitlines()
    assert words[:4] == ["run", "scenarios/my plan.yml", "--target", "http://gateway:8080"]
    assert words[words.index("--expect-workers") + 1] == "3"
    assert words[words.index("--cluster-secret-file") + 1] == "/run/secrets/cluster"
    assert words[words.index("--influx-token-file") + 1] == "/run/secrets/influx_token"
    assert words[-3:] == ["--scale", "0.5", "--strict"]


def test_the_master_streams_only_when_asked(tmp_path: Path) -> None:
    """STREAM=off leaves InfluxDB out; another word is a mistake with exit code 2."""
    given = MASTER | {"RUN_FILE": "x.yml"}
    assert "--influx" not in _master(tmp_path, **given | {"STREAM": "off"}).stdout.splitlines()
    wrong = _master(tmp_path, **given | {"STREAM": "maybe"})
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "allowed are on (points go to InfluxDB) and off" in wrong.stderr


def test_the_master_with_arguments_is_the_program(tmp_path: Path) -> None:
    """Arguments go to hms-esr as they are."""
    assert _master(tmp_path, "run", "a b.yml", "--workers", "2").stdout.splitlines() == [
        "run",
        "a b.yml",
        "--workers",
        "2",
    ]
