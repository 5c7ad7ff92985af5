"""What a target may do at each stage of an exchange: the person hears it in words, and nothing is sent twice."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from threading import Barrier
from types import SimpleNamespace
from typing import Any, Literal

import gevent
import pytest

from hms_esr.engine.client import tcp_socket
from hms_esr.engine.client.transport import Transport
from hms_esr.errors import StepFailed
from tests.each import each
from tests.engine.people import guard, session
from tests.engine.target import Got, Piece, ok, redirect, target

LARGE = bytes(range(256)) * 12_000
"""About 3 MB."""


def failure(fetch: Callable[..., Any], *arguments: Any, **options: Any) -> StepFailed:
    with pytest.raises(StepFailed) as caught:
        fetch(*arguments, **options)
    return caught.value


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@contextmanager
def listener(talk: Callable[[socket.socket], None], *, times: int = 1) -> Iterator[str]:
    """A server that accepts ``times`` connections, one after the other, and does ``talk`` with each."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            for _ in range(times):
                with server.accept()[0] as connection:
                    connection.settimeout(20)
                    talk(connection)

        serving = gevent.get_hub().threadpool.spawn(serve)
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        serving.get()


def read_head(connection: socket.socket) -> bytes:
    seen = b""
    while b"\r\n\r\n" not in seen:
        seen += connection.recv(65536)
    return seen


def test_announcements_come_before_the_answer_and_change_nothing() -> None:
    """100, 102 and 103, apart in time from the answer; their headers are not the answer's, the connection is kept."""

    def answer(got: Got) -> list[Piece]:
        first = b"HTTP/1.1 103 Early Hints\r\nLink: </x.css>\r\nSet-Cookie: no=1\r\n\r\n"
        return [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 102 Processing\r\n\r\n", first, ok(b"late")]

    with target(answer) as there:
        person, hops = session(there.url)
        assert [person.fetch("POST", there.url, body=LARGE[:100_000]).body for _ in range(2)] == [b"late"] * 2
    assert [hop.header("link") for hop in hops] == [None, None]
    assert [len(got.body) for got in there.got] == [100_000] * 2
    assert (there.connections, "cookie" in there.got[1].headers) == (1, False)


def test_trailers_are_not_headers() -> None:
    """Neither cookies nor redirects come after the body."""
    head = b"HTTP/1.1 302 Found\r\nTransfer-Encoding: chunked\r\n\r\n"
    raw = head + b"2\r\nok\r\n0\r\nLocation: /x\r\nSet-Cookie: a=1\r\n\r\n"
    with target(lambda got: raw) as there:
        person, _ = session(there.url)
        answer = person.fetch("GET", there.url)
    assert (answer.status, answer.header("location"), len(person.cookies)) == (302, None, 0)


def test_large_bodies_travel_both_ways_whole() -> None:
    """3 MB up and 3 MB down, with a length and in chunks, on one connection."""
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (LARGE[:1], LARGE[1:70_000], LARGE[70_000:]))
    in_chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    with target(lambda got: ok(LARGE) if got.number == 0 else in_chunks) as there:
        person, _ = session(there.url)
        for _ in range(2):
            assert person.fetch("POST", there.url, body=LARGE).body == LARGE
    assert [sha256(got.body).digest() for got in there.got] == [sha256(LARGE).digest()] * 2
    assert there.connections == 1


def test_an_answer_that_comes_byte_by_byte_is_whole_or_too_late() -> None:
    """Each byte in a packet of its own; the limit is for the whole answer: bytes that keep coming do not extend it."""
    raw = ok(b"slowly", Content_Type="text/plain")
    with target(lambda got: [raw[at : at + 1] for at in range(len(raw))]) as there:
        assert session(there.url)[0].fetch("GET", there.url).body == b"slowly"

    def drip(got: Got) -> Iterator[Piece]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
        while not there.stopped.wait(0.01):
            yield b"x"

    with target(drip) as there:
        person, _ = session(there.url, timeout_s=0.2)
        caught = failure(person.fetch, "GET", there.url)
    assert (caught.kind, caught.message, caught.status) == ("timeout", "no whole answer within 0.2 s", 200)


STAGES = {
    "before a byte": b"",
    "inside the status line": b"HTTP/1.1 20",
    "inside a header": b"HTTP/1.1 200 OK\r\nContent-Le",
    "after the head": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
    "inside the body": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
    "inside a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "inside a body without length": b"HTTP/1.1 200 OK\r\n\r\nabc",
    "after an announcement": b"HTTP/1.1 100 Continue\r\n\r\n",
}


@each("stage", STAGES)
def test_a_reset_at_any_stage_of_a_new_connection_is_told_and_not_repeated(stage: str) -> None:
    """One request, one failure, for GET as for POST."""
    heads = []

    def talk(connection: socket.socket) -> None:
        heads.append(read_head(connection))
        connection.sendall(STAGES[stage])
        reset(connection)

    with listener(talk, times=2) as url:
        person, hops = session(url)
        for method in ("GET", "POST"):
            caught = failure(person.fetch, method, url)
            assert (caught.kind, caught.message) == ("connection", "connection reset"), method
            assert (hops[-1].retries, hops[-1].failure) == (0, caught)
    assert len(heads) == 2


