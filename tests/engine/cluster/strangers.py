"""Strangers at a cluster's port: bytes of no protocol, malformed frames, and Locust's words without the secret."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgpack
import zmq

_SIGNATURE = b"\xff" + bytes(8) + b"\x7f"
_TEXTS = (
    lambda number: ("client_ready", "2.47", "vm_0"),
    lambda number: ("esr_tick", {"seq": number, "text": "{}", "due": [], "started": [1]}, "vm_0"),
    lambda number: ("esr_done", {"seqs": 0}, "vm_0"),
    lambda number: ("quit", None, "vm_0"),
)


def _greeting(mechanism: bytes) -> bytes:
    """What a ZMTP 3.0 peer says first, 64 bytes."""
    return _SIGNATURE + b"\x03\x00" + mechanism.ljust(20, b"\0") + bytes(32)


def _frame(body: bytes) -> bytes:
    return b"\x00" + bytes([len(body)]) + body


def _command(name: bytes, body: bytes) -> bytes:
    return b"\x04" + bytes([1 + len(name) + len(body)]) + bytes([len(name)]) + name + body


def _text(number: int) -> bytes:
    packed: bytes = msgpack.dumps(_TEXTS[number % len(_TEXTS)](number))
    return packed


KINDS: dict[str, Callable[[int, random.Random], bytes]] = {
    "random bytes": lambda number, chance: chance.randbytes(chance.randrange(1, 200)),
    "a greeting cut short": lambda number, chance: _greeting(b"CURVE")[: chance.randrange(1, 64)],
    "0xC1": lambda number, chance: _greeting(b"NULL") + _command(b"READY", b"") + _frame(b"\xc1"),
    "in the clear": lambda number, chance: _greeting(b"NULL") + _command(b"READY", b"") + _frame(_text(number)),
    "truncated": lambda number, chance: _greeting(b"NULL") + _command(b"READY", b"") + _frame(_text(number)[:-3]),
    "a giant length": lambda number, chance: _greeting(b"CURVE") + b"\x02" + b"\x7f" + b"\xff" * 7,
    "a giant command": lambda number, chance: _greeting(b"CURVE") + b"\x06" + b"\xff" * 8,
    "a made-up HELLO": lambda number, chance: _greeting(b"CURVE") + _command(b"HELLO", chance.randbytes(194)),
    "INITIATE at once": lambda number, chance: _greeting(b"CURVE") + _command(b"INITIATE", chance.randbytes(200)),
}
"""What is sent over plain TCP, by name."""


def send_raw(port: int, count: int, chance: random.Random) -> None:
    """So many malformed frames of every kind in turn, each over a TCP connection of its own."""
    kinds = list(KINDS.values())
    for number in range(count):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as stranger:
            stranger.sendall(kinds[number % len(kinds)](number, chance))


def speak_locust(port: int, count: int, chance: random.Random, *, keys: bool) -> None:
    """So many frames by ZeroMQ under a real worker's id: Locust's messages, whole and malformed, without the secret.

    In the clear, or with keys of the stranger's own.
    """
    with zmq.Context() as context, context.socket(zmq.DEALER) as stranger:
        stranger.setsockopt(zmq.LINGER, 0)
        stranger.setsockopt(zmq.SNDHWM, 0)
        stranger.setsockopt(zmq.IDENTITY, b"vm_0")
        if keys:
            stranger.curve_publickey, stranger.curve_secretkey = zmq.curve_keypair()
            stranger.curve_serverkey = zmq.curve_keypair()[0]
        stranger.connect(f"tcp://127.0.0.1:{port}")
        for number in range(count):
            whole = _text(number)
            kinds: Any = (whole, whole[:-1], b"\xc1", b"\xdb\xff\xff\xff\xff", chance.randbytes(40))
            try:
                stranger.send(kinds[number % len(kinds)], zmq.NOBLOCK)
            except zmq.Again:  # a refused handshake takes the way out away until ZeroMQ knocks again
                stranger.poll(100, zmq.POLLOUT)
        assert not stranger.poll(500), "the stranger was answered"
