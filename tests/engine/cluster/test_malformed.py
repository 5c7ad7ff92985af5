"""Nothing of what strangers send at a cluster's port reaches who listens there; who has the secret is heard."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.engine.cluster.strangers import KINDS, send_raw, speak_locust
from tests.house.sources import ROOT

pytestmark = pytest.mark.own_process

SECRET = "a secret of some length"
LISTEN = """
import gevent.monkey; gevent.monkey.patch_all()
import sys
from locust.rpc import zmqrpc
from hms_esr.engine.cluster.keys import encrypted

with encrypted(sys.argv[1]):
    server = zmqrpc.Server("127.0.0.1", 0)
print(server.port, flush=True)
while True:
    try:
        sender, message = server.recv_from_client()
    except Exception as error:
        print("broken", error, flush=True)
    else:
        print(message.type, sender, flush=True)
"""
SPEAK = """
import gevent.monkey; gevent.monkey.patch_all()
import sys
from locust.rpc import zmqrpc
from locust.rpc.protocol import Message
from hms_esr.engine.cluster.keys import encrypted

with encrypted(sys.argv[1]):
    worker = zmqrpc.Client("127.0.0.1", int(sys.argv[2]), "vm_0")
worker.send(Message("hello", None, "vm_0"))
worker.close(linger=5000)
"""
ENV = os.environ | {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def listener() -> Iterator[subprocess.Popen[str]]:
    """Locust's end of the port in a process of its own; it prints its port, then whatever it hears."""
    command = [sys.executable, "-c", LISTEN, SECRET]
    with subprocess.Popen(command, env=ENV, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_nothing_malformed_reaches_the_listener(listener: subprocess.Popen[str]) -> None:
    """Each kind over TCP and over ZeroMQ, in the clear and with other keys; then a worker, and it alone is heard."""
    assert listener.stdout is not None
    port, chance = int(listener.stdout.readline()), random.Random(8)
    send_raw(port, 100 * len(KINDS), chance)
    for keys in (False, True):
        speak_locust(port, 500, chance, keys=keys)
    subprocess.run([sys.executable, "-c", SPEAK, SECRET, str(port)], env=ENV, check=True, timeout=60)
    assert listener.stdout.readline() == "hello vm_0\n"
