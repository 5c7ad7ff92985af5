"""Owns the master's view of one worker: who it is, what it was told, what it said last, which of its ticks came.

Knows nothing of sockets: messages are handed in, and what is to be sent is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.engine.cluster.duties import Duty
from hms_esr.record import Tick

RESEND_S = 1.0


class Member:
    """One worker of the cluster. ``state``: joining, prepared, standing, working, leaving, done, lost."""

    def __init__(self, index: int, client_id: str, host: str, pid: int, now: float, *, remote: bool = False) -> None:
        self.index = index
        self.client_id = client_id
        self.host = host
        self.pid = pid
        self.state = "joining"
        self.heard_at = now
        self.duties: list[Duty] = []
        self.status: Mapping[str, Any] = {}
        self.done: Mapping[str, Any] = {}
        self.told_to_finish = False
        self.books_open = False
        self.remote = remote
        self.bound_s = 0.0
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
        if tick.seq != self.next_seq:
            return False
        self.next_seq += 1
        self.last_second = max(self.last_second, tick.second)
        return True
