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

from hms_esr.engine.client_transport import Gate
from hms_esr.engine.cluster.desk import Desk
from hms_esr.engine.cluster.keys import encrypted
from hms_esr.engine.cluster.led import LedConductor
from hms_esr.engine.cluster.start_log import StartLog
from hms_esr.engine.cluster.telling import hand_out, tell_seconds, tell_status
from hms_esr.engine.cluster.wire import unpacked_assignment
from hms_esr.engine.collector import Collector
from hms_esr.engine.local import watch_lag
from hms_esr.engine.stage import Stage
from hms_esr.engine.timing import RunClock
from hms_esr.engine.users import conductor_class, user_classes
from hms_esr.errors import EnvironmentProblem, EsrError

LEASE_S = 5.0
"""Without a grant for so long, a worker stops everybody."""
HORIZON_S = 2.0
"""A grant allows to start people for so long."""
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


class WorkerRun:
    """One worker, from joining to leaving. ``guard_of`` makes the guard from what the master sends for it."""

    def __init__(self, join: Join, guard_of: Callable[[Mapping[str, Any]], Gate]) -> None:
        self._join = join
        self._guard_of = guard_of
        self._granted_at = perf_counter()
        self._prepared = Event()
        self._conducting = False
        self._over = ""
        self._faults: list[str] = []
        self._parent = os.getppid()
        self._main = gevent.getcurrent()
        self.conductor: LedConductor | None = None
        self._environment = Environment(user_classes=[conductor_class(self._conduct, "")])
        self._environment.events.report_to_master.add_listener(_counts_nothing)

    def carry_out(self) -> None:
        """Everything; EnvironmentProblem when the master was lost, EsrError after a fault of ours."""
        logging.getLogger("locust").setLevel(logging.CRITICAL)
        runners.MASTER_HEARTBEAT_TIMEOUT = float("inf")  # it goes by the wall clock; the lease does not
        runners.WORKER_LOG_REPORT_INTERVAL = -1
        join = self._join
        helpers = [gevent.spawn(self._watch_parent)]
        with encrypted(join.secret):
            try:
                runner = self._environment.create_worker_runner(join.host, join.port)
                self._desk = Desk(runner, self._obey, self._grant, self._sent_away)
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

    def leave(self) -> None:
        """Start nobody any more, see those who came to their end, deliver, end: what SIGTERM asks for."""
        if self.conductor is not None:
            self.conductor.leave()

    def _prepare(self) -> LedConductor:
        """Join, get the assignment, make everything ready."""
        join, desk = self._join, self._desk
        desk.send("hello", index=join.index, run_id=join.run_id, pid=os.getpid(), host=socket.gethostname())
        if not desk.assigned.wait(JOIN_WITHIN_S):
            raise EnvironmentProblem("the master answered and sent no assignment")
        if self._over:
            raise EnvironmentProblem(self._over)
        self._granted_at = perf_counter()
        assignment = unpacked_assignment(desk.whole["assignment"])
        clock = RunClock(assignment.warp)
        clock.origin = perf_counter() + _NOT_BEGUN_S
        stage = Stage(assignment, self._guard_of(desk.whole["guard"]), clock)
        log = StartLog(stage.cast.crowd, join.log_fd)
        classes = user_classes(assignment.scenario)
        conductor = self.conductor = LedConductor(
            stage, classes, self._environment, log, lambda: desk.send("state", state="standing", bound_s=0.0)
        )
        stage.cast.warm()
        self._collector = Collector(stage.recorder, conductor.quiet)
        self._collector.start()
        conductor.offset_s, bound_s = desk.measure_offset()
        desk.send("state", state="prepared", bound_s=bound_s)
        self._prepared.set()
        return conductor

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

    def _carry_out(self, conductor: LedConductor, helpers: list[Any]) -> None:
        desk, stage = self._desk, conductor.stage
        helpers.append(gevent.spawn(tell_status, conductor, desk))
        helpers.append(gevent.spawn(tell_seconds, conductor, desk, self._check_lease))
        helpers.append(gevent.spawn(watch_lag, stage.clock, stage.recorder))
        helpers.append(gevent.spawn(self._collector.watch))
        while not conductor.finished.wait(0.2):
            if self._over and not self._conducting:
                return
        hand_out(conductor, desk, stage.recorder.take(int(stage.clock.now_s()) + 1, 0.0))
        until = perf_counter() + LEASE_S
        while perf_counter() < until and not desk.bye.is_set() and desk.deliver_again():
            gevent.sleep(0.05)
        done = {"made_up": list(stage.made_up), "faults": [*stage.faults_of_ours, *self._faults]}
        while perf_counter() < until and not desk.bye.is_set():
            desk.send("done", seqs=stage.recorder.next_seq, **done)
            desk.bye.wait(0.5)

    # when it is over before its time

    def _check_lease(self, conductor: LedConductor) -> None:
        silent_s = perf_counter() - self._granted_at
        if silent_s > LEASE_S and not self._over:
            self._over = f"no word from the master for {silent_s:.0f} s: everybody was stopped"
            conductor.stop(self._over)

    def _watch_parent(self) -> None:
        """A child whose master is gone stops at once."""
        while self._join.index >= 0:
            gevent.sleep(0.2)
            if os.getppid() != self._parent:
                break
        else:
            return
        self._over = "the master is gone: everybody was stopped"
        if self.conductor is None:
            gevent.get_hub().loop.run_callback(self._main.throw, EnvironmentProblem(self._over))
        else:
            self._desk.bye.set()
            self.conductor.stop(self._over)

    # what the master says

    def _obey(self, order: Mapping[str, Any]) -> None:
        if self.conductor is not None:
            self.conductor.obey(order)

    def _grant(self, until_s: float) -> None:
        """A grant is as old as the master says: those read late, after we stood still, do not count as new."""
        if self.conductor is None or self.conductor.stage.clock.now_s() < 0:
            self._granted_at = perf_counter()
            return
        self._granted_at = self.conductor.stage.clock.origin + until_s - HORIZON_S
        self.conductor.granted_until_s = until_s

    def _sent_away(self, reason: str) -> None:
        """The last message. It is good when everything was delivered, otherwise the reason why we end early."""
        if self.conductor is None or not self.conductor.finished.is_set():
            self._over = self._over or f"the master sent this worker away: {reason}"
            if self.conductor is not None:
                self.conductor.stop(self._over)


def _counts_nothing(client_id: str, data: dict[str, Any]) -> None:
    """Ticks carry what was counted; in Locust's own report the master would take our wall clock for its own."""
    if "stats_total" in data:
        data["stats_total"]["start_time"] = float("inf")
