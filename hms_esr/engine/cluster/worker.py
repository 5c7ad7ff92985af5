"""Owns a worker's process: joins a master, gets its assignment, carries its share out, delivers every record, leaves.

Knows nothing of the plan before the master tells it. Without word from the master it stops everybody: the lease.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import gevent
from gevent.event import Event
from locust import runners
from locust.env import Environment

from hms_esr.engine.client.transport import ConnectionGuard
from hms_esr.engine.cluster.heartbeat import hand_out, send_seconds, send_status
from hms_esr.engine.cluster.keys import encrypted
from hms_esr.engine.cluster.lease_keeper import LeaseKeeper
from hms_esr.engine.cluster.lease_times import COME_BACK_WITHIN_S
from hms_esr.engine.cluster.start_log import StartLog
from hms_esr.engine.cluster.wire import unpacked_assignment
from hms_esr.engine.cluster.worker_channel import WorkerChannel
from hms_esr.engine.cluster.worker_loop import WorkerLoop
from hms_esr.engine.locust_core.environment import forget_who_spawned_whom
from hms_esr.engine.locust_core.users import start_loop_user_class, user_classes
from hms_esr.engine.loop.gc_control import GcControl
from hms_esr.engine.loop.run_clock import RunClock
from hms_esr.engine.start_loop.local_runner import watch_lag
from hms_esr.engine.user.context import WorkerContext
from hms_esr.errors import EnvironmentProblem, EsrError, internal_error

JOIN_WITHIN_S = 60.0
_NOT_BEGUN_S = 3600.0


@dataclass(frozen=True)
class Join:
    """How a worker finds its master. ``index`` and ``log_fd`` are those of a child of the master's, else -1."""

    host: str
    port: int
    secret: str
    index: int = -1
    log_fd: int = -1
    run_id: str = ""


def _tell_nobody(text: str) -> None:
    """A child's words would come between its master's."""


