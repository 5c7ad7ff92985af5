"""Owns workers that are processes of this machine: started with their secret on a pipe, their deaths seen at once.

Knows nothing of what workers do.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any


class WorkerProcess:
    """One worker's process."""

    def __init__(self, index: int, port: int, secret: str, log_fd: int) -> None:
        self.number = index
        given = {"host": "127.0.0.1", "port": port, "secret": secret, "index": index, "log_fd": log_fd}
        process: Any = subprocess.Popen(
            [sys.executable, "-m", "hms_esr", "worker", "--child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[log_fd],
        )
        self._process = process
        self._process.stdin.write(json.dumps(given).encode() + b"\n")
        self._process.stdin.close()

    @property
    def pid(self) -> int:
        """The process."""
        return int(self._process.pid)

    def ended(self) -> int | None:
        """Its exit code (negative: the signal that killed it); None while it lives."""
        code: int | None = self._process.poll()
        return code

    def kill(self) -> None:
        """End it now."""
        with suppress(OSError):
            self._process.send_signal(signal.SIGKILL)

    def wait(self, timeout_s: float) -> None:
        """Wait for its end; after ``timeout_s`` it is killed."""
        try:
            self._process.wait(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()


def how_it_ended(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"ended with exit code {code}"
    with suppress(ValueError):
        return f"was killed ({signal.Signals(-code).name})"
    return f"was killed (signal {-code})"
