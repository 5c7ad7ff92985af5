"""Owns what all people of a worker share on the way to the target: the guard, TLS context, limits, idle connections.

Knows nothing of requests.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from time import perf_counter
from typing import Any, Literal, Protocol

import gevent

from hms_esr.engine.client.connection import Connection, SecureConnection
from hms_esr.engine.loop.fair_turns import FairTurns
from hms_esr.errors import EnvironmentProblem, StepFailed
from hms_esr.http.response import LARGEST_BYTES, HttpAnswer
from hms_esr.http.response_head import HeadMemory
from hms_esr.http.tls import Trust
from hms_esr.http.url import Addresses, Origin
from hms_esr.scenario.guard import Pinned

Homes = dict[str, list[Connection]]
_HELD_LOOK_S = 0.05


class ConnectionGuard(Protocol):
    """Who decides every connection."""

    def allow(self, scheme: str, host: str, port: int) -> Pinned:
        """The address to connect to; TargetRefused, or EnvironmentProblem when the name is unknown."""
        ...


class Transport:
    """One per worker process: what is shared between people."""

    def __init__(
        self,
        gate: ConnectionGuard,
        *,
        connections: Literal["per_person", "reused"] = "per_person",
        timeout_s: float = 30.0,
        connect_timeout_s: float = 10.0,
        ca: str | None = None,
        cert: str | None = None,
        key: str | None = None,
        files: Mapping[str, bytes] | None = None,
        insecure: bool = False,
        largest_bytes: int = LARGEST_BYTES,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self.gate = gate
        self.timeout_s = timeout_s
        self.connect_timeout_s = connect_timeout_s
        self.largest_bytes = largest_bytes
        self.secrets = secrets
        self.shared: Homes | None = {} if connections == "reused" else None
        self.addresses = Addresses()
        self.heads = HeadMemory()
        self.page_memory: Any = None
        """What pages of this run are learned in, if anything: ``html``'s."""
        self._trust = Trust(ca, cert, insecure, key, files or {})
        self._context: ssl.SSLContext | None = None
        self.turns = FairTurns()
        self.until = float("inf")
        """Nothing is sent after this moment (``time.perf_counter()``): a worker's lease is over then."""

    def hold(self) -> None:
        """Wait while nothing may be sent: until a new lease, or until who waits is stopped."""
        while perf_counter() > self.until:
            gevent.sleep(_HELD_LOOK_S)

    @property
    def context(self) -> ssl.SSLContext:
        """The one TLS context, made when first needed (one per person would cost 868 KiB each)."""
        if self._context is None:
            self._context = self._trust.context()
        return self._context

    def pinned(self, origin: Origin) -> Pinned:
        """The address the guard allows for ``origin``; StepFailed("refused") otherwise, also for an unknown name."""
        try:
            return self.gate.allow(origin.scheme, origin.host, origin.port)
        except EnvironmentProblem as error:
            raise StepFailed("refused", str(error)) from None

    def idle(self, homes: Homes, origin: Origin) -> Connection | None:
        """An idle connection to ``origin`` that the peer has not closed; waits while nothing may be sent."""
        if perf_counter() > self.until:
            self.hold()
        waiting = homes.get(origin.text)
        while waiting:
            connection = waiting.pop()
            connection.home = None
            if connection.alive():
                return connection
            connection.close()
        return None

    def connect(self, origin: Origin, pinned: Pinned, answer: HttpAnswer, deadline: float) -> Connection:
        """A new connection, its times noted in ``answer``; Broken when there is none by ``deadline``."""
        connection = (SecureConnection if origin.secure else Connection)(self.largest_bytes, self.heads)
        try:
            connection.open(pinned.ip, pinned.port, deadline)
            connected_at = perf_counter()
            answer.connect_s = connected_at - answer.started_at
            if isinstance(connection, SecureConnection):
                connection.secure(self.context, origin.host, deadline)
                answer.tls_s = perf_counter() - connected_at
            if perf_counter() > self.until:
                self.hold()
        except BaseException:
            connection.close()
            raise
        return connection

    def give_up(self, connection: Connection) -> None:
        """End a connection in the middle of an exchange; once a lease is over its request must not arrive later."""
        if perf_counter() > self.until:
            connection.drop()
        else:
            connection.close()

    def close(self) -> None:
        """End shared idle connections, and give the loop back."""
        self.turns.close()
        close_all(self.shared or {})


def close_all(homes: Homes) -> None:
    """End every idle connection in ``homes``."""
    for waiting in homes.values():
        for connection in list(waiting):
            connection.close()
    homes.clear()
