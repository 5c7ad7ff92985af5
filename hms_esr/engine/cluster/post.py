"""Owns the messages between a master and its workers: Locust's master runner carries them, encrypted.

Knows nothing of what follows from a message: members and ticks are handed on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from hms_esr.engine.cluster.member import Member
from hms_esr.engine.cluster.wire import unpacked_tick
from hms_esr.record import Tick


class Post:
    """Who is there, and what they say. Listeners run in the loop that reads the socket: they return at once.

    ``welcome`` gives a worker that comes its assignment, or None when it is not wanted.
    """

    def __init__(
        self,
        runner: Any,
        welcome: Callable[[Member, str], Mapping[str, Any] | None],
        on_tick: Callable[[Member, Tick], None],
        on_done: Callable[[Member], None],
    ) -> None:
        self.runner = runner
        self.members: dict[str, Member] = {}
        self._welcome = welcome
        self._on_tick = on_tick
        self._on_done = on_done
        for kind in ("hello", "state", "status", "tick", "done", "ping"):
            runner.register_message(f"esr_{kind}", getattr(self, f"_{kind}"))

    @property
    def everybody(self) -> list[Member]:
        """All workers that ever came, by index."""
        return sorted(self.members.values(), key=lambda member: member.index)

    def send(self, kind: str, member: Member, /, **data: Any) -> None:
        """Send one message; an order that gets lost is sent again, others come often."""
        self.runner.send_message(f"esr_{kind}", data, member.client_id)

    def send_orders(self, now: float) -> None:
        """Whatever was decided and is not known to be seen."""
        for member in self.members.values():
            if member.at_work:
                for order in member.to_send(now):
                    self.send("order", member, **order)

    def _hello(self, environment: Any, msg: Any) -> None:
        if msg.node_id in self.members:
            return
        data, now = msg.data, perf_counter()
        index = int(data["index"])
        remote = index < 0
        if remote:
            free = max((member.index + 1 for member in self.members.values()), default=0)
            index = int(data.get("place", free))
        member = Member(index, msg.node_id, str(data["host"]), int(data["pid"]), now, remote=remote)
        whole = self._welcome(member, str(data["run_id"]))
        if whole is not None:
            self.members[msg.node_id] = member
            self.send("assignment", member, **whole)
        else:
            self.send("bye", member, reason="this is another run, or it has all its workers")

    def _state(self, environment: Any, msg: Any) -> None:
        member = self.members.get(msg.node_id)
        if member is not None and member.state in ("joining", "prepared"):
            member.state = str(msg.data["state"])
            member.bound_s = max(member.bound_s, float(msg.data["bound_s"]))

    def _ping(self, environment: Any, msg: Any) -> None:
        member = self.members.get(msg.node_id)
        if member is not None:
            self.send("pong", member, at=perf_counter())

    def _status(self, environment: Any, msg: Any) -> None:
        member = self.members.get(msg.node_id)
        if member is not None:
            member.says(msg.data, perf_counter())

    def _tick(self, environment: Any, msg: Any) -> None:
        member = self.members.get(msg.node_id)
        if member is not None:
            tick = unpacked_tick(msg.data)
            if member.is_new(tick):
                self._on_tick(member, tick)

    def _done(self, environment: Any, msg: Any) -> None:
        member = self.members.get(msg.node_id)
        if member is not None and member.next_seq >= msg.data["seqs"]:
            member.done = msg.data
            self._on_done(member)
