"""Locust's sockets speak only with who has the secret, as long as they are asked to."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.house.sources import ROOT

pytestmark = pytest.mark.own_process

SCRIPT = """
from locust.rpc import zmqrpc
from locust.rpc.protocol import Message
from hms_esr.engine.cluster.keys import encrypted

def heard(server_secret, worker_secret):
    with encrypted(server_secret):
        server = zmqrpc.Server("127.0.0.1", 0)
    with encrypted(worker_secret):
        worker = zmqrpc.Client("127.0.0.1", server.port, "w1")
    worker.send(Message("hello", None, "w1"))
    found = bool(server.socket.poll(5000 if server_secret == worker_secret else 300))
    worker.close(linger=0)
    server.close(linger=0)
    return found

before = zmqrpc.BaseSocket.__init__
print(heard("a secret", "a secret"), heard("a secret", "another"), zmqrpc.BaseSocket.__init__ is before)
"""


def test_only_the_secret_opens_the_channel() -> None:
    """The same secret carries a message, another one carries nothing, and afterwards Locust is itself again."""
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.split() == ["True", "False", "True"], done.stderr
