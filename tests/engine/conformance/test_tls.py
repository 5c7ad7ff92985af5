"""TLS with an authority of the test's own: who is trusted, who is told to be wrong, and who shows a certificate."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Semaphore
from typing import Any

import gevent
import pytest

from hms_esr.engine.client import transport as client_transport
from hms_esr.engine.client.connection import SecureConnection
from hms_esr.engine.client.transport import Transport
from hms_esr.engine.cluster.wire import packed_assignment, unpacked_assignment
from hms_esr.errors import EnvironmentProblem, StepFailed
from hms_esr.http.setup_request import trust_of
from hms_esr.http.tls import Trust
from hms_esr.scenario.model import Http, Scenario
from hms_esr.schedule.assignment import Assignment
from tests.engine.conformance import authority, servers
from tests.engine.conformance.site import LARGE
from tests.engine.people import guard, session
from tests.engine.target import ok, target

JOURNEY = {"name": "see", "steps": [{"visit": "/who"}]}
Started = Callable[..., int]


@pytest.fixture(scope="module")
def keys(needs: servers.Needs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs("openssl")
    folder = tmp_path_factory.mktemp("keys")
    authority.make(folder)
    return folder


@pytest.fixture(scope="module")
def started(needs: servers.Needs, tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[Started]:
    """The port of an nginx with a certificate, further directives, and a host; each started once."""
    folder = tmp_path_factory.mktemp("nginx")
    ports: dict[tuple[str, str, str], int] = {}
    with ExitStack() as stack:

        def port(shows: str = "server", more: str = "", host: str = "127.0.0.1") -> int:
            if (shows, more, host) not in ports:
                tls = f"ssl_certificate {keys}/{shows}.crt; ssl_certificate_key {keys}/{shows}.key; {more}"
                made = contextmanager(servers.nginx)(needs, folder, host=host, tls=tls)
                ports[shows, more, host] = stack.enter_context(made)
            return ports[shows, more, host]

        yield port


def asking(keys: Path) -> str:
    return f"ssl_client_certificate {keys}/ca.pem; ssl_verify_client on;"


def failure(url: str, **settings: Any) -> tuple[str, str]:
    person, _ = session(gate=guard(url), **settings)
    with pytest.raises(StepFailed) as caught:
        person.fetch("GET", f"{url}/hello")
    return caught.value.kind, caught.value.message


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_both_versions_carry_large_bodies_both_ways(version: str, started: Started, keys: Path) -> None:
    """3 MB each way over one connection, chunks, HEAD, and a session of nginx's own tickets."""
    url = f"https://127.0.0.1:{started(more=f'ssl_protocols {version};')}"
    person, hops = session(gate=guard(url), ca=str(keys / "ca.pem"))
    assert person.fetch("GET", f"{url}/who").text.split()[0] == version
    assert person.fetch("POST", f"{url}/echo", body=LARGE).text == f"got {len(LARGE)}"
    assert person.fetch("GET", f"{url}/large").body == LARGE
    assert person.fetch("HEAD", f"{url}/large").body == b""
    assert person.fetch("GET", f"{url}/gzip").header("transfer-encoding") == "chunked"
    assert person.fetch("POST", f"{url}/early", body=LARGE * 4).status == 413
    assert [hop.reused for hop in hops] == [False, True, True, True, True, True]
    assert [hop.tls_s > 0 for hop in hops] == [True, False, False, False, False, False]


