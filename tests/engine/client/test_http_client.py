"""A person's HTTP: what goes out, what comes back, redirects, cookies, limits."""

from __future__ import annotations

import socket
import zlib
from typing import Any

import brotli
import gevent
import pytest

from hms_esr.engine.client import tcp_socket
from hms_esr.engine.client.http_client import PersonSession
from hms_esr.engine.client.transport import Transport
from hms_esr.errors import StepFailed
from hms_esr.http.request_headers import header_lines, person_head
from tests.each import each
from tests.engine.people import guard, session
from tests.engine.target import Got, Piece, ok, redirect, target


def failure(person: PersonSession, *arguments: Any, **options: Any) -> StepFailed:
    with pytest.raises(StepFailed) as caught:
        person.fetch(*arguments, **options)
    return caught.value


def test_a_request_carries_what_the_engine_and_the_person_say() -> None:
    """Host, constant lines, the stamp of the moment and headers of the step go out once each."""
    with target(lambda got: ok()) as there:
        person, hops = session(there.url)
        answer = person.fetch("GET", "/a b?ü=1#frag", base=there.url, headers={"X-One": "1"})
    got = there.got[0]
    assert (got.method, got.path) == ("GET", "/a%20b?%C3%BC=1")
    assert got.headers["host"] == f"127.0.0.1:{there.port}"
    assert got.headers["user-agent"] == "Mozilla/5.0 HMS-ESR"
    assert got.headers["x-esr-sim-time"] == "2026-03-02T08:00:00"
    assert (got.headers["x-one"], got.headers["x-esr-run"]) == ("1", "r1")
    assert "content-length" not in got.headers
    assert (answer.status, answer.body, answer.path, answer.sent_sim_s) == (200, b"ok", "/a%20b", 7.0)
    assert hops == [answer]


def test_times_of_a_hop_are_in_order() -> None:
    """Started, sent, first byte, ended; connecting is part of it and reuse is not."""
    with target(lambda got: ok()) as there:
        person, hops = session(there.url)
        person.fetch("GET", there.url)
        person.fetch("GET", there.url)
    first, second = hops
    for hop in hops:
        assert 0 < hop.started_at <= hop.sent_at <= hop.first_byte_at <= hop.ended_at
    assert first.connect_s > 0 and not first.reused
    assert second.connect_s == 0 and second.reused
    assert there.connections == 1


def test_people_share_connections_only_when_told_to() -> None:
    """per_person: one connection each; reused: the second person takes the first one's."""
    for policy, expected in (("per_person", 2), ("reused", 1)):
        with target(lambda got: ok()) as there:
            transport = Transport(guard(there.url), connections=policy)  # type: ignore[arg-type]
            for _ in range(2):
                session(transport=transport)[0].fetch("GET", there.url)
            assert there.connections == expected, policy
            transport.close()


