"""A person's requests when the lease of its worker ends."""

from __future__ import annotations

import socket
from time import perf_counter

import gevent
import pytest

from hms_esr.engine.client.transport import Transport
from tests.engine.people import guard, session
from tests.engine.target import ok, target


@pytest.mark.parametrize("connected", [False, True])
def test_nothing_is_sent_once_a_lease_is_over(connected: bool) -> None:
    """Who would send waits: it is stopped without a request told or seen, or goes on with the next lease."""
    with target(lambda got: ok()) as there:
        transport = Transport(guard(there.url))
        people = [session(transport=transport) for _ in range(2)]
        if connected:
            for person, _ in people:
                person.fetch("GET", there.url)
        before = len(there.got)
        transport.until = perf_counter()
        (stopped, hops), (waiting, _) = people
        both = [gevent.spawn(person.fetch, "GET", there.url) for person in (stopped, waiting)]
        gevent.sleep(0.1)
        both[0].kill()
        assert (len(there.got), len(hops)) == (before, int(connected))
        transport.until = float("inf")
        assert both[1].get().status == 200
        assert len(there.got) == before + 1


@pytest.mark.parametrize("over", [False, True])
def test_what_is_under_way_when_a_lease_ends_is_taken_back(over: bool) -> None:
    """The connection is reset, so that the kernel delivers nothing later; who is only stopped ends it as usual."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        transport = Transport(guard(url))
        person, _ = session(transport=transport)
        asks = gevent.spawn(person.fetch, "GET", url)
        gevent.sleep(0.1)
        if over:
            transport.until = float("-inf")
        asks.kill()
        there, _ = listener.accept()
        with there:
            there.settimeout(2.0)
            assert there.recv(65536).startswith(b"GET / ")  # on loopback it is there at once
            if over:
                with pytest.raises(ConnectionResetError):
                    there.recv(1)
            else:
                assert there.recv(1) == b""
