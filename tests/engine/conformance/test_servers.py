"""The client with servers that governments run: nginx, gunicorn, uvicorn, Node, and HAProxy in front."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

import gevent
import pytest

from tests.engine.conformance import servers
from tests.engine.conformance.site import LARGE
from tests.engine.people import guard, session

ALL = ["nginx", "gunicorn sync", "gunicorn gevent", "uvicorn", "node", "haproxy"]
STATIC = ("nginx", "haproxy")
"""Those that carry out no program: they do not echo."""
CLOSING = ("gunicorn sync",)
"""Those that end the connection after each answer."""
Started = Callable[[str], str]


@pytest.fixture(scope="module")
def started(needs: servers.Needs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """The address of a server by name, started when first asked for."""
    folder = tmp_path_factory.mktemp("servers")
    ports: dict[str, int] = {}
    makers: dict[str, Callable[[], Iterator[int]]] = {
        "nginx": lambda: servers.nginx(needs, folder),
        "nginx impatient": lambda: servers.nginx(needs, folder, more="keepalive_timeout 20ms;"),
        "nginx three": lambda: servers.nginx(needs, folder, more="keepalive_requests 3;"),
        "gunicorn sync": lambda: servers.gunicorn(folder, "sync"),
        "gunicorn gevent": lambda: servers.gunicorn(folder, "gevent"),
        "uvicorn": lambda: servers.uvicorn(folder),
        "node": lambda: servers.node(needs, folder),
        "haproxy": lambda: servers.haproxy(needs, folder, port("nginx")),
        "haproxy impatient": lambda: servers.haproxy(needs, folder, port("nginx"), "20ms"),
    }
    with ExitStack() as stack:

        def port(name: str) -> int:
            if name not in ports:
                ports[name] = stack.enter_context(contextmanager(makers[name])())
            return ports[name]

        yield lambda name: f"http://127.0.0.1:{port(name)}"


@pytest.fixture(params=ALL)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_form_of_answer_is_read(name: str, started: Started) -> None:
    """Lengths, chunks, gzip, 3 MB, no body at all, HEAD: in any order, on one connection where the server keeps it."""
    url = started(name)
    person, hops = session(url)
    whole = {"/hello": b"hello", "/large": LARGE, "/204": b"", "/304": b"", "/gzip": LARGE, "/chunked": LARGE}
    if name in STATIC:
        whole |= {"/gzip": b"a line\n" * 400_000}
        del whole["/chunked"]
    for path in [*whole, *reversed(whole)]:
        assert person.fetch("HEAD", url + path).body == b"", path
        answer = person.fetch("GET", url + path)
        assert answer.body == whole[path], path
        assert answer.status == (int(path[1:]) if path[1:].isdigit() else 200)
    if name in STATIC:
        assert person.fetch("GET", f"{url}/gzip").header("transfer-encoding") == "chunked"
    assert person.fetch("GET", f"{url}/404").status == 404
    assert person.fetch("GET", f"{url}/304").header("x-a") == "b"
    assert [hop.reused for hop in hops] == [False, *[name not in CLOSING] * (len(hops) - 1)]
    assert sum(hop.retries for hop in hops) == 0


def test_uploads_arrive_whole(name: str, started: Started) -> None:
    """Nothing, a few bytes, 100 kB and 3 MB; also where a redirect sends them on."""
    url = started(name)
    person, _ = session(url)
    for body in (b"", b"a=1", LARGE[:100_000], LARGE):
        expected = f"got {len(body)}".encode() if name in STATIC else sha256(body).hexdigest().encode()
        for path in ("/echo", "/307"):
            answer = person.fetch("POST", url + path, body=body, media_type="application/octet-stream")
            assert (answer.status, answer.path, answer.body) == (200, "/echo", expected)


def test_redirects_and_cookies_work(name: str, started: Started) -> None:
    """A relative Location after a POST, and two cookies that come back."""
    url = started(name)
    person, hops = session(url)
    answer = person.fetch("POST", f"{url}/303", body=b"a=1", media_type="application/x-www-form-urlencoded")
    assert (answer.method, answer.path, answer.body, len(hops)) == ("GET", "/hello", b"hello", 2)
    assert person.fetch("GET", f"{url}/seen").text == ""
    person.fetch("GET", f"{url}/cookie")
    assert person.fetch("GET", f"{url}/seen").text == "a=1; b=2"


def test_an_upload_that_is_refused_early_is_answered(name: str, started: Started) -> None:
    """413 while 12 MB are still on their way; the next request works."""
    url = started(name)
    person, hops = session(url)
    assert person.fetch("POST", f"{url}/early", body=LARGE * 4).status == 413
    assert person.fetch("GET", f"{url}/hello").body == b"hello"
    assert hops[0].failure is None


def test_announcements_of_a_real_server(started: Started) -> None:
    """Node sends 100, 102 and 103 before its answer."""
    url = started("node")
    person, hops = session(url)
    for _ in range(2):
        assert person.fetch("GET", f"{url}/announced").body == b"hello"
    assert [hop.header("link") for hop in hops] == [None, None]


def test_trailers_of_a_real_server(started: Started) -> None:
    """Node's come after the chunks, and are no cookies."""
    url = started("node")
    person, _ = session(url)
    assert person.fetch("GET", f"{url}/chunked").header("x-sum") is None
    assert len(person.cookies) == 0


@pytest.mark.parametrize("impatient", ["nginx impatient", "haproxy impatient"])
def test_people_who_pause_lose_no_request_to_idle_ends(impatient: str, started: Started) -> None:
    """The server ends idle connections after 20 ms, people pause for about as long: every GET is answered."""
    url = started(impatient)
    person, hops = session(url)
    for number in range(40):
        assert person.fetch("GET", f"{url}/hello").status == 200
        gevent.sleep(0.017 + 0.0002 * number)
    assert {hop.failure for hop in hops} == {None}
    assert max(hop.retries for hop in hops) <= 1


def test_a_server_that_says_close_is_not_asked_again(started: Started) -> None:
    """Three answers a connection, the third with Connection: close; POST needs no luck either."""
    url = started("nginx three")
    person, hops = session(url)
    for _ in range(7):
        assert person.fetch("POST", f"{url}/echo", body=b"x").status == 200
    assert [hop.reused for hop in hops] == [False, True, True, False, True, True, False]
    assert sum(hop.retries for hop in hops) == 0


def test_ipv6_with_a_real_server(needs: servers.Needs, tmp_path: Path) -> None:
    """nginx on ::1."""
    with contextmanager(servers.nginx)(needs, tmp_path, host="::1") as port:
        url = f"http://[::1]:{port}"
        person, _ = session(gate=guard(url))
        assert [person.fetch("GET", f"{url}/large").body == LARGE for _ in range(2)] == [True, True]
