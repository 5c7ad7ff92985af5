"""Owns the workers of a run, from their start to their end: what the master knows of them and tells them.

Knows nothing of when a run is over, or of who follows it but what is handed on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from secrets import token_hex
from time import perf_counter, time
from typing import Any

import gevent
from locust import runners
from locust.env import Environment
from locust.exception import RPCError

from hms_esr.engine.cluster.children import WorkerProcess, how_it_ended
from hms_esr.engine.cluster.failure_detector import FailureDetector
from hms_esr.engine.cluster.join_info import JoinInfo
from hms_esr.engine.cluster.keys import encrypted
from hms_esr.engine.cluster.lease_times import GRANT_EVERY_S, HEARD_WITHIN_S, HORIZON_S
from hms_esr.engine.cluster.master_channel import MasterChannel
from hms_esr.engine.cluster.phases import RunPhases
from hms_esr.engine.cluster.reassignment import Reassignment
from hms_esr.engine.cluster.shards import Shard
from hms_esr.engine.cluster.start_log import MOST_WORKERS, StartLog
from hms_esr.engine.cluster.tick_buffer import TickBuffer
from hms_esr.engine.cluster.wire import packed_assignment
from hms_esr.engine.cluster.worker_channel import boot_id
from hms_esr.engine.cluster.worker_state import WorkerState
from hms_esr.engine.locust_core.dispatcher import OnePerWorker
from hms_esr.engine.locust_core.shapes import RehearsalShape, shape_of
from hms_esr.engine.locust_core.stats import unseen_stats
from hms_esr.engine.locust_core.users import start_loop_user_class
from hms_esr.engine.loop.run_clock import RunClock
from hms_esr.engine.start_loop.local_runner import Listener
from hms_esr.errors import BadInput, EnvironmentProblem
from hms_esr.events import ClockChanged
from hms_esr.record import Tick
from hms_esr.schedule.arrivals import ArrivalSchedule
from hms_esr.schedule.assignment import Assignment

PREPARED_WITHIN_S = 60.0
BEGIN_AHEAD_S = 0.3

Workers = list[dict[str, Any]]


class WorkerPool:
    """The workers of a run, from their start to their end: what the master knows of them and tells them."""

    def __init__(
        self,
        assignment: Assignment,
        guard: Mapping[str, Any],
        listener: Listener,
        *,
        workers: int,
        invitation: JoinInfo | None = None,
        runner: Any = None,
    ) -> None:
        if workers >= MOST_WORKERS - 1:
            raise BadInput(f"{workers} workers: at most {MOST_WORKERS - 2} are carried")
        self.assignment = replace(assignment, workers=workers)
        self.listener = listener
        self.invitation = invitation
        self.secret = token_hex(32) if invitation is None else invitation.secret
        self.clock = RunClock(assignment.warp)
        schedule = ArrivalSchedule(
            assignment.scenario, seed=assignment.seed, warp=assignment.warp, scale=assignment.scale
        )
        self.log = StartLog.shared(schedule)
        self.reassignment = Reassignment(schedule, self.log, self.clock, listener.happened)
        self.course = RunPhases(assignment.scenario, schedule, self.clock, listener.happened)
        self.gathering = TickBuffer()
        self.losses = FailureDetector(self.reassignment, self.gathering)
        self._guard = dict(guard)
        self._granted_at = 0.0
        self.began_at = 0.0
        self.flushed = False
        self.sealed = encrypted(self.secret) if runner is None else nullcontext()
        own = runner or _listening(self.assignment, invitation, self.secret, schedule.length_s, lambda: self.flushed)
        self.master_channel = MasterChannel(own, self._welcome, self._on_tick, self._on_done)

    def _welcome(self, member: WorkerState, run_id: str) -> Mapping[str, Any] | str:
        """What it needs to know, or why it is not wanted.

        Caps off this machine hold over all workers together, so there are never more than expected.
        """
        assignment = self.assignment
        if self.invitation is None and not self.losses.has_child(self.master_channel, member):
            return "this run has workers of its own"
        if self.invitation is not None and (not member.remote or run_id not in ("", assignment.run_id)):
            return "this is another run"
        if self.course.phase != "running":
            return "nobody new comes to this run any more"
        capped = assignment.people_per_s is not None
        there = sum(one.state not in ("done", "lost") for one in self.master_channel.members.values())
        if member.index >= MOST_WORKERS - 1 or (capped and there >= assignment.workers):
            return "this run has all its workers"
        at_once = max(1, assignment.max_people // (assignment.workers if capped else 1))
        share = replace(assignment, worker=member.index, max_people=at_once)
        return {"assignment": packed_assignment(share), "guard": self._guard, "boot": boot_id()}

    def gather(self, ready: Callable[[Workers], None], invite: Callable[[str], None]) -> None:
        """Have everybody there, wait until all stand by, begin together a moment later."""
        wanted, master_channel = self.assignment.workers, self.master_channel
        if self.invitation is not None:
            invite(self.invitation.line(master_channel.runner.server.port, self.assignment.run_id))
        for index in range(0 if self.invitation is not None else wanted):
            self.losses.children[index] = WorkerProcess(
                index, master_channel.runner.server.port, self.secret, self.log.fd
            )
        if not self._all_are("prepared"):
            return
        ready(listed(master_channel))
        master_channel.runner.start_shape()
        if not self._all_are("standing"):
            return
        self.clock.origin, self.began_at = perf_counter() + BEGIN_AHEAD_S, time() + BEGIN_AHEAD_S
        worker_pool = [member for member in master_channel.everybody if member.state == "standing"]
        for number, member in enumerate(worker_pool):
            everybody = [Shard(number, len(worker_pool))]
            self.reassignment.give(member, everybody, everybody)
            _begin(member, self.clock, HORIZON_S)
            member.heard_at = self.clock.origin
        segment = self.clock.sim.segments[0]
        self.listener.happened(ClockChanged(segment.real_s, segment.sim_s, segment.warp))

    def welcome_late(self, joined: Callable[[Workers], None]) -> None:
        """Who comes while people come gets its part of those who are due a moment later."""
        late = [member for member in self.master_channel.members.values() if member.state == "standing"]
        for member in late if self.course.phase == "running" else []:
            member.heard_at = perf_counter()
            _begin(member, self.clock, self.clock.now_s() + HORIZON_S)
            member.state = "standing"
            self.reassignment.share_with(member, self.master_channel.everybody)
            member.state = "working"
            joined(listed(self.master_channel))

    def _all_are(self, state: str) -> bool:
        """Wait until everybody is so far; False when the run was stopped meanwhile."""
        wait_s = PREPARED_WITHIN_S if self.invitation is None else self.invitation.wait_s
        until, wanted = perf_counter() + wait_s, self.assignment.workers
        while (
            so_far := sum(member.state in (state, "standing") for member in self.master_channel.members.values())
        ) < wanted:
            gevent.sleep(0.02)
            self.grant(perf_counter())
            for index, child in self.losses.children.items():
                code = child.ended()
                if code is not None:
                    raise EnvironmentProblem(f"worker {index + 1} {how_it_ended(code)} before anybody came")
            reason = self.listener.wants_to_stop()
            if reason:
                self.course.stopped, self.course.phase = reason, "over"
                return False
            if perf_counter() > until:
                raise EnvironmentProblem(f"{so_far} of {wanted} workers were ready within {wait_s:.0f} s")
        return True

    def grant(self, now: float) -> None:
        """Allow everybody at work to start people for a little longer; tell those who were given up, and all what came.

        Acknowledgements that got lost with a connection come again with these.
        """
        if now - self._granted_at < GRANT_EVERY_S:
            return
        self._granted_at = now
        until_s = self.clock.now_s() + HORIZON_S
        for member in self.master_channel.members.values():
            heard = not member.remote or now - member.heard_at < HEARD_WITHIN_S
            if member.state != "done":
                self.master_channel.send("ack", member, below=self.gathering.below(member))
            if member.books_open:
                self.master_channel.send(
                    "expired", member, reason=f"the master counts this worker as lost: {member.why_lost}"
                )
            elif member.state not in ("joining", "done", "lost") and heard:
                member.granted_until_s = until_s
                self.master_channel.send("grant", member, until_s=until_s)

    def end(self) -> None:
        """Send everybody home."""
        self.flushed = True
        for member in self.master_channel.members.values():
            self.master_channel.send("bye", member, reason=self.course.stopped or "the run is over", again=False)
        self.master_channel.runner.quit()
        for child in self.losses.children.values():
            child.wait(5.0)
        self.master_channel.runner.server.close(linger=0)
        self.log.close()

    def _on_tick(self, member: WorkerState, tick: Tick) -> None:
        self.gathering.add(self.reassignment.told(member, tick))

    def _on_done(self, member: WorkerState) -> None:
        """All records of a worker are here; one whose lease had ended may come back as a new one."""
        expired = bool(member.done["expired"])
        if expired and (member.at_work or member.books_open):
            self.losses.came_back(self.master_channel, member)
            return
        if member.state != "lost":
            member.state = "done"
        again = expired and self.course.phase == "running"
        self.master_channel.send("bye", member, reason="its part is over", again=again)


def _listening(
    assignment: Assignment, invitation: JoinInfo | None, secret: str, length_s: float, finished: Callable[[], bool]
) -> Any:
    """Locust's master runner, on its port."""
    logging.getLogger("locust").setLevel(logging.CRITICAL)
    runners.HEARTBEAT_LIVENESS = 10**9  # whether a worker is lost is not for Locust to say: it would stop everybody
    shape = shape_of(assignment.scenario.loads[0], length_s, assignment.warp)
    environment = Environment(
        user_classes=[start_loop_user_class(_nobody, assignment.target)],
        shape_class=RehearsalShape(shape, finished),
        dispatcher_class=OnePerWorker,
        host=assignment.target,
    )
    environment.stats = unseen_stats()
    host, port = ("127.0.0.1", 0) if invitation is None else (invitation.host.strip("[]"), invitation.port)
    with encrypted(secret):
        try:
            runner = environment.create_master_runner(host, port)
        except (RPCError, SystemExit, OSError) as error:
            raise EnvironmentProblem(f"cannot listen on {host}:{port}: {error}") from None
    runner.master_bind_port = runner.server.port
    return runner


def _begin(member: WorkerState, clock: RunClock, until_s: float) -> None:
    member.state = "working"
    for segment in clock.sim.segments[1:]:
        member.order("clock", real_s=segment.real_s, warp=segment.warp)
    member.order("begin", origin=clock.origin, until_s=until_s)


def listed(master_channel: MasterChannel) -> Workers:
    """Who the workers are."""
    return [{"index": one.index, "host": one.host, "pid": one.pid} for one in master_channel.everybody]


def _nobody(*_: Any) -> None:
    """The master's own process carries nobody."""
