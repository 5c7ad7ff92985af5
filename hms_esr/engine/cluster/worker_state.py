"""Owns the master's view of one worker: who it is, what it was told, what it said last, which of its ticks came.

Knows nothing of sockets: messages are handed in, and what is to be sent is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.engine.cluster.lease_times import MOST_BOUND_S
from hms_esr.engine.cluster.shards import Shard
from hms_esr.record import Tick

RESEND_S = 1.0


class WorkerState:
    """One worker of the cluster. ``state``: joining, prepared, standing, working, leaving, done, lost.

    ``child`` is the number of the process when it is one of the master's own, else -1. A worker that comes back after
    its lease ended is another member. ``books_open``: it is lost, and what it has on record may still come.
    ``shards`` are its people of open loads, ``places`` its places of closed ones, ``last_places`` who came there last
    with it, by place.
    """

    def __init__(self, index: int, client_id: str, host: str, pid: int, now: float, *, child: int = -1) -> None:
        self.index = index
        self.child = child
        self.client_id = client_id
        self.host = host
        self.pid = pid
        self.state = "joining"
        self.heard_at = now
        self.shards: list[Shard] = []
        self.places: list[Shard] = []
        self.status: Mapping[str, Any] = {}
        self.done: Mapping[str, Any] = {}
        self.told_to_finish = False
        self.books_open = False
        self.books_closed = False
        self.why_lost = ""
        self.assignment: Mapping[str, Any] = {}
        self.bound_s = 0.0
        self.lost_records = 0
        self.last_places: dict[int, int] = {}
        self.granted_until_s = 0.0
        self.next_seq = 0
        self.last_second = -1
        self._number = 0
        self._orders: dict[int, dict[str, Any]] = {}
        self._sent_at: dict[int, float] = {}

    @property
    def name(self) -> str:
        """As in ticks and reports."""
        return f"worker {self.index + 1}"

    @property
    def remote(self) -> bool:
        """Whether it is a process of its own, perhaps on another machine: nothing is shared with it."""
        return self.child < 0

    @property
    def at_work(self) -> bool:
        """Whether it is to be waited for."""
        return self.state in ("working", "leaving")

    def order(self, kind: str, **what: Any) -> None:
        """Tell it something; it is sent until it was seen."""
        self._number += 1
        self._orders[self._number] = {"kind": kind, "number": self._number, **what}

    def to_send(self, now: float) -> list[dict[str, Any]]:
        """Orders to send now: new ones, and those of which nothing was heard for a second."""
        due = [number for number in self._orders if now - self._sent_at.get(number, -RESEND_S) >= RESEND_S]
        self._sent_at |= dict.fromkeys(due, now)
        return [self._orders[number] for number in due]

    def says(self, status: Mapping[str, Any], now: float) -> None:
        """A status came."""
        self.heard_at = now
        self.status = status
        if self.state in ("joining", "prepared"):
            self.state = "standing" if status["standing"] else "prepared"
            self.assignment = {}
        if self.at_work:
            self.bound_s = max(self.bound_s, status["bound_s"])
        for number in [number for number in self._orders if number <= status["seen"]]:
            del self._orders[number]
            self._sent_at.pop(number, None)

    @property
    def up_to_date(self) -> bool:
        """Whether its last status is that of one who has seen every order."""
        return bool(self.status) and self.status["seen"] >= self._number

    @property
    def has_nobody(self) -> bool:
        """Whether nobody of its people is to start, under way or waits, and it has seen every order."""
        return self.up_to_date and self.status["idle"] and not self.status["under_way"] and not self.status["waits"]

    def is_new(self, tick: Tick) -> bool:
        """Whether this tick came for the first time; they come in order."""
        if tick.seq != self.next_seq or self.books_closed:
            return False
        self.next_seq += 1
        self.last_second = max(self.last_second, tick.second)
        return True

    @property
    def problems(self) -> list[str]:
        """Why a run with it cannot be trusted, in words."""
        found = []
        if self.bound_s > MOST_BOUND_S:
            known = "is not known" if self.bound_s == float("inf") else f"is known to {self.bound_s * 1000:.0f} ms only"
            found.append(f"the clock of {self.name} {known}")
        if self.lost_records:
            found.append(f"{self.name} had no room to keep its records")
        return found
