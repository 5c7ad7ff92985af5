"""Owns a page's server as a process of its own: its port is held first, so that its address is known at once.

Knows nothing of pages; standard library only, at home in a process patched by gevent.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from hms_esr.errors import EnvironmentProblem
from hms_esr.http import http_server

PORT = 5050
"""Where the page of a run from a terminal is."""
TRIES = 50
"""Ports tried, from the one wished for on."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at ``port``, or at the next free one. EnvironmentProblem when there is none."""
    reason = "no port is free"
    for tried in range(port, min(port + TRIES, 65536)) if port else (0,):
        try:
            return http_server.bound(host, tried)
        except OSError as error:
            reason = error.strerror or str(error)
    raise EnvironmentProblem(f"the live page cannot listen on {host}:{port} or a port after it: {reason}")


def address(listener: socket.socket, run: str) -> str:
    """The page's address: ``http://localhost:5050/dashboard/…``."""
    return f"{http_server.address(*listener.getsockname()[:2])}/dashboard/{run}"


class PageProcess:
    """The page of one run, served by a child process. ``until``: see :class:`hms_esr.edu.live.serve.Stay`."""

    def __init__(self, out: Path, run: str, *, port: int, host: str = "127.0.0.1", until: str = "parent") -> None:
        listener = listen(host, port)
        self.port = int(listener.getsockname()[1])
        self.url = address(listener, run)
        with listener:
            handle = listener.fileno()
            command = [sys.executable, "-m", "hms_esr", "dashboard", run, "--out", str(out), "--handle", str(handle)]
            command += ["--parent-pid", str(os.getpid()), "--until", until]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=(handle,),
            )

    def running(self) -> bool:
        """Whether it still serves."""
        return self._process.poll() is None

    def given_up(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """End it when the run could not be carried out; otherwise it ends by itself, a little after the run."""
        if error is not None:
            self.stop()

    def stop(self) -> None:
        """End it; a second call does nothing."""
        if self.running():
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
        if self.running():
            self._process.kill()
        self._process.wait()