def test_an_old_version_is_refused_in_words(keys: Path) -> None:
    """A target that speaks TLS 1.0 alone."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(keys / "server.crt", keys / "server.key")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with target(lambda got: ok(), tls=context) as there:
        kind, words = failure(there.url, ca=str(keys / "ca.pem"))
    assert (kind, words.startswith("TLS failed: "), there.got) == ("connection", True, [])


@pytest.mark.parametrize(
    ("shows", "trusted", "host", "words"),
    [
        ("server", "", "127.0.0.1", "the certificate of 127.0.0.1 is not trusted: unable to get local issuer"),
        ("server", "other.pem", "127.0.0.1", "the certificate of 127.0.0.1 is not trusted: unable to get local issuer"),
        ("elsewhere", "ca.pem", "127.0.0.1", "not trusted: IP address mismatch, certificate is not valid for"),
        ("server", "ca.pem", "other.test", "not trusted: Hostname mismatch, certificate is not valid for 'other.test'"),
        ("over", "ca.pem", "127.0.0.1", "the certificate of 127.0.0.1 is not trusted: certificate has expired"),
    ],
)
def test_who_is_not_who_was_asked_for_gets_no_request(
    shows: str, trusted: str, host: str, words: str, started: Started, keys: Path
) -> None:
    """Unknown authority, another authority, another name, days that are over; ``--insecure`` speaks to all of them."""
    url = f"https://{host}:{started(shows)}"
    kind, said = failure(url, ca=str(keys / trusted) if trusted else None)
    assert (kind, words in said) == ("connection", True), said
    assert session(gate=guard(url), insecure=True)[0].fetch("GET", f"{url}/hello").body == b"hello"


def test_names_and_addresses_of_a_certificate_are_all_right(started: Started, keys: Path) -> None:
    """An IPv4 address, a name, and ::1."""
    for host, listening in (("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"), ("[::1]", "::1")):
        url = f"https://{host}:{started(host=listening)}"
        person, _ = session(gate=guard(url), ca=str(keys / "ca.pem"))
        assert person.fetch("GET", f"{url}/hello").body == b"hello"


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_client_certificate_is_shown(version: str, started: Started, keys: Path) -> None:
    """In one file with its key, or in two; the server names whom it saw."""
    url = f"https://127.0.0.1:{started(more=asking(keys) + f'ssl_protocols {version};')}"
    pairs: list[dict[str, str]] = [
        {"cert": str(keys / "client.pem")},
        {"cert": str(keys / "client.crt"), "key": str(keys / "client.key")},
    ]
    for pair in pairs:
        person, _ = session(gate=guard(url), ca=str(keys / "ca.pem"), **pair)
        assert person.fetch("GET", f"{url}/who").text == f"{version} CN=client"
    person, _ = session(gate=guard(url), ca=str(keys / "ca.pem"))
    assert person.fetch("GET", f"{url}/who").status == 400


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_target_that_hangs_up_without_a_client_certificate_is_told(newest: ssl.TLSVersion, keys: Path) -> None:
    """The alert says more than the reset that follows it, whenever it comes; the request is not repeated."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(keys / "ca.pem"))
    context.load_cert_chain(keys / "server.crt", keys / "server.key")
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = newest
    with target(lambda got: ok(), tls=context) as there:
        kind, words = failure(there.url, ca=str(keys / "ca.pem"))
        _, others = failure(
            there.url, ca=str(keys / "ca.pem"), cert=str(keys / "stranger.crt"), key=str(keys / "stranger.key")
        )
        assert there.connections == 2
    assert (kind, words.startswith("TLS failed: "), others) == (
        "connection",
        True,
        "TLS failed: tlsv1 alert unknown ca",
    )
    if newest is ssl.TLSVersion.TLSv1_3:
        assert words == "TLS failed: tlsv13 alert certificate required (http: {cert} names a client certificate)"


def test_one_context_serves_everybody(keys: Path) -> None:
    """Thirty people at once, made once; and people of another transport have another."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(keys / "server.crt", keys / "server.key")
    with target(lambda got: ok(), tls=context) as there:
        transport = Transport(guard(there.url), ca=str(keys / "ca.pem"))
        people = [session(transport=transport) for _ in range(30)]
        first = transport.context
        asked = [gevent.spawn(person.fetch, "GET", there.url) for person, _ in people]
        gevent.joinall(asked, raise_error=True)
        homes = [connection for person, _ in people for home in person._homes.values() for connection in home]
        assert len(homes) == 30
        assert {id(connection._tls.context) for connection in homes} == {id(first)}  # type: ignore[attr-defined]
        for person, _ in people:
            person.close()


@pytest.mark.parametrize(
    ("trust", "words"),
    [
        ({"ca": "gone.pem"}, "the certificate file gone.pem cannot be used: no such file or directory"),
        ({"ca": "empty"}, "the certificate file empty cannot be used: no certificate or crl found"),
        ({"cert": "client.crt"}, "file client.crt cannot be used: the certificate or its private key is missing"),
        ({"cert": "client.crt", "key": "server.key"}, "with the key server.key cannot be used: key values mismatch"),
        ({"cert": "locked.crt", "key": "locked.key"}, "cannot be used: its key has a password; give one without"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used_are_named(
    trust: dict[str, str], words: str, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing asks on the terminal for a password."""
    monkeypatch.chdir(keys)
    (keys / "empty").write_text("")
    with pytest.raises(EnvironmentProblem) as caught:
        Trust(**trust).context()
    assert words in str(caught.value)


