"""Owns seeing that a worker goes: killed, silent or asked to leave; and that its people are made up for.

Knows nothing of the phases of a run or of messages but the last one.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import gevent

from hms_esr.engine.cluster.children import WorkerProcess, how_it_ended
from hms_esr.engine.cluster.lease_times import GRANT_EVERY_S, SILENT_S
from hms_esr.engine.cluster.reassignment import Reassignment
from hms_esr.engine.cluster.tick_buffer import TickBuffer
from hms_esr.engine.cluster.worker_state import WorkerState

if TYPE_CHECKING:
    from hms_esr.engine.cluster.master_channel import MasterChannel

DEAD_LETTERS_S = 0.1
"""What a dead worker sent before its end is read for so long before its people are shared out."""
HEARD_LATELY_S = 3 * GRANT_EVERY_S
"""Who was heard so lately, of those given up, is delivering its records."""


class FailureDetector:
    """Watches the workers. ``under_way``: how many goodbyes are not over; meanwhile nothing is decided."""

    def __init__(self, reassignment: Reassignment, gathering: TickBuffer) -> None:
        self.children: dict[int, WorkerProcess] = {}
        self.under_way = 0
        self._reassignment = reassignment
        self._gathering = gathering

    def has_child(self, master_channel: MasterChannel, member: WorkerState) -> bool:
        """Whether it is a process of ours; one that comes back has its new number from now on."""
        for before in master_channel.members.values():
            if before.child == member.child and before.books_open:
                self.lose(master_channel, before, "came back without its records", dead=True)
        for index, child in list(self.children.items()):
            if child.number == member.child:
                self.children[member.index] = self.children.pop(index)
                return True
        return False

    def look(self, master_channel: MasterChannel, now: float) -> None:
        """See who ended, who fell silent, who wants to leave."""
        for member in master_channel.members.values():
            child = self.children.get(member.index)
            code = child.ended() if child is not None else None
            if code is not None and (member.at_work or member.books_open):
                self.lose(master_channel, member, how_it_ended(code), dead=True)
            elif member.at_work and now - member.heard_at > SILENT_S:
                self.lose(master_channel, member, f"was silent for {now - member.heard_at:.0f} s", dead=False)
            elif member.at_work and member.status.get("expired"):
                self.lose(master_channel, member, "heard nothing and stopped everybody", dead=False)
            elif member.state == "working" and member.status.get("leaving"):
                member.state = "leaving"
                self._reassignment.left(member, master_channel.everybody)
            elif member.state == "leaving" and member.has_nobody and not member.told_to_finish:
                member.told_to_finish = True
                member.order("finish")

    def lose(self, master_channel: MasterChannel, member: WorkerState, why: str, *, dead: bool) -> None:
        """``member`` is gone, or as good as: nobody starts with it any more."""
        known, member.state = member.state == "lost", "lost"
        member.books_open, member.why_lost = not dead, why
        self.under_way += 1
        master_channel.gone(member)
        gevent.spawn_later(DEAD_LETTERS_S, self._make_up, master_channel, member, why, dead, known)

    def _make_up(self, master_channel: MasterChannel, member: WorkerState, why: str, dead: bool, known: bool) -> None:
        try:
            child = self.children.get(member.index)
            if not self._reassignment.log.shut_out(member.index) and child is not None:
                child.kill()
            if not known:
                self._reassignment.doubt(member)
            member.books_closed = dead
            tick = self._reassignment.books_of(member) if dead else None
            if tick is not None:
                self._gathering.add(tick)
            self._reassignment.lost(member, why, master_channel.everybody, len(tick.ends) if tick else 0, again=known)
        finally:
            self.under_way -= 1

    def came_back(self, master_channel: MasterChannel, member: WorkerState) -> None:
        """All that a worker has on record that was given up is here: whoever is missing in it is lost for good."""
        if member.at_work:
            self.lose(master_channel, member, str(member.done["expired"]), dead=False)
        elif member.books_open and not self.under_way:
            self.lose(master_channel, member, "delivered its records", dead=True)

    def end_silent(self, master_channel: MasterChannel, *, wait: bool) -> bool:
        """Close the books of those who were given up: a child that still lives is killed. Whether there are any.

        ``wait``: those who are there and deliver may go on.
        """
        left = [member for member in master_channel.members.values() if member.books_open]
        for member in left:
            if wait and perf_counter() - member.heard_at < HEARD_LATELY_S:
                continue
            if member.remote:
                self.lose(master_channel, member, "did not come back", dead=True)
            else:
                self.children[member.index].kill()
        return bool(left)
