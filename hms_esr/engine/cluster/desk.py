"""Owns a worker's end of the channel to its master: what came, what is kept until acknowledged, how far clocks are.

Knows nothing of people: orders are handed on, ticks handed in.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

from gevent.event import Event

from hms_esr.engine.cluster.wire import packed_tick
from hms_esr.record import Tick

RESEND_S = 1.5
PINGS = 9


def boot_id() -> str:
    """The same for all processes of one machine until it is started anew: they share the monotonic clock."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return socket.gethostname()


class Desk:
    """Messages of one worker. ``assigned``, ``bye`` and ``reason`` tell how it stands with the master.

    ``on_order`` and ``on_grant`` run in the loop that reads the socket: they return at once.
    """

    def __init__(
        self,
        runner: Any,
        on_order: Callable[[Mapping[str, Any]], None],
        on_grant: Callable[[float], None],
        on_bye: Callable[[str], None],
    ) -> None:
        self.runner = runner
        self.assigned = Event()
        self.whole: Mapping[str, Any] = {}
        self.bye = Event()
        self._on_order = on_order
        self._on_grant = on_grant
        self._on_bye = on_bye
        self._unacked: deque[Tick] = deque()
        self._sent_at = 0.0
        self._orders = 0
        self._answered, self._answered_at = Event(), 0.0
        for kind in ("assignment", "order", "grant", "ack", "bye", "pong"):
            runner.register_message(f"esr_{kind}", getattr(self, f"_{kind}"))

    def send(self, kind: str, /, **data: Any) -> None:
        """Send one message."""
        self.runner.send_message(f"esr_{kind}", data)

    def deliver(self, ticks: list[Tick]) -> None:
        """Send ticks, and keep them until the master has them on record."""
        for tick in ticks:
            self._unacked.append(tick)
            self._sent_at = perf_counter()
            self.send("tick", **packed_tick(tick))

    def deliver_again(self) -> bool:
        """Send what was not acknowledged for a while; whether there is anything left."""
        if self._unacked and perf_counter() - self._sent_at > RESEND_S:
            self._sent_at = perf_counter()
            for tick in list(self._unacked):
                self.send("tick", **packed_tick(tick))
        return bool(self._unacked)

    def measure_offset(self) -> tuple[float, float]:
        """(how far the master's clock is ahead of ours, at most how wrong that is), by the quickest of some answers."""
        if self.whole["boot"] == boot_id():
            return 0.0, 0.0
        best = (0.0, float("inf"))
        for _ in range(PINGS):
            self._answered.clear()
            sent_at = perf_counter()
            self.send("ping", at=sent_at)
            if self._answered.wait(1.0):
                half_s = (perf_counter() - sent_at) / 2
                if half_s < best[1]:
                    best = (self._answered_at - (sent_at + half_s), half_s)
        return best

    def _assignment(self, environment: Any, msg: Any) -> None:
        self.whole = msg.data
        self.assigned.set()

    def _order(self, environment: Any, msg: Any) -> None:
        """Orders come in order; one that was sent again is left out."""
        if msg.data["number"] == self._orders + 1:
            self._orders += 1
            self._on_order(msg.data)

    def _grant(self, environment: Any, msg: Any) -> None:
        self._on_grant(msg.data["until_s"])

    def _ack(self, environment: Any, msg: Any) -> None:
        while self._unacked and self._unacked[0].seq < msg.data["below"]:
            self._unacked.popleft()

    def _bye(self, environment: Any, msg: Any) -> None:
        self.bye.set()
        self._on_bye(msg.data["reason"])
        self.assigned.set()

    def _pong(self, environment: Any, msg: Any) -> None:
        self._answered_at = msg.data["at"]
        self._answered.set()
