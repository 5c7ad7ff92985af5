"""Owns a worker that stays: it waits for a master, sees its run through in a process of its own, waits for the next.

Knows nothing of what a run is. One process a run, because Locust changes the process that imports it.
"""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

LOOK_EVERY_S = 1.0
AFTER_A_RUN_S = 15.0
"""So long a master that is done with this worker may stay; one that is there after that may be the next."""
AFTER_A_FAULT_S = 1.0
SIGNAL_SEEN_S = 0.2
BAD_INPUT = 2
LEFT = (0, 4)
"""Exit codes of a worker that its master wants no more: the run is over, the master gone, or has all its workers."""


@dataclass(frozen=True)
class Standby:
    """Where to stand by: the master's place; ``command`` joins it; ``alive`` is touched as long as this goes on."""

    host: str
    port: int
    command: Sequence[str]
    alive: Path | None = None


def stand_by(post: Standby, tell: Callable[[str], None]) -> int:
    """Join every run that comes, until SIGTERM or Ctrl-C; its exit code: 0, or 2 when a run could not be joined for
    what this worker was given. A run that goes on is left as a worker leaves: those who came are seen to their end.
    """
    return _Standing(post, tell).run()


class _Standing:
    """Signals only leave a mark; what may take long (a slow name server) is done beside the loop that sees it."""

    def __init__(self, post: Standby, tell: Callable[[str], None]) -> None:
        self._post = post
        self._tell = tell
        self._over = False
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """All runs that come."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        place = f"{self._post.host}:{self._post.port}"
        self._tell(f"Standing by for a master at {place} (stop with Ctrl-C)")
        while not self._over:
            if not self._listens():
                self._pause(LOOK_EVERY_S)
                continue
            code = self._join()
            if code == BAD_INPUT:
                return code
            self._tell(f"Left {place} with exit code {code}; standing by for the next run")
            if code in LEFT:
                self._wait_until_gone()
            else:
                self._pause(AFTER_A_FAULT_S)
        return 0

    def _wait_until_gone(self) -> None:
        """Until nobody listens there any more: a master is there for one run alone."""
        until_s = monotonic() + AFTER_A_RUN_S
        while monotonic() < until_s and not self._over and self._listens():
            self._pause(LOOK_EVERY_S)

    def _join(self) -> int:
        """One run, in a process of its own; the exit code."""
        self._process = subprocess.Popen(self._post.command, stdin=subprocess.DEVNULL, start_new_session=True)
        if self._over:  # the signal came while it was started
            self._process.send_signal(signal.SIGTERM)
        while True:
            self._touch()
            try:
                return self._process.wait(LOOK_EVERY_S)
            except subprocess.TimeoutExpired:
                continue

    def _listens(self) -> bool:
        """Whether somebody takes connections there now."""
        answer: list[bool] = []
        knock = Thread(target=lambda: answer.append(_takes_connections(self._post.host, self._post.port)), daemon=True)
        knock.start()
        while knock.is_alive() and not self._over:
            self._touch()
            knock.join(SIGNAL_SEEN_S)
        return answer == [True]

    def _pause(self, for_s: float) -> None:
        until_s = monotonic() + for_s
        while not self._over and monotonic() < until_s:
            self._touch()
            sleep(SIGNAL_SEEN_S)

    def _end(self, number: int, _: Any) -> None:
        self._over = True
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    def _touch(self) -> None:
        if self._post.alive is not None:
            self._post.alive.touch()


def _takes_connections(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), LOOK_EVERY_S).close()
    except OSError:
        return False
    return True
