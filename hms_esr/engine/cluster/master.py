"""Owns a run over workers: they join, begin together, are granted time, deliver, and are made up for when one is lost.

Knows nothing of records, stores or verdicts: ticks and events are handed out as they come.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from secrets import token_hex
from time import perf_counter, time
from typing import Any

import gevent
from locust.env import Environment
from locust.exception import RPCError

from hms_esr.engine.assignment import Assignment
from hms_esr.engine.cluster.children import Child, how_it_ended
from hms_esr.engine.cluster.course import Course
from hms_esr.engine.cluster.desk import boot_id
from hms_esr.engine.cluster.duties import Duty
from hms_esr.engine.cluster.estate import Estate
from hms_esr.engine.cluster.gathering import Gathering
from hms_esr.engine.cluster.invitation import Invitation
from hms_esr.engine.cluster.keys import encrypted
from hms_esr.engine.cluster.losses import Losses
from hms_esr.engine.cluster.member import Member
from hms_esr.engine.cluster.post import Post
from hms_esr.engine.cluster.start_log import MOST_WORKERS, StartLog
from hms_esr.engine.cluster.wire import packed_assignment
from hms_esr.engine.cluster.worker import HORIZON_S, LEASE_S
from hms_esr.engine.dispatch import OnePerWorker
from hms_esr.engine.local import Finished, Listener
from hms_esr.engine.shapes import RehearsalShape, shape_of
from hms_esr.engine.statistics import add_to_stats
from hms_esr.engine.timing import RunClock
from hms_esr.engine.users import conductor_class
from hms_esr.errors import BadInput, EnvironmentProblem
from hms_esr.events import ClockChanged
from hms_esr.profiles.crowd import Crowd
from hms_esr.record import Tick

TURN_S = 0.05
ASK_EVERY_S = 0.1
GRANT_EVERY_S = 0.5
PREPARED_WITHIN_S = 60.0
BEGIN_AHEAD_S = 0.3
FINISH_WITHIN_S = 15.0
STOOD_STILL_S = 1.0
HEARD_WITHIN_S = 1.0
"""A remote worker that was not heard for so long is granted nothing more: it may have started whom it was granted."""
MOST_BOUND_S = 0.02

Workers = list[dict[str, Any]]


class Team:
    """The workers of a run, from their start to their end: what the master knows of them and tells them."""

    def __init__(
        self,
        assignment: Assignment,
        guard: Mapping[str, Any],
        listener: Listener,
        *,
        workers: int,
        invitation: Invitation | None = None,
        runner: Any = None,
    ) -> None:
        if workers >= MOST_WORKERS - 1:
            raise BadInput(f"{workers} workers: at most {MOST_WORKERS - 2} are carried")
        self.assignment = replace(assignment, workers=workers)
        self.listener = listener
        self.invitation = invitation
        self.secret = token_hex(32) if invitation is None else invitation.secret
        self.clock = RunClock(assignment.warp)
        crowd = Crowd(assignment.scenario, seed=assignment.seed, warp=assignment.warp, scale=assignment.scale)
        self.log = StartLog.shared(crowd)
        self.estate = Estate(crowd, self.log, self.clock, listener.happened)
        self.course = Course(assignment.scenario, crowd, self.clock, listener.happened)
        self.gathering = Gathering()
        self.losses = Losses(self.estate, self.gathering)
        self._guard = dict(guard)
        self._granted_at = 0.0
        self.began_at = 0.0
        self.flushed = False
        self.sealed = encrypted(self.secret) if runner is None else nullcontext()
        self.post = Post(runner or self._listening(crowd), self._welcome, self._on_tick, self._on_done)

    def _listening(self, crowd: Crowd) -> Any:
        """Locust's master runner, on its port."""
        logging.getLogger("locust").setLevel(logging.CRITICAL)
        assignment, invitation = self.assignment, self.invitation
        shape = shape_of(assignment.scenario.loads[0], crowd.length_s, assignment.warp)
        environment = Environment(
            user_classes=[conductor_class(_nobody, assignment.target)],
            shape_class=RehearsalShape(shape, lambda: self.flushed),
            dispatcher_class=OnePerWorker,
            host=assignment.target,
        )
        host, port = ("127.0.0.1", 0) if invitation is None else (invitation.host.strip("[]"), invitation.port)
        with encrypted(self.secret):
            try:
                runner = environment.create_master_runner(host, port)
            except (RPCError, SystemExit, OSError) as error:
                raise EnvironmentProblem(f"cannot listen on {host}:{port}: {error}") from None
        runner.master_bind_port = runner.server.port
        return runner

    def _welcome(self, member: Member, run_id: str) -> Mapping[str, Any] | None:
        """What it needs to know; caps off this machine hold over all workers together, so nobody comes late there."""
        assignment = self.assignment
        capped = assignment.people_per_s is not None
        most = assignment.workers if capped else MOST_WORKERS - 1
        ours = member.remote and run_id == assignment.run_id and member.index < most
        if not (ours if self.invitation else member.index in self.losses.children):
            return None
        at_once = max(1, assignment.max_people // assignment.workers) if capped else assignment.max_people
        share = replace(assignment, worker=member.index, max_people=at_once)
        return {"assignment": packed_assignment(share), "guard": self._guard, "boot": boot_id()}

    def gather(self, ready: Callable[[Workers], None], invite: Callable[[str], None]) -> None:
        """Have everybody there, wait until all stand by, begin together a moment later."""
        wanted, post = self.assignment.workers, self.post
        if self.invitation is not None:
            invite(self.invitation.line(post.runner.server.port, self.assignment.run_id))
        for index in range(0 if self.invitation is not None else wanted):
            self.losses.children[index] = Child(index, post.runner.server.port, self.secret, self.log.fd)
        if not self._all_are("prepared"):
            return
        ready(_listed(post))
        post.runner.start_shape()
        if not self._all_are("standing"):
            return
        self.clock.origin, self.began_at = perf_counter() + BEGIN_AHEAD_S, time() + BEGIN_AHEAD_S
        team = [member for member in post.everybody if member.state == "standing"]
        for number, member in enumerate(team):
            self.estate.give(member, [Duty(number, len(team))])
            self._begin(member, HORIZON_S)
            member.heard_at = self.clock.origin
        segment = self.clock.sim.segments[0]
        self.listener.happened(ClockChanged(segment.real_s, segment.sim_s, segment.warp))

    def _begin(self, member: Member, until_s: float) -> None:
        member.state = "working"
        for segment in self.clock.sim.segments[1:]:
            member.order("clock", real_s=segment.real_s, warp=segment.warp)
        member.order("begin", origin=self.clock.origin, until_s=until_s)

    def welcome_late(self, joined: Callable[[Workers], None]) -> None:
        """Who comes while people come gets its part of those who are due a moment later."""
        late = [member for member in self.post.members.values() if member.state == "standing"]
        for member in late if self.course.phase == "running" else []:
            member.heard_at = perf_counter()
            self._begin(member, self.clock.now_s() + HORIZON_S)
            member.state = "standing"
            self.estate.share_with(member, self.post.everybody)
            member.state = "working"
            joined(_listed(self.post))

    def _all_are(self, state: str) -> bool:
        """Wait until everybody is so far; False when the run was stopped meanwhile."""
        wait_s = PREPARED_WITHIN_S if self.invitation is None else self.invitation.wait_s
        until, wanted = perf_counter() + wait_s, self.assignment.workers
        while (so_far := sum(member.state in (state, "standing") for member in self.post.members.values())) < wanted:
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
        """Allow everybody at work to start people for a little longer."""
        if now - self._granted_at >= GRANT_EVERY_S:
            self._granted_at = now
            until_s = self.clock.now_s() + HORIZON_S
            for member in self.post.members.values():
                heard = not member.remote or now - member.heard_at < HEARD_WITHIN_S
                if member.state not in ("joining", "done", "lost") and heard:
                    member.granted_until_s = until_s
                    self.post.send("grant", member, until_s=until_s)

    def end(self) -> None:
        """Send everybody home."""
        self.flushed = True
        for member in self.post.members.values():
            self.post.send("bye", member, reason=self.course.stopped or "the run is over")
        self.post.runner.quit()
        for child in self.losses.children.values():
            child.wait(5.0)
        self.post.runner.server.close(linger=0)
        self.log.close()

    def _on_tick(self, member: Member, tick: Tick) -> None:
        self.gathering.add(self.estate.told(member, tick))

    def _on_done(self, member: Member) -> None:
        if member.state != "lost":
            member.state = "done"
        self.post.send("bye", member, reason="its part is over")


def _listed(post: Post) -> Workers:
    """Who the workers are."""
    return [{"index": one.index, "host": one.host, "pid": one.pid} for one in post.everybody]


class MasterRun:
    """One run over ``workers`` children of this process. ``guard`` is what workers make their guard from.

    ``runner`` is somebody else's master runner whose workers are to carry the run, as :class:`Post` uses it.
    """

    def __init__(
        self,
        assignment: Assignment,
        guard: Mapping[str, Any],
        listener: Listener,
        *,
        workers: int,
        invitation: Invitation | None = None,
        runner: Any = None,
    ) -> None:
        self.team = Team(assignment, guard, listener, workers=workers, invitation=invitation, runner=runner)
        self.clock = self.team.clock
        self.problems: list[str] = []
        self._listener = listener
        self._joined: Callable[[Workers], None] = _nobody
        self._asked_at = 0.0
        self._turned_at = 0.0
        self._over_s: float | None = None

    def carry_out(
        self, ready: Callable[[Workers], None], joined: Callable[[Workers], None], invite: Callable[[str], None]
    ) -> Finished:
        """From the first worker's start to the last record.

        ``ready`` hears who the workers are, just before anybody comes; ``joined`` when one comes late; ``invite`` gets
        the join line of a master that waits for workers.
        """
        self._joined = joined
        team = self.team
        with team.sealed:
            try:
                team.gather(ready, invite)
                gc.collect()
                gc.freeze()
                self._turned_at = perf_counter()
                while not self._is_over():
                    gevent.sleep(TURN_S)
                    self._turn(perf_counter())
                self._hand_out(everything=True)
            finally:
                team.end()
                gc.unfreeze()
        return self._finished()

    def _finished(self) -> Finished:
        real_s = self._over_s if self._over_s is not None else self.clock.now_s()
        told = [member.done for member in self.team.post.everybody]
        twice = len(self.team.estate.accounts.twice)
        for member in self.team.post.everybody:
            if member.bound_s > MOST_BOUND_S:
                self.problems.append(f"the clock of {member.name} is known to {member.bound_s * 1000:.0f} ms only")
        if twice:
            self.problems.append(f"{twice} people were reported by two workers")
        return Finished(
            real_s,
            self.clock.sim.sim_s(real_s),
            self.clock.sim.segments,
            tuple(dict.fromkeys(name for done in told for name in done.get("made_up", ()))),
            tuple(fault for done in told for fault in done.get("faults", ())),
            self.team.course.stopped,
            tuple(self.problems),
        )

    def _is_over(self) -> bool:
        team = self.team
        if team.course.phase != "over" or team.losses.under_way:
            return False
        if self._over_s is None:
            self._over_s = self.clock.now_s()
        left = [member for member in team.post.members.values() if member.at_work]
        if left and self.clock.now_s() > self._over_s + FINISH_WITHIN_S:
            for member in left:
                team.losses.lose(team.post, member, "did not deliver its records", dead=False)
            return False
        return not left and not team.losses.end_silent(team.post)

    def _turn(self, now: float) -> None:
        team = self.team
        stood_s = now - self._turned_at - TURN_S
        self._turned_at = now
        if stood_s > STOOD_STILL_S:
            self._stood_still(stood_s)
        else:
            team.losses.look(team.post, now)
        team.grant(now)
        team.post.send_orders(now)
        if now - self._asked_at >= ASK_EVERY_S and self.clock.now_s() >= 0:
            self._asked_at = now
            self._ask()
        self._hand_out()
        team.welcome_late(self._joined)
        if not team.losses.under_way:
            if not any(one.at_work for one in team.post.members.values()) and team.course.phase != "over":
                self.problems.append("no worker was left to carry the plan out")
                team.course.phase = "over"
            team.course.advance(team.post.members.values())

    def _stood_still(self, stood_s: float) -> None:
        """Our own fault: nobody is judged by what we could not hear; what came meanwhile is read first."""
        if stood_s > LEASE_S:
            self.problems.append(f"the master itself stood still for {stood_s:.0f} s")
        for member in self.team.post.members.values():
            member.heard_at += stood_s

    def _ask(self) -> None:
        real_s, sim_s = self.clock.now_s(), self.clock.sim_s()
        course, members = self.team.course, self.team.post.members
        self._listener.moment(real_s, sim_s)
        reason = self._listener.wants_to_stop()
        if reason:
            course.stop(reason, members.values())
        course.pause(self._listener.wants_pause(), members.values())

    def _hand_out(self, *, everything: bool = False) -> None:
        team, clock = self.team, self.clock
        members = team.post.members.values()
        ticks = team.gathering.ready(members, clock.now_s(), everything=everything or team.course.phase == "over")
        if not ticks:
            return
        add_to_stats(team.post.runner.stats, ticks, began_at=team.began_at)
        reason = self._listener.ticks(ticks, team.course.phase, clock.now_s(), clock.sim_s(), clock.sim.warp)
        for member in members:
            team.post.send("ack", member, below=team.gathering.below(member))
        if reason:
            team.course.stop(reason, members)


def _nobody(*_: Any) -> None:
    """The master's own process carries nobody."""