def test_a_reset_during_an_upload_is_told() -> None:
    """The target reads a part of 3 MB and is gone."""

    def talk(connection: socket.socket) -> None:
        read_head(connection)
        reset(connection)

    with listener(talk) as url:
        person, hops = session(url)
        caught = failure(person.fetch, "POST", url, body=LARGE * 4)
    assert (caught.kind, caught.message) == ("connection", "connection reset")
    assert hops[0].retries == 0


def test_an_answer_during_an_upload_is_read_at_once() -> None:
    """413 after the head, and the target reads no further: the person does not wait until the time limit."""

    def talk(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(ok(b"too large", "413 Content Too Large"))
        connection.recv(1)
        while connection.recv(65536):
            pass

    with listener(talk) as url:
        person, hops = session(url, timeout_s=15)
        answer = person.fetch("POST", url, body=LARGE * 8)
    assert (answer.status, answer.body, hops[0].failure) == (413, b"too large", None)


def test_a_limit_holds_while_nobody_reads_the_upload() -> None:
    """The target accepts and reads nothing."""
    with target(lambda got: "hang") as there, socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        person, hops = session(url, timeout_s=0.2)
        caught = failure(person.fetch, "POST", url, body=LARGE * 8)
    assert (caught.kind, caught.message) == ("timeout", "no answer within 0.2 s")
    assert hops[0].sent_at > 0 and not there.got


@pytest.mark.parametrize("policy", ["per_person", "reused"])
def test_a_get_on_used_connections_is_sent_once_more_and_no_more(policy: Any) -> None:
    """However many idle connections the target has given up: the second try has a new one, whose end is the failure."""
    all_there = Barrier(3)

    def answer(got: Got) -> Piece:
        if got.path == "/begin":
            all_there.wait(10)
            return ok()
        return "close"

    with target(answer) as there:
        transport = Transport(guard(there.url), connections=policy)
        people = [session(transport=transport) for _ in range(3)]
        begun = [gevent.spawn(person.fetch, "GET", f"{there.url}/begin") for person, _ in people]
        gevent.joinall(begun, raise_error=True)
        person, hops = people[0]
        caught = failure(person.fetch, "GET", f"{there.url}/then")
        transport.close()
    assert (caught.kind, caught.message) == ("connection", "the connection ended without an answer")
    assert [got.path for got in there.got[3:]] == ["/then", "/then"]
    assert (hops[-1].retries, hops[-1].reused, there.connections) == (1, False, 4)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
def test_a_used_connection_that_ends_without_a_byte(method: str) -> None:
    """GET and HEAD go out again; whatever may change something does not, because the target may have read it."""
    with target(lambda got: ok() if got.connection != 1 or got.number == 0 else "close") as there:
        person, hops = session(there.url)
        person.fetch("GET", there.url)
        if method in ("GET", "HEAD"):
            assert person.fetch(method, there.url).status == 200
        else:
            assert failure(person.fetch, method, there.url, body=b"x").kind == "connection"
    again = method in ("GET", "HEAD")
    assert [hop.retries for hop in hops] == [0, int(again)]
    assert [got.method for got in there.got] == ["GET", method, *([method] if again else [])]


def test_a_byte_of_an_answer_ends_the_right_to_repeat() -> None:
    """Even of an announcement, even for GET."""

    def answer(got: Got) -> Any:
        return ok() if got.number == 0 else [b"HTTP/1.1 100 Continue\r\n\r\n", "close"]

    with target(answer) as there:
        person, hops = session(there.url)
        person.fetch("GET", there.url)
        caught = failure(person.fetch, "GET", there.url)
    assert (caught.message, hops[1].retries, len(there.got)) == ("the connection ended inside the answer", 0, 2)


def test_a_post_meets_a_fresh_connection_when_the_target_reset_the_idle_one() -> None:
    """The kernel is asked first, also where the loop has not heard of it yet."""
    heads = []

    def talk(connection: socket.socket) -> None:
        heads.append(read_head(connection))
        connection.sendall(ok())
        if len(heads) == 1:
            reset(connection)

    with listener(talk, times=2) as url:
        person, hops = session(url)
        person.fetch("GET", url)
        home = next(iter(person._homes.values()))
        idle = home[0]
        idle._watcher.stop()
        for _ in range(2000):
            if _is_reset(idle._sock):
                break
            gevent.sleep(0.001)
        idle._watcher.start(idle._on_readable)
        answer = person.fetch("POST", url, body=b"a=1")
    assert (answer.status, hops[1].retries, hops[1].reused) == (200, 0, False)
    assert [head.split(b" ")[0] for head in heads] == [b"GET", b"POST"]


def _is_reset(sock: Any) -> bool:
    """Whether the kernel knows that the peer is gone (TCP_INFO: CLOSE), without taking the error from the socket."""
    return bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 7)


