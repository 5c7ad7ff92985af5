"""Owns the encryption of Locust's port: CURVE with keys made from one secret, for every socket Locust opens.

Knows nothing of what is sent. The server's public key is never sent in the clear, so only who has the secret gets in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

import zmq
from locust.rpc import zmqrpc
from zmq.utils import z85

_LIVELY = {
    zmq.HEARTBEAT_IVL: 1000,
    zmq.HEARTBEAT_TIMEOUT: 4000,
    zmq.CONNECT_TIMEOUT: 2000,
    zmq.RECONNECT_IVL_MAX: 1000,
}
"""In ms: a connection that was cut is given up and made anew, long before the network's own patience ends."""


def _pair(secret: str, who: bytes) -> tuple[bytes, bytes]:
    """(public, secret) key of ``who``, as ZeroMQ writes keys."""
    private = z85.encode(blake2b(secret.encode(), digest_size=32, person=who).digest())
    return zmq.curve_public(private), private


@contextmanager
def encrypted(secret: str) -> Iterator[None]:
    """As long as the block lasts, sockets of Locust's cluster speak only with those who have ``secret``."""
    server, worker = _pair(secret, b"hms-esr master"), _pair(secret, b"hms-esr worker")
    plain: Any = zmqrpc.BaseSocket.__init__

    def with_keys(self: Any, sock_type: int, ipv4_only: bool) -> None:
        plain(self, sock_type, ipv4_only)
        serves = sock_type == zmq.ROUTER
        for option, value in _LIVELY.items():
            self.socket.setsockopt(option, value)
        if serves:
            self.socket.setsockopt(zmq.ROUTER_HANDOVER, 1)
        self.socket.curve_publickey, self.socket.curve_secretkey = server if serves else worker
        if serves:
            self.socket.curve_server = True
        else:
            self.socket.curve_serverkey = server[0]

    zmqrpc.BaseSocket.__init__ = with_keys
    try:
        yield
    finally:
        zmqrpc.BaseSocket.__init__ = plain