class WorkerRun(LeaseKeeper):
    """One worker, from joining to leaving. ``guard_of`` makes the guard from what the master sends for it.

    ``tell`` gets what the operator should know at once. ``index`` is the number the master gave it.
    """

    def __init__(
        self,
        join: Join,
        guard_of: Callable[[Mapping[str, Any]], ConnectionGuard],
        tell: Callable[[str], None] = _tell_nobody,
    ) -> None:
        super().__init__(tell, child=join.index >= 0)
        self._join = join
        self._guard_of = guard_of
        self._prepared = Event()
        self._conducting = False
        self._ended_by = self._traceback = ""
        self._environment = Environment(user_classes=[start_loop_user_class(self._conduct, "")])
        self._environment.events.report_to_master.add_listener(_counts_nothing)

    def run(self) -> bool:
        """Everything; whether to join anew: the lease had ended, all records are delivered and the run goes on.

        EnvironmentProblem when the master was lost, EsrError after an internal error.
        """
        logging.getLogger("locust").setLevel(logging.CRITICAL)
        forget_who_spawned_whom()
        runners.MASTER_HEARTBEAT_TIMEOUT = float("inf")  # it goes by the wall clock; the lease does not
        runners.WORKER_LOG_REPORT_INTERVAL = -1
        join = self._join
        helpers = [gevent.spawn(self._watch_parent)]
        with encrypted(join.secret):
            try:
                runner = self._environment.create_worker_runner(join.host, join.port)
                self._channel = WorkerChannel(runner, self)
                try:
                    self._carry_out(self._prepare(), helpers)
                finally:
                    runner.greenlet.kill(block=False)
                    runner.client.close(linger=0 if self._over else 1000)
            except ConnectionError:
                raise EnvironmentProblem(f"no master answers at {join.host}:{join.port}") from None
            finally:
                gevent.killall(helpers)
        if self._over:
            raise EnvironmentProblem(self._over)
        if self._ended_by:
            raise EsrError(f"this worker ended by an {self._ended_by}")
        return bool(self.start_loop and self.start_loop.expired)

    def leave(self) -> None:
        """Start nobody any more, see those who came to their end, deliver, end: what SIGTERM asks for."""
        if self.start_loop is not None:
            self.start_loop.leave()
        elif not self._over:
            self._end_early("asked to leave before anybody came")

    def _prepare(self) -> WorkerLoop:
        """Join, get the assignment, make everything ready."""
        join, channel = self._join, self._channel
        who = {"index": join.index, "run_id": join.run_id, "pid": os.getpid(), "host": socket.gethostname()}
        if not channel.greet(JOIN_WITHIN_S, **who):
            raise EnvironmentProblem("the master answered and sent no assignment")
        if self._over:
            raise EnvironmentProblem(self._over)
        self._granted_at = perf_counter()
        assignment = unpacked_assignment(channel.whole["assignment"])
        clock = RunClock(assignment.warp)
        clock.origin = perf_counter() + _NOT_BEGUN_S
        context = WorkerContext(assignment, self._guard_of(channel.whole["guard"]), clock)
        log = StartLog(context.cast.schedule, join.log_fd)
        context.cast.warm()
        channel.measure_offset()
        self.start_loop = WorkerLoop(context, user_classes(assignment.scenario), self._environment, log)
        self._prepared.set()
        return self.start_loop

    def _conduct(self) -> None:
        """In the greenlet of Locust's one user, which a late worker gets before it has its assignment."""
        self._prepared.wait()
        start_loop = self.start_loop
        if start_loop is None or start_loop.finished.is_set():
            return
        self._conducting = True
        try:
            start_loop.run()
        except Exception as error:
            import traceback

            self._ended_by = internal_error(error)
            self._traceback = "".join(traceback.format_exception(error))

    def _carry_out(self, start_loop: WorkerLoop, helpers: list[Any]) -> None:
        channel, context = self._channel, start_loop.context
        collector = GcControl(context.recorder.record_pause, start_loop.quiet)
        collector.start()
        helpers.append(gevent.spawn(send_status, start_loop, channel))
        helpers.append(gevent.spawn(send_seconds, start_loop, channel, self._check_lease))
        helpers.append(gevent.spawn(watch_lag, context.clock, context.recorder))
        helpers.append(gevent.spawn(collector.watch))
        try:
            while not start_loop.finished.wait(0.2):
                if (self._over or start_loop.expired) and not self._conducting:
                    self._over = self._over or start_loop.expired
                    return
            hand_out(start_loop, channel, context.recorder.take(int(context.clock.now_s()) + 1, 0.0))
            self._deliver(start_loop)
        finally:
            collector.stop()

    def _deliver(self, start_loop: WorkerLoop) -> None:
        """Until the master has everything and has said goodbye, as long as it is there or may come back."""
        channel, context = self._channel, start_loop.context
        while self._master_may_hear(start_loop) and channel.deliver_again():
            gevent.sleep(0.05)
        errors = [*context.internal_errors, *filter(None, [self._traceback])]
        done = {"made_up": list(context.made_up), "internal_errors": errors, "ended_by": self._ended_by}
        while self._master_may_hear(start_loop):
            channel.send("done", seqs=context.recorder.next_seq, expired=start_loop.expired, **done)
            channel.bye.wait(0.5)
        if not self._over and start_loop.expired and not channel.retry:
            after = "the run was over when it came back" if channel.bye.is_set() else "the master did not come back"
            self._over = f"{start_loop.expired}; {after}"
        elif not self._over and not channel.bye.is_set():
            self._over = f"the master took no more records for {perf_counter() - self._heard_at:.0f} s"

    def _master_may_hear(self, start_loop: WorkerLoop) -> bool:
        if self._channel.bye.is_set() or self._over:
            return False
        return perf_counter() - self._heard_at < COME_BACK_WITHIN_S


def _counts_nothing(client_id: str, data: dict[str, Any]) -> None:
    """Ticks carry what was counted; in Locust's own report the master would take our wall clock for its own."""
    if "stats_total" in data:
        data["stats_total"]["start_time"] = float("inf")
