"""Who has not the run's secret cannot disturb it, whatever is sent to its port."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgpack
import psutil
import pytest
import zmq

from tests.rehearsals.clusters import Rehearsal, twice

FRAMES = 300


@pytest.fixture
def run(tmp_path: Path, logging_target: Callable[..., Any]) -> Iterator[Rehearsal]:
    """A run over two workers, under way."""
    rehearsal = Rehearsal(tmp_path, logging_target(), 2, "--max-late", "100%", rate=40, duration_s=6)
    rehearsal.wait_for_requests(40)
    yield rehearsal
    rehearsal.close()


def port_of(rehearsal: Rehearsal) -> int:
    """Where the master listens: on this machine alone."""
    listening = [
        one.laddr for one in psutil.Process(rehearsal.process.pid).net_connections() if one.status == psutil.CONN_LISTEN
    ]
    assert [place.ip for place in listening] == ["127.0.0.1"]
    return int(listening[0].port)


def send_garbage(port: int, chance: random.Random) -> None:
    """Bytes that are no protocol at all, and beginnings of the real one."""
    for _ in range(FRAMES):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as stranger:
            start = chance.choice(
                [b"", b"\xff\0\0\0\0\0\0\0\x01\x7f", b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\x00CURVE", b"\xc1"]
            )
            stranger.sendall(start + chance.randbytes(chance.randrange(1, 200)))


def speak_locust(port: int, worker_id: str, *, keys: bool) -> None:
    """Locust's own messages under a real worker's name, in the clear or with keys of the stranger's own."""
    with zmq.Context() as context, context.socket(zmq.DEALER) as stranger:
        stranger.setsockopt(zmq.LINGER, 0)
        stranger.setsockopt(zmq.SNDHWM, 0)
        stranger.setsockopt(zmq.IDENTITY, worker_id.encode())
        if keys:
            stranger.curve_publickey, stranger.curve_secretkey = zmq.curve_keypair()
            stranger.curve_serverkey = zmq.curve_keypair()[0]
        stranger.connect(f"tcp://127.0.0.1:{port}")
        for number in range(FRAMES):
            for message in (
                ("client_ready", "2.47", worker_id),
                ("esr_tick", {"seq": number, "text": "{}", "due": [], "started": [1]}, worker_id),
                ("esr_done", {"seqs": 0}, worker_id),
            ):
                stranger.send(msgpack.dumps(message), zmq.NOBLOCK)
            stranger.send(b"\xc1", zmq.NOBLOCK)
        assert not stranger.poll(500), "the stranger was answered"


@pytest.mark.parametrize("keys", [False, True], ids=["in the clear", "with keys of its own"])
def test_a_stranger_changes_nothing(keys: bool, run: Rehearsal) -> None:
    """Malformed frames and forged messages never reach the listener: the run is right, nobody is lost."""
    port = port_of(run)
    send_garbage(port, random.Random(4))
    speak_locust(port, "vm_0", keys=keys)
    ran = run.end()
    assert ran.code == 0, ran.output + ran.errors
    log, summary = run.target.log(), ran.summary
    assert not twice(log)
    assert summary["people"]["completed"] == 240
    assert summary["requests"] == len(log)
    assert summary["delivery"]["workers_lost"] == 0
