"""Owns a worker's process: joins a master, gets its assignment, carries its share out, delivers every record, leaves.

Knows nothing of the plan before the master tells it. Without word from the master it stops everybody: the lease.
"""

from __future__ import annotations

import gc
import logging
import os
import socket
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import gevent
from gevent.event import Event
from locust import runners
from locust.env import Environment

from hms_esr.engine.client_transport import Gate
from hms_esr.engine.cluster.keys import encrypted
from hms_esr.engine.cluster.led import LedConductor
from hms_esr.engine.cluster.start_log import StartLog
from hms_esr.engine.cluster.wire import packed_tick, unpacked_assignment
from hms_esr.engine.local import watch_lag
from hms_esr.engine.stage import Stage
from hms_esr.engine.timing import RunClock
from hms_esr.engine.users import conductor_class, user_classes
from hms_esr.errors import EnvironmentProblem, EsrError
from hms_esr.profiles.crowd import Crowd
from hms_esr.record import Tick

LEASE_S = 5.0
"""Without a grant for so long, a worker stops everybody."""
HORIZON_S = 2.0
"""A grant allows to start people for so long."""
STATUS_EVERY_S = 0.2
RESEND_S = 1.5
JOIN_WITHIN_S = 60.0
PINGS = 9


@dataclass(frozen=True)
class Join:
    """How a worker finds its master. ``index`` and ``log_fd`` are those of a child of the master's, else -1."""

    host: str
    port: int
    secret: str
    index: int = -1
    log_fd: int = -1
    run_id: str = ""


