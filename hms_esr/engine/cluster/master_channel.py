"""Owns the messages between a master and its workers: Locust's master runner carries them, encrypted.

Knows nothing of what follows from a message: members and ticks are handed on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from hms_esr.engine.cluster.wire import unpacked_tick
from hms_esr.engine.cluster.worker_state import WorkerState
from hms_esr.record import Tick


class MasterChannel:
    """Who is there, and what they say. Listeners run in the loop that reads the socket: they return at once.

    ``welcome`` gives a worker that comes its assignment, or says why it is not wanted.
    """

    def __init__(
        self,
        runner: Any,
        welcome: Callable[[WorkerState, str], Mapping[str, Any] | str],
        on_tick: Callable[[WorkerState, Tick], None],
        on_done: Callable[[WorkerState], None],
    ) -> None:
        self.runner = runner
        self.members: dict[str, WorkerState] = {}
        self._welcome = welcome
        self._on_tick = on_tick
        self._on_done = on_done
        for kind in ("hello", "status", "tick", "done", "ping"):
            runner.register_message(f"esr_{kind}", getattr(self, f"_{kind}"))

    @property
    def everybody(self) -> list[WorkerState]:
        """All workers that ever came, by index."""
        return sorted(self.members.values(), key=lambda member: member.index)

    def send(self, kind: str, member: WorkerState, /, **data: Any) -> None:
        """Send one message; an order that gets lost is sent again, others come often."""
        self.runner.send_message(f"esr_{kind}", data, member.client_id)

    def gone(self, member: WorkerState) -> None:
        """Locust shows it as missing."""
        node = getattr(self.runner, "clients", {}).get(member.client_id)
        if node is not None:
            node.state = "missing"

    def send_orders(self, now: float) -> None:
        """Whatever was decided and is not known to be seen."""
        for member in self.members.values():
            if member.at_work:
                for order in member.to_send(now):
                    self.send("order", member, **order)

    def _hello(self, environment: Any, msg: Any) -> None:
        """Somebody comes, or has not got its assignment. A process that was here before gets a new number."""
        known = self.members.get(msg.node_id)
        if known is not None:
            if known.state == "joining":
                self.send("assignment", known, **known.assignment)
            return
        data, indices = msg.data, [member.index for member in self.members.values()]
        child = int(data["index"])
        wanted = child if child >= 0 else int(data.get("place", -1))
        index = wanted if wanted >= 0 and wanted not in indices else max(indices, default=-1) + 1
        member = WorkerState(index, msg.node_id, str(data["host"]), int(data["pid"]), perf_counter(), child=child)
        whole = self._welcome(member, str(data["run_id"]))
        if isinstance(whole, str):
            self.send("bye", member, reason=whole, again=False)
            return
        member.assignment = whole
        self.members[msg.node_id] = member
        self.send("assignment", member, **whole)

    def _ping(self, environment: Any, msg: Any) -> None:
        member = self.members.get(msg.node_id)
        if member is not None:
            self.send("pong", member, at=perf_counter(), asked_at=msg.data["at"])

    def _status(self, environment: Any, msg: Any) -> None:
        member = self.members.get(msg.node_id)
        if member is not None:
            member.says(msg.data, perf_counter())

    def _tick(self, environment: Any, msg: Any) -> None:
        member = self.members.get(msg.node_id)
        if member is not None:
            tick = unpacked_tick(msg.data)
            if member.is_new(tick):
                member.lost_records += bool(msg.data.get("lost"))
                self._on_tick(member, tick)

    def _done(self, environment: Any, msg: Any) -> None:
        member = self.members.get(msg.node_id)
        if member is not None and member.next_seq >= msg.data["seqs"]:
            member.done = msg.data
            self._on_done(member)
