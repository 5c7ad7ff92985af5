"""Owns a worker's end of the channel to its master: what came, what is kept until acknowledged, how far clocks are.

Knows nothing of people: orders are handed on, ticks handed in.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

from gevent.event import Event
from gevent.lock import BoundedSemaphore

from hms_esr.engine.cluster.backlog import Backlog
from hms_esr.engine.cluster.time_offset import MEASURE_EVERY_S, TimeOffset
from hms_esr.engine.loop.fair_turns import yield_to_loop
from hms_esr.record import Tick

PINGS = 9
HELLO_EVERY_S = 5.0


def boot_id() -> str:
    """The same for all processes of one machine until it is started anew: they share the monotonic clock."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return socket.gethostname()


class Reader(Protocol):
    """Who hears the master. Called in the loop that reads the socket: return at once."""

    def obey(self, order: Mapping[str, Any]) -> None:
        """An order, in order of numbers, each once."""
        ...

    def granted(self, until_s: float) -> None:
        """People may start until then (real seconds since the start)."""
        ...

    def expired(self, reason: str) -> None:
        """The master counts this worker as lost, and wants its records."""
        ...

    def sent_away(self, reason: str) -> None:
        """The last message of all."""
        ...


class WorkerChannel:
    """Messages of one worker. ``assigned``, ``bye`` and ``again`` (it may come back) tell where its master has it."""

    def __init__(self, runner: Any, reader: Reader) -> None:
        self.runner = runner
        self.assigned = Event()
        self.whole: Mapping[str, Any] = {}
        self.bye = Event()
        self.retry = False
        self.offset = TimeOffset()
        self._reader = reader
        self._backlog = Backlog()
        self._delivering = BoundedSemaphore()
        self._orders = 0
        self._answered = Event()
        self._asked_at = 0.0
        for kind in ("assignment", "order", "grant", "ack", "expired", "bye", "pong"):
            runner.register_message(f"esr_{kind}", getattr(self, f"_{kind}"))

    def send(self, kind: str, /, **data: Any) -> None:
        """Send one message."""
        self.runner.send_message(f"esr_{kind}", data)

    def greet(self, within_s: float, **who: Any) -> bool:
        """Say who we are until the master has told what there is to do, or sent us away; False: it told nothing."""
        until = perf_counter() + within_s
        while perf_counter() < until:
            self.send("hello", **who)
            if self.assigned.wait(min(HELLO_EVERY_S, within_s)):
                return True
        return False

    def deliver(self, ticks: list[Tick]) -> None:
        """Send ticks, and keep them until the master has them on record."""
        with self._delivering:  # people go on while a busy second is packed; the next one waits for its turn
            for tick in ticks:
                self._backlog.add(tick, yield_to_loop)
        self.deliver_again()

    def deliver_again(self) -> bool:
        """Send what was not acknowledged for a while; whether there is anything left."""
        for packed in self._backlog.due(perf_counter()):
            self.send("tick", **packed)
        return bool(self._backlog)

    # how far the master's clock is from ours

    @property
    def one_machine(self) -> bool:
        """Whether the master has the same monotonic clock."""
        return bool(self.whole["boot"] == boot_id())

    def measure_offset(self) -> None:
        """Ask the master for the time, some times, and wait for its answers."""
        for _ in range(0 if self.one_machine else PINGS):
            self._answered.clear()
            self.send("ping", at=perf_counter())
            self._answered.wait(1.0)

    def time_offset(self) -> tuple[float, float]:
        """(seconds the master's clock is ahead of ours, at most how wrong that is); it is asked now and then."""
        if self.one_machine:
            return 0.0, 0.0
        now = perf_counter()
        if now - self._asked_at >= MEASURE_EVERY_S:
            self._asked_at = now
            self.send("ping", at=now)
        return self.offset.best(now)

    def _pong(self, environment: Any, msg: Any) -> None:
        self.offset.measured(msg.data["asked_at"], msg.data["at"], perf_counter())
        self._answered.set()

    # what came

    def _assignment(self, environment: Any, msg: Any) -> None:
        if not self.assigned.is_set():
            self.whole = msg.data
            self.assigned.set()

    def _order(self, environment: Any, msg: Any) -> None:
        """Orders come in order; one that was sent again is left out."""
        if msg.data["number"] == self._orders + 1:
            self._orders += 1
            self._reader.obey(msg.data)

    def _grant(self, environment: Any, msg: Any) -> None:
        self._reader.granted(msg.data["until_s"])

    def _ack(self, environment: Any, msg: Any) -> None:
        self._backlog.acknowledged(msg.data["below"])

    def _expired(self, environment: Any, msg: Any) -> None:
        self._reader.expired(msg.data["reason"])

    def _bye(self, environment: Any, msg: Any) -> None:
        self.retry = bool(msg.data["again"])
        self.bye.set()
        self._reader.sent_away(msg.data["reason"])
        self.assigned.set()
