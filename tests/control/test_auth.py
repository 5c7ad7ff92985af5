"""Who comes in from where, how large, how slow, how often: every refusal is JSON with words."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from hms_esr.control.settings import MOST_BYTES, Settings
from hms_esr.errors import BadInput
from tests.control.conftest import SHORT, Server


@pytest.fixture(scope="module")
def impatient(serve: Callable[..., Server]) -> Server:
    """A server that waits half a second for heads and bodies."""
    return serve(settings={"dev": True, "body_s": 0.5, "head_s": 0.5})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.test"}, 403),
        ({"Host": "evil.test:9700"}, 403),
        ({"Host": "127.0.0.1.evil.test"}, 403),
        ({"Host": "10.1.2.3"}, 403),
        ({"Host": ""}, 400),
        ({"Host": "a b"}, 400),
        ({"Host": "localhost"}, 200),
        ({"Host": "127.0.0.1:1"}, 200),
        ({"Host": "[::1]:9700"}, 200),
    ],
    ids=str,
)
def test_a_name_that_is_not_this_machines_is_refused(dev: Server, headers: dict[str, str], status: int) -> None:
    """A page elsewhere whose name was pointed at this machine gets nothing, not even to read."""
    answer = dev.ask("GET", "/runs", headers=headers)
    assert answer.status == status
    assert status == 200 or answer.json["error"]


@pytest.mark.parametrize(
    "origin", ["http://evil.test", "null", "https://localhost.evil.test", "http://localhost:1", "x"]
)
def test_pages_of_other_sites_may_not_act(dev: Server, origin: str) -> None:
    """A foreign Origin is refused on everything that changes something, and on WebSockets."""
    answer = dev.ask("POST", "/run", SHORT, {"Origin": origin})
    assert answer.status == 403 and "origin" in answer.json["error"]
    with pytest.raises(InvalidStatus):
        connect(f"ws://127.0.0.1:{dev.place[1]}/run/x/events", additional_headers={"Origin": origin}).close()


def test_a_page_of_its_own_may_act(dev: Server) -> None:
    """The same host and port, under any name of this machine."""
    port = dev.place[1]
    for origin in (f"http://localhost:{port}", f"http://127.0.0.1:{port}"):
        assert dev.ask("POST", "/run", b"", {"Origin": origin}).status == 422
    assert dev.ask("POST", "/run", b"", {"Sec-Fetch-Site": "cross-site"}).status == 403


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "image/png", "multipart/form-data", ""]
)
def test_a_body_is_read_whatever_its_content_type(dev: Server, kind: str) -> None:
    """What is in it counts."""
    answer = dev.ask("POST", "/run", b'{"name": 5}', {"Content-Type": kind} if kind else {})
    assert answer.status == 422 and answer.json["problems"][0]["line"] == 1


def test_large_bodies_are_refused_before_they_are_read(dev: Server) -> None:
    """By the length they say, and by count when they say none."""
    assert dev.ask("POST", "/run", b" " * (MOST_BYTES + 1)).status == 413
    with socket.create_connection(dev.place, timeout=20) as connection:
        connection.sendall(b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n{")
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")
    with socket.create_connection(dev.place, timeout=20) as connection:
        connection.sendall(b"POST /run HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        connection.sendall(chunk * (MOST_BYTES // 0x10000 + 1) + b"0\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")
    assert dev.ask("GET", "/health").status == 200


def test_a_body_of_all_that_is_allowed_is_read(dev: Server) -> None:
    """One mebibyte is read, and refused for being no scenario."""
    assert dev.ask("POST", "/run", b" " * MOST_BYTES).status == 422


def test_slow_senders_are_let_go(impatient: Server) -> None:
    """A body that does not come is answered with 408; a head that does not come gets no answer; others are served."""
    slow = [socket.create_connection(impatient.place, timeout=20) for _ in range(3)]
    slow[0].sendall(b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
    slow[1].sendall(b"POST /run HTTP/1.1\r\nHost: local")
    assert impatient.ask("GET", "/health").status == 200
    answers = [connection.makefile("rb").read() for connection in slow]
    assert answers[0].startswith(b"HTTP/1.1 408 ") and b"did not arrive" in answers[0]
    assert answers[1:] == [b"", b""]
    for connection in slow:
        connection.close()


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x00\xa5\x01\x00\x00",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n",
        b"GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /run/%2e%2e/summary HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /run/..%2f..%2fetc/summary HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=repr,
)
def test_no_request_makes_it_fail(dev: Server, raw: bytes) -> None:
    """Whatever comes, the answer is no 5xx, and the next request is served."""
    with socket.create_connection(dev.place, timeout=20) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(65536)
    assert not answer or b" 4" in answer[:12], answer
    assert dev.ask("GET", "/health").status == 200


def test_too_many_requests_are_told_to_slow_down(serve: Callable[..., Server]) -> None:
    """429 with Retry-After once the bucket is empty; it fills again."""
    server = serve(settings={"dev": True, "burst": 5, "rate_per_s": 2.0})
    answers = [server.ask("GET", "/health") for _ in range(8)]
    assert [one.status for one in answers][:5] == [200] * 5
    refused = next(one for one in answers if one.status == 429)
    assert refused.headers["retry-after"] == "1" and "slow down" in refused.json["error"]
    deadline = time.monotonic() + 20
    while server.ask("GET", "/health").status != 200:
        assert time.monotonic() < deadline


def test_every_answer_is_guarded(dev: Server) -> None:
    """Pages and refusals alike: no foreign content, no frames, no referrer, nothing kept."""
    for path in ("/", "/docs", "/runs", "/nothing", "/openapi.json"):
        headers = dev.ask("GET", path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "esr.example.gov", "::"])
def test_dev_is_for_this_machine_alone(host: str) -> None:
    """--dev with an address that others reach is refused."""
    with pytest.raises(BadInput, match="--dev"):
        Settings(host=host, dev=True)
    Settings(host="127.0.0.1", dev=True)


@pytest.mark.parametrize("place", ["http://", "a b", "host:0", "host:99999"])
def test_an_allowed_target_is_a_place(place: str) -> None:
    """--allow takes HOST[:PORT]."""
    with pytest.raises(BadInput, match="--allow"):
        Settings(allow=(place,))