@each(
    ("answer", "body"),
    [
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n",
            b"abcde",
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok(b"later"), b"later"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n", b""),
        (ok(zlib.compress(b"zip " * 9), Content_Encoding="deflate"), b"zip " * 9),
        (ok(zlib.compress(b"raw " * 9)[2:-4], Content_Encoding="deflate"), b"raw " * 9),
        (ok(brotli.compress(b"br " * 9), Content_Encoding="br"), b"br " * 9),
        (ok(b"x" * 3_000_000), b"x" * 3_000_000),
    ],
)
def test_every_form_of_answer_is_read_and_the_connection_kept(answer: bytes, body: bytes) -> None:
    """Two of them in a row over one connection."""
    with target(lambda got: answer) as there:
        person, hops = session(there.url)
        assert [person.fetch("GET", there.url).body for _ in range(2)] == [body, body]
    assert there.connections == 1
    assert hops[0].status == int(answer.rpartition(b"HTTP/1.1 ")[2][:3])


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    """Close-delimited (HTTP/1.0 style) answers are whole, and the next request opens another connection."""

    def answer(got: Got) -> list[Piece]:
        return [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the", b" end", "close"]

    with target(answer) as there:
        person, _ = session(there.url)
        assert [person.fetch("GET", there.url).body for _ in range(2)] == [b"to the end"] * 2
    assert there.connections == 2


def test_a_head_request_takes_no_body() -> None:
    """The length in the head is not waited for, and the connection goes on."""
    with target(lambda got: ok(b"1234")[: -4 if got.method == "HEAD" else None]) as there:
        person, _ = session(there.url)
        assert person.fetch("HEAD", there.url).header("Content-Length") == "4"
        assert person.fetch("GET", there.url).body == b"1234"
    assert there.connections == 1


@each(
    ("given", "kind", "words"),
    [
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", "connection", "the answer is not HTTP"),
        (b"HTTP/1.1 abc\r\n\r\n", "connection", "the answer is not HTTP"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "close"], "connection", "ended inside the answer"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "close"], "connection", "ended inside"),
        ("close", "connection", "the connection ended without an answer"),
        ("reset", "connection", "connection reset"),
        ("hang", "timeout", "no answer within 0.3 s"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "hang"], "timeout", "no whole answer within 0.3 s"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "connection", "protocol"),
        (ok(b"x" * 300_000), "connection", "larger than"),
    ],
)
def test_no_answer_is_said_in_plain_words(given: Any, kind: str, words: str) -> None:
    """Kind and message of what did not come; the hop is reported with it, the connection not used again."""
    with target(lambda got: given) as there:
        person, hops = session(there.url, timeout_s=0.3 if kind == "timeout" else 5.0, largest_bytes=200_000)
        caught = failure(person, "POST", there.url, body=b"x")
        assert (caught.kind, words in caught.message) == (kind, True), caught.message
        assert [hop.failure for hop in hops] == [caught]
        assert hops[0].ended_at >= hops[0].sent_at > 0
        failure(person, "POST", there.url, body=b"x")
    assert there.connections == 2