def test_an_idle_connection_closed_by_the_target_costs_nobody_a_request() -> None:
    """The kernel is asked before the connection is used, so a POST meets a fresh one."""
    with target(lambda got: [ok(), "close"]) as there:
        person, hops = session(there.url)
        for _ in range(3):
            assert person.fetch("POST", there.url, body=b"x").status == 200
            gevent.get_hub().threadpool.apply(there.ended.wait, (5,))
            there.ended.clear()
    assert [(hop.reused, hop.retries) for hop in hops] == [(False, 0)] * 3


@pytest.mark.parametrize("kind", ["per_person", "reused"])
def test_a_post_after_an_end_that_the_kernel_knows_arrives_once(kind: Literal["per_person", "reused"]) -> None:
    """200 times the target ends a connection it had promised to keep, and the loop stands still: 200 arrive."""
    with target(lambda got: [ok(), "close"] if got.method == "GET" else ok()) as there:
        person, hops = session(there.url, connections=kind)
        for number in range(200):
            person.fetch("GET", there.url)
            assert there.ended.wait(5)
            there.ended.clear()
            person.fetch("POST", there.url, body=b"%d" % number)
    assert [got.body for got in there.got if got.method == "POST"] == [b"%d" % number for number in range(200)]
    assert {hop.retries for hop in hops} == {0}


def test_a_post_whose_connection_ends_between_look_and_send_fails_and_is_not_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The kernel said nothing when it was asked: the target may have read it."""
    with target(lambda got: [ok(), "close"]) as there:
        person, hops = session(there.url)
        person.fetch("GET", there.url)
        assert there.ended.wait(5)
        monkeypatch.setattr(tcp_socket, "_poll", lambda: SimpleNamespace(register=lambda *_: None, poll=lambda _: []))
        caught = failure(person.fetch, "POST", there.url, body=b"a=1")
    assert (caught.kind, [got.method for got in there.got]) == ("connection", ["GET"])
    assert (hops[1].reused, hops[1].retries) == (True, 0)


@each("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@each(
    ("location", "path"),
    [
        ("b", "/dir/b"),
        ("/b?x=1", "/b?x=1"),
        ("../b", "/b"),
        ("?x=1", "/dir/a?x=1"),
        ("//{place}/b", "/b"),
        ("http://{place}/b#part", "/b"),
        ("/b b/\u00e9", "/b%20b/%C3%A9"),
    ],
)
def test_a_redirect_leads_where_browsers_go(status: str, location: str, path: str) -> None:
    """Absolute or relative, with spaces and letters as servers write them; 307 and 308 keep method and body."""

    def answer(got: Got) -> bytes:
        place = got.headers["host"]
        return ok() if got.number else redirect(location.format(place=place), status)

    with target(answer) as there:
        person, hops = session(there.url)
        person.fetch("POST", f"{there.url}/dir/a", body=b"x=1", media_type="text/x")
    kept = status[:3] in ("307", "308")
    assert [got.path for got in there.got] == ["/dir/a", path]
    assert (there.got[1].method, there.got[1].body) == (("POST", b"x=1") if kept else ("GET", b""))
    assert [hop.redirected for hop in hops] == [True, False]


@pytest.mark.parametrize("location", ["//[x", "http://[::1", "mailto:a@b.test", "http://127.0.0.1:99999/", "ftp://x/"])
def test_a_redirect_that_leads_nowhere_is_told(location: str) -> None:
    """The Location is named; nothing is opened."""
    with target(lambda got: redirect(location)) as there:
        person, _ = session(there.url)
        caught = failure(person.fetch, "GET", f"{there.url}/a")
    assert caught.kind == "refused"
    assert caught.message == f"/a redirects to the Location '{location}', which cannot be followed"
    assert len(there.got) == 1


def test_ipv6_is_spoken_with_all_of_it() -> None:
    """Host in brackets, connections kept, redirects, cookies."""
    with target(lambda got: ok(got.body, Set_Cookie="a=1") if got.path == "/b" else redirect("/b", "307 T"),
                host="::1") as there:  # fmt: skip
        url = f"http://[::1]:{there.port}"
        person, _ = session(gate=guard(url))
        for _ in range(2):
            assert person.fetch("POST", f"{url}/a", body=LARGE).body == LARGE
    assert (there.connections, there.got[2].headers["cookie"]) == (1, "a=1")
    assert {got.headers["host"] for got in there.got} == {f"[::1]:{there.port}"}


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever HTTP_PROXY says, requests go to the place the guard allowed and nowhere else."""
    with target(lambda got: ok(b"proxy")) as proxy, target(lambda got: ok(b"target")) as there:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert session(there.url)[0].fetch("GET", there.url).body == b"target"
    assert (proxy.got, proxy.connections) == ([], 0)
