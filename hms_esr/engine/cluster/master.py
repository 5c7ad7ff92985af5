"""Owns a run over workers: they join, begin together, are granted time, deliver, and are made up for when one is lost.

Knows nothing of records, stores or verdicts: ticks and events are handed out as they come.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import gevent

from hms_esr.engine.cluster.join_info import JoinInfo
from hms_esr.engine.cluster.lease_times import LEASE_S
from hms_esr.engine.cluster.worker_pool import WorkerPool, Workers
from hms_esr.engine.locust_core.stats import add_to_stats
from hms_esr.engine.start_loop.local_runner import Listener, LoadResult
from hms_esr.schedule.assignment import Assignment
from hms_esr.store.tick_text import at_once

__all__ = ["MasterRun", "Workers"]

TURN_S = 0.05
ASK_EVERY_S = 0.1
FINISH_WITHIN_S = 15.0
STOOD_STILL_S = 1.0


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
        invitation: JoinInfo | None = None,
        runner: Any = None,
    ) -> None:
        self.worker_pool = WorkerPool(
            assignment, guard, listener, workers=workers, invitation=invitation, runner=runner
        )
        self.clock = self.worker_pool.clock
        self.problems: list[str] = []
        self._listener = listener
        self._joined: Callable[[Workers], None] = lambda workers: None
        self._asked_at = 0.0
        self._turned_at = 0.0
        self._over_s: float | None = None
        self._cut_short = False

    def run(
        self, ready: Callable[[Workers], None], joined: Callable[[Workers], None], invite: Callable[[str], None]
    ) -> LoadResult:
        """From the first worker's start to the last record.

        ``ready`` hears who the workers are, just before anybody comes; ``joined`` when one comes late; ``invite`` gets
        the join line of a master that waits for workers.
        """
        self._joined = joined
        worker_pool = self.worker_pool
        with worker_pool.sealed:
            try:
                worker_pool.gather(ready, invite)
                gc.collect()
                gc.freeze()
                self._turned_at = perf_counter()
                while not self._is_over():
                    gevent.sleep(TURN_S)
                    self._turn(perf_counter())
                self._close_gap()
                self._hand_out(everything=True)
            finally:
                worker_pool.end()
                gc.unfreeze()
        return self._finished()

    def _close_gap(self) -> None:
        """Who was due while no worker was there never came, and is told of all the same."""
        everybody = self.worker_pool.master_channel.everybody
        if self._cut_short and everybody and self._over_s is not None:
            self.worker_pool.gathering.add(self.worker_pool.reassignment.gap(everybody[-1], self._over_s))

    def _finished(self) -> LoadResult:
        real_s = self._over_s if self._over_s is not None else self.clock.now_s()
        told = [member.done for member in self.worker_pool.master_channel.everybody]
        twice = len(self.worker_pool.reassignment.accounts.twice)
        for member in self.worker_pool.master_channel.everybody:
            self.problems += member.problems
            if ended_by := member.done.get("ended_by"):
                self.problems.append(f"{member.name} ended by an {ended_by}")
        if twice:
            self.problems.append(f"{twice} people were reported by two workers")
        return LoadResult(
            real_s,
            self.clock.sim.sim_s(real_s),
            self.clock.sim.segments,
            tuple(dict.fromkeys(name for done in told for name in done.get("made_up", ()))),
            tuple(text for done in told for text in done.get("internal_errors", ())),
            self.worker_pool.course.stopped,
            tuple(self.problems),
            sum(member.lost_records for member in self.worker_pool.master_channel.everybody),
            self._cut_short,
        )

    def _is_over(self) -> bool:
        worker_pool = self.worker_pool
        if worker_pool.course.phase != "over" or worker_pool.losses.under_way:
            return False
        if self._over_s is None:
            self._over_s = self.clock.now_s()
        left = [member for member in worker_pool.master_channel.members.values() if member.at_work]
        if left and self.clock.now_s() > self._over_s + FINISH_WITHIN_S:
            for member in left:
                worker_pool.losses.lose(worker_pool.master_channel, member, "did not deliver its records", dead=False)
            return False
        wait = self.clock.now_s() < self._over_s + FINISH_WITHIN_S
        return not left and not worker_pool.losses.end_silent(worker_pool.master_channel, wait=wait)

    def _turn(self, now: float) -> None:
        worker_pool = self.worker_pool
        stood_s = now - self._turned_at - TURN_S
        self._turned_at = now
        if stood_s > STOOD_STILL_S:
            self._stood_still(stood_s)
        else:
            worker_pool.losses.look(worker_pool.master_channel, now)
        worker_pool.grant(now)
        worker_pool.master_channel.send_orders(now)
        if now - self._asked_at >= ASK_EVERY_S and self.clock.now_s() >= 0:
            self._asked_at = now
            self._ask()
        self._hand_out()
        worker_pool.welcome_late(self._joined)
        if not worker_pool.losses.under_way:
            if (
                not any(one.at_work for one in worker_pool.master_channel.members.values())
                and worker_pool.course.phase != "over"
            ):
                self.problems.append("no worker was left to carry the plan out")
                self._cut_short = True
                worker_pool.course.phase = "over"
            worker_pool.course.advance(worker_pool.master_channel.members.values())

    def _stood_still(self, stood_s: float) -> None:
        """Our own fault: nobody is judged by what we could not hear; what came meanwhile is read first."""
        if stood_s > LEASE_S:
            self.problems.append(f"the master itself stood still for {stood_s:.0f} s")
        for member in self.worker_pool.master_channel.members.values():
            member.heard_at += stood_s

    def _ask(self) -> None:
        real_s, sim_s = self.clock.now_s(), self.clock.sim_s()
        course, members = self.worker_pool.course, self.worker_pool.master_channel.members
        self._listener.moment(real_s, sim_s)
        reason = self._listener.wants_to_stop()
        if reason:
            course.stop(reason, members.values())
        course.pause(self._listener.wants_pause(), members.values())

    def _hand_out(self, *, everything: bool = False) -> None:
        worker_pool, clock = self.worker_pool, self.clock
        members = worker_pool.master_channel.members.values()
        ticks = worker_pool.gathering.ready(
            members, clock.now_s(), everything=everything or worker_pool.course.phase == "over"
        )
        if not ticks:
            return
        add_to_stats(worker_pool.master_channel.runner.stats, ticks, began_at=worker_pool.began_at)
        reason = self._listener.ticks(
            ticks, worker_pool.course.phase, clock.now_s(), clock.sim_s(), clock.sim.warp, at_once
        )
        for member in members:
            worker_pool.master_channel.send("ack", member, below=worker_pool.gathering.below(member))
        if reason:
            worker_pool.course.stop(reason, members)