def test_a_refused_connection_is_a_hop_that_sent_nothing() -> None:
    """Nobody listens: connection refused."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    person, hops = session(f"http://127.0.0.1:{port}")
    caught = failure(person, "GET", f"http://127.0.0.1:{port}/x")
    assert (caught.kind, caught.message) == ("connection", "connection refused")
    assert [(hop.status, hop.sent_at) for hop in hops] == [(0, 0.0)]


def test_a_broken_encoding_or_a_bomb_is_a_failure_and_no_flood() -> None:
    """Unpacking stops at the limit; broken bytes, unknown encodings and wrong JSON have messages."""
    bomb = zlib.compress(b"\0" * 3_000_000)
    broken = [("gzip", b"nonsense"), ("br", b"\xff\xff"), ("deflate", bomb[:50]), ("zstd", b"x"), ("deflate", bomb)]
    broken.append(("br", brotli.compress(b"\0" * 3_000_000)))
    with target(lambda got: ok(broken[got.number][1], Content_Encoding=broken[got.number][0])) as there:
        person, _ = session(there.url, largest_bytes=1_000_000)
        for encoding, _raw in broken:
            answer = person.fetch("GET", there.url)
            with pytest.raises(StepFailed) as caught:
                _ = answer.body
            assert caught.value.kind == "expectation", encoding
    with target(lambda got: ok(b"<p>no json", Content_Type="text/html")) as there:
        answer = session(there.url)[0].fetch("GET", there.url)
    with pytest.raises(StepFailed, match="is not JSON but text/html"):
        answer.json()


@each(
    ("status", "method", "then"),
    [
        ("301 Moved", "POST", "GET"),
        ("302 Found", "POST", "GET"),
        ("303 See Other", "POST", "GET"),
        ("303 See Other", "PUT", "GET"),
        ("302 Found", "PUT", "PUT"),
        ("307 Temporary", "POST", "POST"),
        ("308 Permanent", "POST", "POST"),
        ("302 Found", "HEAD", "HEAD"),
    ],
)
def test_redirects_change_the_method_as_browsers_do(status: str, method: str, then: str) -> None:
    """Each hop is reported; what is kept keeps its body and type, what becomes GET has none."""
    with target(lambda got: ok(b"") if got.path == "/b" else redirect("b", status)) as there:
        person, hops = session(there.url)
        answer = person.fetch(method, f"{there.url}/a", body=b"x=1", media_type="text/x", headers={"X-A": "1"})
    assert (answer.path, [hop.redirected for hop in hops]) == ("/b", [True, False])
    second = there.got[1]
    assert (second.method, second.path, second.headers["x-a"]) == (then, "/b", "1")
    kept = then == method
    assert (second.body, second.headers.get("content-type")) == ((b"x=1", "text/x") if kept else (b"", None))


def test_ten_redirects_are_followed_and_no_more() -> None:
    """The eleventh is the failure."""
    with target(lambda got: redirect(f"/{got.number}")) as there:
        person, hops = session(there.url)
        caught = failure(person, "GET", there.url)
    assert (caught.kind, caught.status) == ("status", 302)
    assert caught.message == "too many redirects, the last to /10"
    assert len(hops) == len(there.got) == 11
    assert [hop.failure for hop in hops] == [None] * 10 + [caught]


def test_cookies_come_back_until_the_person_is_over() -> None:
    """Set on one answer, sent with the next, by this person only."""
    with target(lambda got: ok(Set_Cookie="sid=1; Path=/; HttpOnly")) as there:
        transport = Transport(guard(there.url))
        one, other = (session(transport=transport)[0] for _ in range(2))
        one.fetch("GET", there.url)
        one.fetch("GET", there.url)
        other.fetch("GET", there.url)
    assert [got.headers.get("cookie") for got in there.got] == [None, "sid=1", None]


def test_a_referer_is_sent_as_browsers_do() -> None:
    """The whole page on the same origin, with Origin on what changes something; the origin alone elsewhere."""
    with target(lambda got: ok()) as there:
        person, _ = session(there.url)
        person.fetch("POST", f"{there.url}/a", referer=f"{there.url}/form?x=1#y", body=b"x")
        person.fetch("GET", f"{there.url}/a", referer="http://other.test/secret?q=1")
    first, second = (got.headers for got in there.got)
    assert (first["referer"], first["origin"]) == (f"{there.url}/form?x=1", there.url)
    assert (second["referer"], second.get("origin")) == ("http://other.test/", None)


def test_a_get_is_sent_again_when_an_old_connection_ends_without_a_byte() -> None:
    """The server closes instead of answering the second request: GET goes out again, POST does not."""

    def answer(got: Got) -> Piece:
        first_on_it = not any(one.connection == got.connection for one in there.got[:-1])
        return ok() if first_on_it else "close"

    with target(answer) as there:
        person, hops = session(there.url)
        person.fetch("GET", there.url)
        again = person.fetch("GET", there.url)
        caught = failure(person, "POST", there.url, body=b"x")
    assert (again.status, again.retries, len(hops)) == (200, 1, 3)
    assert (caught.kind, hops[2].retries) == ("connection", 0)
    assert len(there.got) == 4


def test_an_idle_connection_is_closed_by_us(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the pause it is gone, and the next request opens another."""
    monkeypatch.setattr(tcp_socket, "IDLE_S", 0.01)
    with target(lambda got: ok()) as there:
        person, _ = session(there.url)
        person.fetch("GET", there.url)
        assert gevent.get_hub().threadpool.apply(there.ended.wait, (5,))
        person.fetch("GET", there.url)
    assert there.connections == 2


def test_a_connection_closed_by_the_target_is_noticed_while_idle() -> None:
    """A POST after it goes over a new connection instead of failing."""
    with target(lambda got: [ok(), "close"]) as there:
        person, hops = session(there.url)
        person.fetch("GET", there.url)
        assert gevent.get_hub().threadpool.apply(there.ended.wait, (5,))
        gevent.idle()
        assert person.fetch("POST", there.url, body=b"x").status == 200
    assert [hop.retries for hop in hops] == [0, 0]


