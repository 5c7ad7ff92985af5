"""Owns how a worker stands with its master: the lease it holds, and what follows from the master's words or silence.

Knows nothing of how a share is carried out: its conductor is told to go on, to stop or to end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

import gevent

from hms_esr.engine.cluster.lease_times import BEFORE_BEGIN_S, HORIZON_S, LEASE_S, SENDS_UNTIL_S
from hms_esr.errors import EnvironmentProblem

if TYPE_CHECKING:
    from hms_esr.engine.cluster.worker_channel import WorkerChannel
    from hms_esr.engine.cluster.worker_loop import WorkerLoop


class LeaseKeeper:
    """A worker as its master sees it. ``child``: a process of the master's, which ends with it."""

    _channel: WorkerChannel

    def __init__(self, tell: Callable[[str], None], *, child: bool) -> None:
        self.start_loop: WorkerLoop | None = None
        self._tell = tell
        self._child = child
        self._granted_at = self._heard_at = perf_counter()
        self._over = ""
        self._parent = os.getppid()
        self._main = gevent.getcurrent()

    # when it is over before its time

    def _check_lease(self, start_loop: WorkerLoop) -> None:
        now = perf_counter()
        silent_s = now - self._granted_at
        if (
            silent_s > (BEFORE_BEGIN_S if now < start_loop.context.clock.origin else LEASE_S)
            and not start_loop.finished.is_set()
        ):
            self._expire(f"no word from the master for {silent_s:.0f} s: everybody was stopped")

    def _expire(self, why: str) -> None:
        """Nobody goes on; what is on record here is delivered."""
        start_loop = self.start_loop
        if start_loop is not None and not start_loop.expired and not start_loop.finished.is_set():
            start_loop.expire(why)
            self._tell(f"{why}; records are delivered when the master is there, then this worker joins anew")

    def _watch_parent(self) -> None:
        """A child whose master is gone stops at once."""
        while self._child:
            gevent.sleep(0.2)
            if os.getppid() != self._parent:
                self._end_early("the master is gone: everybody was stopped")
                return

    def _end_early(self, why: str) -> None:
        self._over = why
        if self.start_loop is None:
            gevent.get_hub().loop.run_callback(self._main.throw, EnvironmentProblem(why))
        else:
            self._channel.bye.set()
            self.start_loop.stop(why)

    # what the master says

    def obey(self, order: Mapping[str, Any]) -> None:
        """An order."""
        start_loop = self.start_loop
        if start_loop is not None:
            start_loop.obey(order)
            if order["kind"] == "begin":  # as old as what it grants: one read late does not count as new
                self._hold(
                    start_loop, min(perf_counter(), start_loop.context.clock.origin + order["until_s"] - HORIZON_S)
                )

    def granted(self, until_s: float) -> None:
        """A grant is as old as the master says: those read late, after we stood still, do not count as new."""
        self._heard_at = perf_counter()
        if self.start_loop is None or self.start_loop.context.clock.now_s() < 0:
            self._granted_at = self._heard_at
            return
        self._hold(self.start_loop, self.start_loop.context.clock.origin + until_s - HORIZON_S)
        self.start_loop.granted_until_s = until_s

    def _hold(self, start_loop: WorkerLoop, granted_at: float) -> None:
        """The lease is as old as that; one that ended does not begin again."""
        self._granted_at = granted_at
        if start_loop.expired:
            return
        start_loop.context.sends_until(granted_at + SENDS_UNTIL_S)

    def expired(self, reason: str) -> None:
        """The master counts us as lost."""
        self._heard_at = perf_counter()
        self._expire(reason)

    def sent_away(self, reason: str) -> None:
        """The last message. It is good when everything was delivered, otherwise the reason why we end early."""
        if self.start_loop is None or not self.start_loop.finished.is_set():
            self._over = self._over or f"the master sent this worker away: {reason}"
            if self.start_loop is not None:
                self.start_loop.stop(self._over)
