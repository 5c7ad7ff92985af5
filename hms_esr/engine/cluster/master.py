"""Owns a run over workers: they join, begin together, are granted time, deliver, and are made up for when one is lost.

Knows nothing of records, stores or verdicts: ticks and events are handed out as they come.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from secrets import token_hex
from time import perf_counter
from typing import Any

import gevent
from locust.env import Environment

from hms_esr.engine.assignment import Assignment
from hms_esr.engine.cluster.children import Child, how_it_ended
from hms_esr.engine.cluster.course import Course
from hms_esr.engine.cluster.duties import Duty
from hms_esr.engine.cluster.estate import Estate
from hms_esr.engine.cluster.gathering import Gathering
from hms_esr.engine.cluster.keys import encrypted
from hms_esr.engine.cluster.member import Member
from hms_esr.engine.cluster.start_log import MOST_WORKERS, StartLog
from hms_esr.engine.cluster.wire import packed_assignment, unpacked_tick
from hms_esr.engine.cluster.worker import LEASE_S
from hms_esr.engine.dispatch import OnePerWorker
from hms_esr.engine.local import Finished, Listener
from hms_esr.engine.shapes import RehearsalShape, shape_of
from hms_esr.engine.timing import RunClock
from hms_esr.engine.users import conductor_class
from hms_esr.errors import BadInput, EnvironmentProblem
from hms_esr.events import ClockChanged
from hms_esr.profiles.crowd import Crowd

TURN_S = 0.05
ASK_EVERY_S = 0.1
GRANT_EVERY_S = 0.5
HORIZON_S = 2.0
PREPARED_WITHIN_S = 60.0
BEGIN_AHEAD_S = 0.3
DEAD_LETTERS_S = 0.1
"""What a dead worker sent before its end is read for so long before its books are closed."""
FINISH_WITHIN_S = 15.0
STOOD_STILL_S = 1.0

Workers = list[dict[str, Any]]


class MasterRun:
    """One run over ``workers`` children of this process. ``guard`` is what workers make their guard from."""

    def __init__(self, assignment: Assignment, guard: Mapping[str, Any], listener: Listener, *, workers: int) -> None:
        if workers > MOST_WORKERS - 1:
            raise BadInput(f"--workers {workers}: at most {MOST_WORKERS - 1} are carried")
        logging.getLogger("locust").setLevel(logging.CRITICAL)
        self._assignment = replace(assignment, workers=workers)
        self._guard = dict(guard)
        self._listener = listener
        self._secret = token_hex(32)
        self.clock = RunClock(assignment.warp)
        crowd = Crowd(assignment.scenario, seed=assignment.seed, warp=assignment.warp, scale=assignment.scale)
        self._log = StartLog.shared(crowd)
        self.estate = Estate(crowd, self._log, self.clock, listener.happened)
        self.course = Course(assignment.scenario, crowd, self.clock, listener.happened)
        self.gathering = Gathering()
        self.members: dict[str, Member] = {}
        self.problems: list[str] = []
        self._children: list[Child] = []
        self._began = self._flushed = False
        self._dying = 0
        self._granted_at = self._asked_at = 0.0
        self._turned_at = perf_counter()
        self._over_at: float | None = None
        load = assignment.scenario.loads[0]
        shape = RehearsalShape(shape_of(load, crowd.length_s, assignment.warp), lambda: self._flushed)
        self._environment = Environment(
            user_classes=[conductor_class(_nobody, assignment.target)],
            shape_class=shape,
            dispatcher_class=OnePerWorker,
            host=assignment.target,
        )

    def carry_out(self, ready: Callable[[Workers], None]) -> Finished:
        """From the first worker's start to the last record; ``ready`` hears who the workers are, just before."""
        with encrypted(self._secret):
            runner = self._runner = self._environment.create_master_runner("127.0.0.1", 0)
            runner.master_bind_port = runner.server.port
            for kind in ("hello", "prepared", "standing", "status", "tick", "done"):
                runner.register_message(f"esr_{kind}", getattr(self, f"_on_{kind}"))
            try:
                self._gather_team(ready)
                gc.collect()
                gc.freeze()
                self._turned_at = perf_counter()
                while not self._is_over():
                    gevent.sleep(TURN_S)
                    self._turn()
            finally:
                self._end()
        real_s = self._over_at if self._over_at is not None else self.clock.now_s()
        return Finished(
            real_s,
            self.clock.sim.sim_s(real_s),
            self.clock.sim.segments,
            tuple(dict.fromkeys(name for member in self.members.values() for name in member.done.get("made_up", ()))),
            tuple(fault for member in self.members.values() for fault in member.done.get("faults", ())),
            self.course.stopped,
            tuple(self.problems),
        )

    # before and after

    def _gather_team(self, ready: Callable[[Workers], None]) -> None:
        wanted = self._assignment.workers
        port = self._runner.server.port
        self._children = [Child(index, port, self._secret, self._log.fd) for index in range(wanted)]
        self._wait_for("prepared", wanted)
        team = sorted(self.members.values(), key=lambda member: member.index)
        ready([{"index": member.index, "host": member.host, "pid": member.pid} for member in team])
        self._runner.start_shape()
        self._wait_for("standing", wanted)
        for member in team:
            member.state = "working"
            member.duties = [Duty(member.index, wanted)]
            member.order("take", duties=[duty.packed() for duty in member.duties], taken=[], anew=False)
        self.clock.origin = perf_counter() + BEGIN_AHEAD_S
        for member in team:
            member.order("begin", origin=self.clock.origin)
            member.heard_at = self.clock.origin
        self._began = True
        segment = self.clock.sim.segments[0]
        self._listener.happened(ClockChanged(segment.real_s, segment.sim_s, segment.warp))

    def _wait_for(self, state: str, wanted: int) -> None:
        until = perf_counter() + PREPARED_WITHIN_S
        while sum(member.state == state for member in self.members.values()) < wanted:
            gevent.sleep(0.02)
            self._grant(perf_counter())
            for child in self._children:
                code = child.ended()
                if code is not None:
                    raise EnvironmentProblem(f"worker {child.index + 1} {how_it_ended(code)} before anybody came")
            reason = self._listener.wants_to_stop()
            if reason:
                raise EnvironmentProblem(f"stopped before anybody came: {reason}")
            if perf_counter() > until:
                raise EnvironmentProblem(f"workers were not ready within {PREPARED_WITHIN_S:.0f} s")

    def _end(self) -> None:
        self._hand_out(everything=True)
        self._flushed = True
        for member in self.members.values():
            self._send("esr_bye", member, reason=self.course.stopped or "the run is over")
        self._runner.quit()
        for child in self._children:
            child.wait(5.0)
        self._runner.server.close(linger=0)
        self._log.close()
        gc.unfreeze()

    # the course

    def _is_over(self) -> bool:
        if self.course.phase != "over" or self._dying:
            return False
        if self._over_at is None:
            self._over_at = self.clock.now_s()
        left = [member for member in self.members.values() if member.at_work]
        if left and self.clock.now_s() > self._over_at + FINISH_WITHIN_S:
            for member in left:
                self._lose(member, "did not deliver its records")
            return False
        return not left

    def _turn(self) -> None:
        now = perf_counter()
        stood_s = now - self._turned_at - TURN_S
        self._turned_at = now
        if stood_s > STOOD_STILL_S:
            self._stood_still(stood_s)
        self._see_deaths(now)
        self._grant(now)
        for member in self.members.values():
            if member.at_work:
                for order in member.to_send(now):
                    self._send("esr_order", member, **order)
        if now - self._asked_at >= ASK_EVERY_S:
            self._asked_at = now
            self._ask()
        self._hand_out()
        self._see_leaving()
        if not self._dying:
            self.course.advance(self.members.values())

    def _stood_still(self, stood_s: float) -> None:
        """Our own fault: nobody is judged by what we could not hear."""
        if stood_s > LEASE_S:
            self.problems.append(f"the master itself stood still for {stood_s:.0f} s")
        for member in self.members.values():
            member.heard_at += stood_s

    def _ask(self) -> None:
        real_s, sim_s = self.clock.now_s(), self.clock.sim_s()
        if real_s < 0:
            return
        self._listener.moment(real_s, sim_s)
        reason = self._listener.wants_to_stop()
        if reason:
            self.course.stop(reason, self.members.values())
        self.course.pause(self._listener.wants_pause(), self.members.values())

    def _grant(self, now: float) -> None:
        if now - self._granted_at >= GRANT_EVERY_S:
            self._granted_at = now
            until_s = self.clock.now_s() + HORIZON_S
            for member in self.members.values():
                if member.state not in ("joining", "done", "lost"):
                    self._send("esr_grant", member, until_s=until_s)

    def _hand_out(self, *, everything: bool = False) -> None:
        ticks = self.gathering.ready(self.members.values(), self.clock.now_s(), everything=everything)
        if not ticks:
            return
        clock = self.clock
        reason = self._listener.ticks(ticks, self.course.phase, clock.now_s(), clock.sim_s(), clock.sim.warp)
        for member in self.members.values():
            self._send("esr_ack", member, below=self.gathering.below(member))
        if reason:
            self.course.stop(reason, self.members.values())

    # workers that go

    def _see_deaths(self, now: float) -> None:
        for child in self._children:
            code = child.ended()
            member = next((one for one in self.members.values() if one.index == child.index), None)
            if code is not None and member is not None and member.at_work:
                self._lose(member, how_it_ended(code))
        for member in self.members.values():
            if member.at_work and now - member.heard_at > LEASE_S + STOOD_STILL_S / 2:
                self._lose(member, f"was silent for {now - member.heard_at:.0f} s")

    def _lose(self, member: Member, why: str) -> None:
        member.state = "lost"
        self._dying += 1
        gevent.spawn_later(DEAD_LETTERS_S, self._close_books, member, why)

    def _close_books(self, member: Member, why: str) -> None:
        try:
            if not self._log.shut_out(member.index):
                self._children[member.index].kill()
            tick = self.estate.books_of(member)
            if tick is not None:
                self.gathering.add(tick)
            self._send("esr_bye", member, reason=f"it {why}")
            self.estate.lost(member, why, self.members.values(), len(tick.ends) if tick else 0)
            if not any(one.at_work for one in self.members.values()) and self.course.phase != "over":
                self.problems.append("no worker was left to carry the plan out")
                self.course.phase = "over"
        finally:
            self._dying -= 1

    def _see_leaving(self) -> None:
        for member in self.members.values():
            if member.state == "working" and member.status.get("leaving"):
                member.state = "leaving"
                self.estate.left(member, self.members.values())
            elif member.state == "leaving" and member.has_nobody and not member.told_to_finish:
                member.told_to_finish = True
                member.order("finish")

    # messages

    def _send(self, kind: str, member: Member, /, **data: Any) -> None:
        self._runner.send_message(kind, data, member.client_id)

    def _on_hello(self, environment: Any, msg: Any) -> None:
        index = int(msg.data["index"])
        if msg.node_id in self.members or not 0 <= index < self._assignment.workers:
            return
        member = Member(index, msg.node_id, str(msg.data["host"]), int(msg.data["pid"]), perf_counter())
        self.members[msg.node_id] = member
        assignment = packed_assignment(replace(self._assignment, worker=index))
        self._send("esr_assignment", member, assignment=assignment, guard=self._guard)

    def _on_prepared(self, environment: Any, msg: Any) -> None:
        if msg.node_id in self.members:
            self.members[msg.node_id].state = "prepared"

    def _on_standing(self, environment: Any, msg: Any) -> None:
        if msg.node_id in self.members:
            self.members[msg.node_id].state = "standing"

    def _on_status(self, environment: Any, msg: Any) -> None:
        member = self.members.get(msg.node_id)
        if member is not None:
            member.says(msg.data, perf_counter())

    def _on_tick(self, environment: Any, msg: Any) -> None:
        member = self.members.get(msg.node_id)
        if member is None:
            return
        tick = unpacked_tick(msg.data)
        if member.is_new(tick):
            self.estate.accounts.fold(tick)
            self.gathering.add(tick)
        elif tick.seq < self.gathering.below(member):
            self._send("esr_ack", member, below=self.gathering.below(member))

    def _on_done(self, environment: Any, msg: Any) -> None:
        member = self.members.get(msg.node_id)
        if member is not None and member.next_seq >= msg.data["seqs"]:
            member.done = msg.data
            member.state = "done" if member.state != "lost" else "lost"
            self._hand_out(everything=self.course.phase == "over")
            self._send("esr_bye", member, reason="its part is over")


def _nobody() -> None:
    """The master's own process carries nobody."""
