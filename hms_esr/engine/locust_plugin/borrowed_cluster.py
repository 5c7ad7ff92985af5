"""Owns a run over the workers of somebody else's Locust: its master and worker runners lent for one run.

Knows nothing of how Locust was started; who may join is decided by its own port.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import gevent
from locust import runners

from hms_esr.engine.client.transport import ConnectionGuard
from hms_esr.engine.cluster.join_info import JoinInfo
from hms_esr.engine.cluster.master import MasterRun
from hms_esr.engine.cluster.worker import Join, WorkerRun
from hms_esr.engine.cluster.worker_channel import WorkerChannel
from hms_esr.engine.cluster.worker_loop import WorkerLoop
from hms_esr.engine.start_loop.local_runner import LoadResult

CALL = "esr_come"
CALL_EVERY_S = 0.3
ALL_COME_WITHIN_S = 60.0

Workers = list[dict[str, Any]]


class BorrowedRunner:
    """A runner of somebody else's, as our messages use it; :meth:`give_back` leaves it as it was."""

    def __init__(self, runner: Any) -> None:
        self._runner = runner
        self._kinds: list[str] = []
        self.server = self
        self.port = 0

    @property
    def stats(self) -> Any:
        """Where Locust's statistics are kept."""
        return self._runner.stats

    def register_message(self, kind: str, listener: Callable[..., None]) -> None:
        """Listen to a kind of message, for this run."""
        self._kinds.append(kind)
        self._runner.custom_messages[kind] = (listener, False)

    def send_message(self, kind: str, data: Any = None, client_id: str | None = None) -> None:
        """Send one; who is gone gets nothing."""
        self._runner.send_message(kind, data, client_id)

    def start_shape(self) -> None:
        """It runs already."""

    def quit(self) -> None:
        """It goes on without us."""
        self.give_back()

    def close(self, linger: int | None = None) -> None:
        """Its socket stays open."""

    def give_back(self) -> None:
        """What still comes for this run is let pass in silence."""
        for kind in self._kinds:
            self._runner.custom_messages[kind] = (_ignore, False)


def _ignore(environment: Any, msg: Any) -> None:
    """A message of a run that is over."""


class BorrowedMasterRun(MasterRun):
    """A run over the workers that Locust's own master has. A worker lost there makes it one that cannot be trusted."""

    def __init__(self, assignment: Any, guard: Mapping[str, Any], listener: Any, *, runner: Any) -> None:
        workers = max(1, runner.worker_count)
        invitation = JoinInfo("", expect=workers, wait_s=ALL_COME_WITHIN_S)
        lent = BorrowedRunner(runner)
        super().__init__(assignment, guard, listener, workers=workers, invitation=invitation, runner=lent)
        self._runner = runner

    def run(
        self,
        ready: Callable[[Workers], None],
        joined: Callable[[Workers], None],
        invite: Callable[[str], None] = lambda line: None,
    ) -> LoadResult:
        """From the first worker's word to the last record."""
        caller = gevent.spawn(self._call)
        try:
            return super().run(ready, joined, lambda line: None)
        finally:
            caller.kill()

    def _call(self) -> None:
        """Tell every worker that is not here yet that there is a run, for ever."""
        while True:
            for client_id in list(self._runner.clients):
                if client_id not in self.worker_pool.master_channel.members:
                    with suppress(Exception):
                        self._runner.send_message(CALL, {"run_id": self.worker_pool.assignment.run_id}, client_id)
            gevent.sleep(CALL_EVERY_S)

    def _finished(self) -> LoadResult:
        for member in self.worker_pool.master_channel.everybody:
            if member.state == "lost":
                self.problems.append(f"{member.name} was lost, which a run on plain Locust does not make up for")
        return super()._finished()


class BorrowedWorkerRun(WorkerRun):
    """One worker's share of one run, on a worker runner of somebody else's. ``follow`` is told the conductor."""

    def __init__(
        self,
        runner: Any,
        run_id: str,
        guard_of: Callable[[Mapping[str, Any]], ConnectionGuard],
        follow: Callable[[WorkerLoop], None],
    ) -> None:
        with _locust_as_it_is():
            super().__init__(Join("", 0, "", run_id=run_id), guard_of)
        self._runner = runner
        self._environment = runner.environment
        self._follow = follow

    def run(self) -> bool:
        """Join, work, deliver. Never joins anew: a lost worker makes the run one that cannot be trusted."""
        lent = BorrowedRunner(self._runner)
        helpers: list[Any] = []
        try:
            self._channel = WorkerChannel(lent, self)
            start_loop = self._prepare()
            self._follow(start_loop)
            self._carry_out(start_loop, helpers)
        finally:
            gevent.killall(helpers)
            lent.give_back()
            gc.unfreeze()
        return False

    def perform(self) -> None:
        """For Locust's one user."""
        self._conduct()

    @property
    def over(self) -> str:
        """Why it ended before its time; empty when it did not."""
        return self._over

    @property
    def ended_by(self) -> str:
        """The internal error that ended it, in one line; empty without one."""
        return self._ended_by


@contextmanager
def _locust_as_it_is() -> Iterator[None]:
    """What a worker of ours changes for its whole process is not changed for somebody else's."""
    log, before = logging.getLogger("locust"), logging.getLogger("locust").level
    kept = runners.MASTER_HEARTBEAT_TIMEOUT, runners.WORKER_LOG_REPORT_INTERVAL
    try:
        yield
    finally:
        log.setLevel(before)
        runners.MASTER_HEARTBEAT_TIMEOUT, runners.WORKER_LOG_REPORT_INTERVAL = kept