def boot_id() -> str:
    """The same for all processes of one machine until it is started anew: they share the monotonic clock."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return socket.gethostname()


class WorkerRun:
    """One worker, from joining to leaving. ``guard_of`` makes the guard from what the master sends for it."""

    def __init__(self, join: Join, guard_of: Callable[[Mapping[str, Any]], Gate]) -> None:
        logging.getLogger("locust").setLevel(logging.CRITICAL)
        runners.MASTER_HEARTBEAT_TIMEOUT = float("inf")  # it goes by the wall clock; the lease does not
        self._join = join
        self._guard_of = guard_of
        self._assigned = Event()
        self._whole: Mapping[str, Any] = {}
        self._granted_at = perf_counter()
        self._unacked: deque[Tick] = deque()
        self._sent_at = 0.0
        self._orders = 0
        self._conducting = False
        self._prepared, self._bye = Event(), Event()
        self._pong, self._pong_at = Event(), 0.0
        self._over = ""
        self._faults: list[str] = []
        self._parent = os.getppid()
        self.stage: Stage | None = None
        self.conductor: LedConductor | None = None
        self._environment = Environment(user_classes=[conductor_class(self._conduct, "")])

    def carry_out(self) -> None:
        """Everything; EnvironmentProblem when the master was lost, EsrError after a fault of ours."""
        with encrypted(self._join.secret):
            watch = gevent.spawn(self._watch_parent)
            try:
                self._runner = self._environment.create_worker_runner(self._join.host, self._join.port)
            except ConnectionError:
                raise EnvironmentProblem(f"no master answers at {self._join.host}:{self._join.port}") from None
            helpers = [watch]
            try:
                self._prepare()
                helpers.append(gevent.spawn(self._tell_status))
                self._carry_out(helpers)
            finally:
                gevent.killall(helpers)
                self._runner.greenlet.kill(block=False)
                self._runner.client.close(linger=0 if self._over else 1000)
        if self._over:
            raise EnvironmentProblem(self._over)
        if self._faults:
            raise EsrError(f"a fault of ours ended this worker: {self._faults[0].splitlines()[-1]}")

    def leave(self) -> None:
        """Start nobody any more, see those who came to their end, deliver, end: what SIGTERM asks for."""
        if self.conductor is not None:
            self.conductor.leave()

    # before the first person

    def _prepare(self) -> None:
        hear = {"esr_assignment": self._on_assignment, "esr_order": self._on_order, "esr_grant": self._on_grant}
        for kind, listener in (
            hear | {"esr_ack": self._on_ack, "esr_bye": self._on_bye, "esr_pong": self._on_pong}
        ).items():
            self._runner.register_message(kind, listener)
        self._send(
            "esr_hello",
            index=self._join.index,
            run_id=self._join.run_id,
            pid=os.getpid(),
            host=socket.gethostname(),
        )
        if not self._assigned.wait(JOIN_WITHIN_S):
            raise EnvironmentProblem("the master answered and sent no assignment")
        if self._over:
            raise EnvironmentProblem(self._over)
        assignment = unpacked_assignment(self._whole["assignment"])
        clock = RunClock(assignment.warp)
        clock.origin = perf_counter() + 3600.0
        self.stage = Stage(assignment, self._guard_of(self._whole["guard"]), clock)
        crowd: Crowd = self.stage.cast.crowd
        classes = user_classes(assignment.scenario)
        log = StartLog(crowd, self._join.log_fd)
        self.conductor = LedConductor(
            self.stage, classes, self._environment, log, lambda: self._send("esr_state", state="standing", bound_s=0.0)
        )
        self.stage.cast.warm()
        gc.collect()
        gc.freeze()
        bound_s = 0.0
        if self._whole["boot"] != boot_id():
            self.conductor.offset_s, bound_s = self._measure_offset()
        self._send("esr_state", state="prepared", bound_s=bound_s)
        self._prepared.set()

    def _measure_offset(self) -> tuple[float, float]:
        """(how far the master's clock is ahead of ours, at most how wrong that is), by the quickest of some answers."""
        best = (0.0, float("inf"))
        for _ in range(PINGS):
            self._pong.clear()
            sent_at = perf_counter()
            self._send("esr_ping", at=sent_at)
            if self._pong.wait(1.0):
                took_s = perf_counter() - sent_at
                if took_s / 2 < best[1]:
                    best = (self._pong_at - (sent_at + took_s / 2), took_s / 2)
        return best

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

    # the course

    def _carry_out(self, helpers: list[Any]) -> None:
        stage, conductor = self.stage, self.conductor
        assert stage is not None and conductor is not None
        helpers.append(gevent.spawn(self._second_hand, stage))
        helpers.append(gevent.spawn(watch_lag, stage.clock, stage.recorder))
        while not conductor.finished.wait(0.2):
            if self._over and not self._conducting:
                return
        self._hand_out(stage.recorder.take(int(stage.clock.now_s()) + 1, 0.0))
        until = perf_counter() + LEASE_S
        while self._unacked and perf_counter() < until and not self._bye.is_set():
            self._send_ticks(all_of_them=False)
            gevent.sleep(0.05)
        faults = [*stage.faults_of_ours, *self._faults]
        while not self._bye.wait(0.5) and perf_counter() < until:
            self._send("esr_done", made_up=list(stage.made_up), faults=faults, seqs=stage.recorder.next_seq)

    def _second_hand(self, stage: Stage) -> None:
        closed, cpu_s, at_s = 0, process_time(), 0.0
        while True:
            gevent.sleep(0.1)
            self._check_lease()
            now_s = stage.clock.now_s()
            if int(now_s) > closed:
                closed = int(now_s)
                used_s, passed_s = process_time() - cpu_s, max(now_s - at_s, 1e-6)
                cpu_s, at_s = process_time(), now_s
                self._hand_out(stage.recorder.take(closed, min(1.0, used_s / passed_s)))
            self._send_ticks(all_of_them=False)

    def _check_lease(self) -> None:
        silent_s = perf_counter() - self._granted_at
        if silent_s > LEASE_S and not self._over and self.conductor is not None:
            self._over = f"no word from the master for {silent_s:.0f} s: everybody was stopped"
            self.conductor.stop(self._over)

    def _watch_parent(self) -> None:
        """A child whose master is gone stops at once."""
        while self._join.index >= 0:
            gevent.sleep(0.2)
            if os.getppid() == self._parent:
                continue
            self._over = "the master is gone: everybody was stopped"
            if self.conductor is None:
                os.write(2, f"{self._over}\n".encode())
                os._exit(EnvironmentProblem.exit_code)
            self._bye.set()
            self.conductor.stop(self._over)
            return

    def _hand_out(self, ticks: list[Tick]) -> None:
        for tick in ticks:
            if self.conductor is not None:
                self.conductor.busiest(sum(cell.requests for cell in tick.cells.values()))
            self._unacked.append(tick)
            self._send("esr_tick", **packed_tick(tick))

    def _send_ticks(self, *, all_of_them: bool) -> None:
        now = perf_counter()
        if self._unacked and (all_of_them or now - self._sent_at > RESEND_S):
            for tick in list(self._unacked):
                self._send("esr_tick", **packed_tick(tick))

    # messages

    def _send(self, kind: str, /, **data: Any) -> None:
        if kind == "esr_tick":
            self._sent_at = perf_counter()
        self._runner.send_message(kind, data)

    def _tell_status(self) -> None:
        before: dict[str, Any] = {}
        told_at = 0.0
        while True:
            assert self.conductor is not None
            status = self.conductor.status()
            urgent = any(status[name] != before.get(name) for name in ("seen", "idle", "leaving"))
            if urgent or perf_counter() - told_at >= STATUS_EVERY_S:
                before, told_at = status, perf_counter()
                self._send("esr_status", **status)
            gevent.sleep(STATUS_EVERY_S / 4)

    def _on_assignment(self, environment: Any, msg: Any) -> None:
        self._whole = msg.data
        self._granted_at = perf_counter()
        self._assigned.set()

    def _on_order(self, environment: Any, msg: Any) -> None:
        """Orders come in order; one that was sent again is left out."""
        if self.conductor is not None and msg.data["number"] == self._orders + 1:
            self._orders += 1
            self.conductor.obey(msg.data)

    def _on_grant(self, environment: Any, msg: Any) -> None:
        """A grant is as old as the master says: those read late, after we stood still, do not count as new."""
        if self.conductor is None or self.stage is None or self.stage.clock.now_s() < 0:
            self._granted_at = perf_counter()
            return
        self._granted_at = self.stage.clock.origin + msg.data["until_s"] - HORIZON_S
        self.conductor.granted_until_s = msg.data["until_s"]

    def _on_pong(self, environment: Any, msg: Any) -> None:
        self._pong_at = msg.data["at"]
        self._pong.set()

    def _on_ack(self, environment: Any, msg: Any) -> None:
        while self._unacked and self._unacked[0].seq < msg.data["below"]:
            self._unacked.popleft()

    def _on_bye(self, environment: Any, msg: Any) -> None:
        self._bye.set()
        if self.conductor is None or not self.conductor.finished.is_set():
            self._over = self._over or f"the master sent this worker away: {msg.data['reason']}"
            self._assigned.set()
        if self.conductor is not None and self._over:
            self.conductor.stop(self._over)
