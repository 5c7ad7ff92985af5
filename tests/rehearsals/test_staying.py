"""A worker that stays: it joins run after run of whoever masters at its place, and leaves when it is told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsals.clusters import NO_LIMITS, Gathering
from tests.rehearsals.conftest import ROOT


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_one_worker_joins_one_run_after_the_other(tmp_path: Path, logging_target: Any) -> None:
    """It waits for a master, carries two runs out, knows of no run's id, and SIGTERM ends it with 0."""
    port = _free_port()
    (tmp_path / "cluster.secret").write_text("a secret of some length")
    command = [sys.executable, "-m", "hms_esr", "worker", f"127.0.0.1:{port}", "--stay"]
    command += ["--cluster-secret-file", "cluster.secret", "--alive-file", "alive"]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    worker = subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(2):
            cluster = Gathering(
                tmp_path, logging_target(), 1, "--bind", f"127.0.0.1:{port}", *NO_LIMITS, rate=20, duration_s=1
            )
            try:
                ran = cluster.run.end()
            finally:
                cluster.close()
            assert ran.code == 0, ran.output + ran.errors
            assert ran.summary["requests"] == 40
        worker.send_signal(signal.SIGTERM)
        _, told = worker.communicate(timeout=20)
    finally:
        worker.kill()
        worker.communicate()
    assert worker.returncode == 0
    assert (tmp_path / "alive").exists()
    assert told.startswith(f"Standing by for a master at 127.0.0.1:{port}")
    assert told.count("exit code 0; standing by") >= 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["127.0.0.1:5557/run", "--stay", "--cluster-secret-file", "cluster.secret"], "leave out the run"),
        (["127.0.0.1:5557", "--alive-file", "x", "--cluster-secret-file", "cluster.secret"], "goes with --stay"),
        (["127.0.0.1:5557", "--stay"], "--cluster-secret-file"),
    ],
)
def test_what_does_not_go_together_is_told(arguments: list[str], says: str, tmp_path: Path) -> None:
    """Nothing is waited for then; exit code 2."""
    (tmp_path / "cluster.secret").write_text("a secret of some length")
    command = [sys.executable, "-m", "hms_esr", "worker", *arguments]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert says in done.stderr
