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

    _desk: WorkerChannel

    def __init__(self, tell: Callable[[str], None], *, child: bool) -> None:
        self.conductor: WorkerLoop | None = None
        self._tell = tell
        self._child = child
        self._granted_at = self._heard_at = perf_counter()
        self._over = ""
        self._parent = os.getppid()
        self._main = gevent.getcurrent()

    # when it is over before its time

    def _check_lease(self, conductor: WorkerLoop) -> None:
        now = perf_counter()
        silent_s = now - self._granted_at
        if (
            silent_s > (BEFORE_BEGIN_S if now < conductor.stage.clock.origin else LEASE_S)
            and not conductor.finished.is_set()
        ):
            self._expire(f"no word from the master for {silent_s:.0f} s: everybody was stopped")

    def _expire(self, why: str) -> None:
        """Nobody goes on; what is on record here is delivered."""
        conductor = self.conductor
        if conductor is not None and not conductor.expired and not conductor.finished.is_set():
            conductor.expire(why)
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
        if self.conductor is None:
            gevent.get_hub().loop.run_callback(self._main.throw, EnvironmentProblem(why))
        else:
            self._desk.bye.set()
            self.conductor.stop(why)

    # what the master says

    def obey(self, order: Mapping[str, Any]) -> None:
        """An order."""
        conductor = self.conductor
        if conductor is not None:
            conductor.obey(order)
            if order["kind"] == "begin":  # as old as what it grants: one read late does not count as new
                self._hold(conductor, min(perf_counter(), conductor.stage.clock.origin + order["until_s"] - HORIZON_S))

    def granted(self, until_s: float) -> None:
        """A grant is as old as the master says: those read late, after we stood still, do not count as new."""
        self._heard_at = perf_counter()
        if self.conductor is None or self.conductor.stage.clock.now_s() < 0:
            self._granted_at = self._heard_at
            return
        self._hold(self.conductor, self.conductor.stage.clock.origin + until_s - HORIZON_S)
        self.conductor.granted_until_s = until_s

    def _hold(self, conductor: WorkerLoop, granted_at: float) -> None:
        """The lease is as old as that; one that ended does not begin again."""
        self._granted_at = granted_at
        if conductor.expired:
            return
        conductor.stage.sends_until(granted_at + SENDS_UNTIL_S)

    def expired(self, reason: str) -> None:
        """The master counts us as lost."""
        self._heard_at = perf_counter()
        self._expire(reason)

    def sent_away(self, reason: str) -> None:
        """The last message. It is good when everything was delivered, otherwise the reason why we end early."""
        if self.conductor is None or not self.conductor.finished.is_set():
            self._over = self._over or f"the master sent this worker away: {reason}"
            if self.conductor is not None:
                self.conductor.stop(self._over)
