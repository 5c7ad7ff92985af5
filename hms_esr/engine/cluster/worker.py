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
from hms_esr.errors import EnvironmentProblem, EsrError

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
        self._faults: list[str] = []
        self._environment = Environment(user_classes=[start_loop_user_class(self._conduct, "")])
        self._environment.events.report_to_master.add_listener(_counts_nothing)

    def carry_out(self) -> bool:
        """Everything; whether to join anew: the lease had ended, all records are delivered and the run goes on.

        EnvironmentProblem when the master was lost, EsrError after a fault of ours.
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
                self._desk = WorkerChannel(runner, self)
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
        if self._faults:
            raise EsrError(f"a fault of ours ended this worker: {self._faults[0].splitlines()[-1]}")
        return bool(self.conductor and self.conductor.expired)

    def leave(self) -> None:
        """Start nobody any more, see those who came to their end, deliver, end: what SIGTERM asks for."""
        if self.conductor is not None:
            self.conductor.leave()
        elif not self._over:
            self._end_early("asked to leave before anybody came")

    def _prepare(self) -> WorkerLoop:
        """Join, get the assignment, make everything ready."""
        join, desk = self._join, self._desk
        who = {"index": join.index, "run_id": join.run_id, "pid": os.getpid(), "host": socket.gethostname()}
        if not desk.greet(JOIN_WITHIN_S, **who):
            raise EnvironmentProblem("the master answered and sent no assignment")
        if self._over:
            raise EnvironmentProblem(self._over)
        self._granted_at = perf_counter()
        assignment = unpacked_assignment(desk.whole["assignment"])
        clock = RunClock(assignment.warp)
        clock.origin = perf_counter() + _NOT_BEGUN_S
        stage = WorkerContext(assignment, self._guard_of(desk.whole["guard"]), clock)
        log = StartLog(stage.cast.crowd, join.log_fd)
        stage.cast.warm()
        desk.measure_offset()
        self.conductor = WorkerLoop(stage, user_classes(assignment.scenario), self._environment, log)
        self._prepared.set()
        return self.conductor

    def _conduct(self) -> None:
        """In the greenlet of Locust's one user, which a late worker gets before it has its assignment."""
        self._prepared.wait()
        conductor = self.conductor
        if conductor is None or conductor.finished.is_set():
            return
        self._conducting = True
        try:
            conductor.conduct()
        except Exception as fault:
            import traceback

            self._faults.append("".join(traceback.format_exception(fault)))

    def _carry_out(self, conductor: WorkerLoop, helpers: list[Any]) -> None:
        desk, stage = self._desk, conductor.stage
        collector = GcControl(stage.recorder, conductor.quiet)
        collector.start()
        helpers.append(gevent.spawn(send_status, conductor, desk))
        helpers.append(gevent.spawn(send_seconds, conductor, desk, self._check_lease))
        helpers.append(gevent.spawn(watch_lag, stage.clock, stage.recorder))
        helpers.append(gevent.spawn(collector.watch))
        try:
            while not conductor.finished.wait(0.2):
                if (self._over or conductor.expired) and not self._conducting:
                    self._over = self._over or conductor.expired
                    return
            hand_out(conductor, desk, stage.recorder.take(int(stage.clock.now_s()) + 1, 0.0))
            self._deliver(conductor)
        finally:
            collector.stop()

    def _deliver(self, conductor: WorkerLoop) -> None:
        """Until the master has everything and has said goodbye, as long as it is there or may come back."""
        desk, stage = self._desk, conductor.stage
        while self._master_may_hear(conductor) and desk.deliver_again():
            gevent.sleep(0.05)
        done = {"made_up": list(stage.made_up), "faults": [*stage.faults_of_ours, *self._faults]}
        while self._master_may_hear(conductor):
            desk.send("done", seqs=stage.recorder.next_seq, expired=conductor.expired, **done)
            desk.bye.wait(0.5)
        if not self._over and conductor.expired and not desk.again:
            after = "the run was over when it came back" if desk.bye.is_set() else "the master did not come back"
            self._over = f"{conductor.expired}; {after}"
        elif not self._over and not desk.bye.is_set():
            self._over = f"the master took no more records for {perf_counter() - self._heard_at:.0f} s"

    def _master_may_hear(self, conductor: WorkerLoop) -> bool:
        if self._desk.bye.is_set() or self._over:
            return False
        return perf_counter() - self._heard_at < COME_BACK_WITHIN_S


def _counts_nothing(client_id: str, data: dict[str, Any]) -> None:
    """Ticks carry what was counted; in Locust's own report the master would take our wall clock for its own."""
    if "stats_total" in data:
        data["stats_total"]["start_time"] = float("inf")