def test_an_answer_before_the_whole_body_was_sent_counts() -> None:
    """413 to a large upload, then the connection is closed: the person reads 413."""
    refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlarge"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        person, hops = session(f"http://127.0.0.1:{port}")

        def refuse() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(refusal)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass

        pool = gevent.get_hub().threadpool
        refusing = pool.spawn(refuse)
        answer = person.fetch("POST", f"http://127.0.0.1:{port}/", body=b"x" * 8_000_000)
        refusing.get()
    assert (answer.status, answer.body) == (413, b"large")
    assert hops[0].failure is None


def test_a_body_that_was_cut_short_ends_its_connection() -> None:
    """The target answers at once and reads no further, keeping the connection: the next request needs another."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        person, hops = session(url)
        accepted = []

        def answer() -> None:
            accepted.append(listener.accept()[0])
            accepted[-1].recv(1000)
            accepted[-1].sendall(ok())

        pool = gevent.get_hub().threadpool
        for size in (20_000_000, 10):
            answering = pool.spawn(answer)
            assert person.fetch("POST", url, body=b"x" * size).status == 200
            answering.get()
        for connection in accepted:
            connection.close()
    assert [hop.reused for hop in hops] == [False, False]


def test_a_person_gives_up_before_the_time_limit() -> None:
    """Patience is counted over all hops; its length is not told, so that all who give up are one kind of error."""
    with target(lambda got: redirect("/next") if got.path == "/" else "hang") as there:
        person, hops = session(there.url, timeout_s=20)
        caught = failure(person, "GET", f"{there.url}/", patience_s=0.05)
    assert (caught.kind, caught.message) == ("patience", "gave up waiting for an answer")
    assert [hop.failure is None for hop in hops] == [True, False]


def test_a_person_stopped_from_outside_leaves_a_reported_hop() -> None:
    """The exception thrown in is the failure of the hop, and the connection is closed."""
    with target(lambda got: "hang") as there:
        person, hops = session(there.url)
        waiting = gevent.spawn(person.fetch, "GET", there.url)
        assert gevent.get_hub().threadpool.apply(there.asked.wait, (5,))
        stop = StepFailed("no_answer", "no answer when the run ended")
        waiting.kill(stop)
        assert waiting.exception is stop
    assert [hop.failure for hop in hops] == [stop]


def test_headers_that_would_break_a_request_are_refused() -> None:
    """Line ends, wrong names and the client's own headers."""
    for name, value in (("A", "b\r\nC: d"), ("A b", "x"), ("", "x"), ("Host", "x"), ("Content-Length", "3")):
        with pytest.raises(ValueError, match="header"):
            header_lines({name: value})
    with target(lambda got: ok()) as there:
        person, hops = session(there.url)
        assert failure(person, "GET", there.url, headers={"A": "\n"}).kind == "scenario"
    assert not hops and not there.got


def test_the_user_agent_always_says_who_sends() -> None:
    """Whatever a scenario writes, it ends with HMS-ESR and the contact."""
    assert b"User-Agent: Mine HMS-ESR (+me@x.gov)\r\n" in person_head("Other", {"user-agent": "Mine"}, "me@x.gov")
    assert b"\r\naccept: text/plain\r\n" in person_head("X", {"accept": "text/plain"})


def test_text_is_read_in_the_charset_it_was_written_in() -> None:
    """Header first, then the page's own mark, else UTF-8; nothing is an error."""
    cases = [
        ("text/html; charset=iso-8859-1", "é".encode("latin-1"), "é"),
        ("text/html", b"<meta charset='windows-1252'>\x80", "<meta charset='windows-1252'>€"),
        ("text/plain; charset=nonsense", "é".encode(), "é"),
        ("text/plain", b"\xff", "�"),
    ]
    with target(lambda got: ok(cases[got.number][1], Content_Type=cases[got.number][0])) as there:
        person, _ = session(there.url)
        assert [person.fetch("GET", there.url).text for _ in cases] == [case[2] for case in cases]


def test_ipv6_is_spoken() -> None:
    """Bracketed in the address and in Host."""
    with target(lambda got: ok(), host="::1") as there:
        url = f"http://[::1]:{there.port}"
        person, _ = session(url)
        assert person.fetch("GET", f"{url}/x").url == f"{url}/x"
    assert there.got[0].headers["host"] == f"[::1]:{there.port}"