def test_certificates_travel_to_workers(keys: Path, tmp_path: Path, started: Started) -> None:
    """A worker on another machine has no such files; the contents come with the assignment and are left nowhere."""
    copies = {name: tmp_path / name for name in ("ca.pem", "client.crt", "client.key")}
    for name, copy in copies.items():
        copy.write_bytes((keys / name).read_bytes())
    http = Http(ca=str(copies["ca.pem"]), cert=str(copies["client.crt"]), key=str(copies["client.key"]))
    files = trust_of(http).files
    for copy in copies.values():
        copy.unlink()
    sent: dict[str, Any] = {"run_id": "r", "seed": 1, "warp": 1.0, "target": "https://x", "templates": {}}
    scenario = Scenario.model_validate({"name": "x", "load": {"rate": 1}, "duration": "1s", "journeys": [JOURNEY]})
    there = unpacked_assignment(packed_assignment(Assignment(scenario=scenario, files=files, **sent)))
    url = f"https://127.0.0.1:{started(more=asking(keys))}"
    person, _ = session(gate=guard(url), ca=http.ca, cert=http.cert, key=http.key, files=there.files)
    assert person.fetch("GET", f"{url}/who").text.endswith("CN=client")
    assert list(tmp_path.iterdir()) == []


def test_a_target_may_shake_hands_again_before_it_answers(
    needs: servers.Needs, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS 1.2 renegotiates (servers that want a client certificate on some pages only do)."""
    shaken = Semaphore(0)

    class Shaken(SecureConnection):
        """Says when it has answered a new handshake."""

        def _shake_again(self) -> None:
            super()._shake_again()
            shaken.release()

    monkeypatch.setattr(client_transport, "SecureConnection", Shaken)
    for version, command in (("-tls1_2", b"R\n"), ("-tls1_2", b"r\n")):
        port = servers.free_port()
        shown = ["-cert", "server.crt", "-key", "server.key", "-CAfile", "ca.pem"]
        process = subprocess.Popen(
            [needs("openssl"), "s_server", "-accept", f"127.0.0.1:{port}", version, *shown, "-naccept", "1"],
            cwd=keys, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        said = b""
        while b"ACCEPT" not in said:
            said += process.stdout.readline()
        url = f"https://127.0.0.1:{port}"
        person, _ = session(
            gate=guard(url), ca=str(keys / "ca.pem"), cert=str(keys / "client.crt"), key=str(keys / "client.key")
        )
        talk = partial(_shake_again, process, command, shaken)
        talking = gevent.get_hub().threadpool.spawn(talk)
        try:
            assert person.fetch("GET", f"{url}/page", timeout_s=10).body == b"ok"
        finally:
            person.close()
            process.kill()
            process.communicate()
        talking.get()


def _shake_again(process: subprocess.Popen[bytes], command: bytes, shaken: Semaphore) -> None:
    """Answer the request that ``openssl s_server`` prints, after a second handshake."""
    assert process.stdin is not None and process.stdout is not None
    while not process.stdout.readline().startswith(b"GET /page"):
        pass
    process.stdin.write(command)
    process.stdin.flush()
    assert shaken.acquire(timeout=5) and shaken.acquire(timeout=5), "hello and end of the second handshake"
    for line in (b"HTTP/1.1 200 OK\n", b"Content-Length: 2\n", b"\n", b"ok\n"):
        process.stdin.write(line)
        process.stdin.flush()
