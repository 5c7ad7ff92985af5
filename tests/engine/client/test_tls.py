"""TLS: certificates are checked, one context serves everybody, client certificates are shown."""

from __future__ import annotations

import socket
import ssl
import subprocess
from pathlib import Path

import gevent
import pytest

from hms_esr.engine.client.transport import Transport
from hms_esr.errors import EnvironmentProblem, StepFailed
from tests.engine.people import guard, session
from tests.engine.target import ok, target


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a server's certificate for 127.0.0.1 and localhost, and a client's."""
    folder = tmp_path_factory.mktemp("keys")
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    openssl(folder, "req", "-x509", *ec, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test authority",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip
    for name, extra in (
        ("server", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
        ("client", "extendedKeyUsage=clientAuth"),
    ):
        openssl(folder, "req", "-x509", *ec, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", f"{name}.key", "-out",
                f"{name}.crt", "-subj", f"/CN={name}", "-addext", extra, "-addext",
                "basicConstraints=critical,CA:FALSE")  # fmt: skip
        (folder / f"{name}.pem").write_text((folder / f"{name}.crt").read_text() + (folder / f"{name}.key").read_text())
    return folder


def server(keys: Path, *, asks: bool = False) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(keys / "server.pem")
    if asks:
        context.load_verify_locations(keys / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def test_a_trusted_target_is_spoken_to_and_reused(keys: Path) -> None:
    """Large bodies both ways over one connection; the handshake is timed once."""
    with target(lambda got: ok(got.body or b"-"), tls=server(keys)) as there:
        person, hops = session(there.url, ca=str(keys / "ca.pem"))
        assert person.fetch("GET", there.url).body == b"-"
        assert person.fetch("POST", there.url, body=b"x" * 500_000).body == b"x" * 500_000
    assert [hop.tls_s > 0 for hop in hops] == [True, False]
    assert there.connections == 1


def test_a_post_after_an_end_that_the_kernel_knows_meets_a_fresh_connection(keys: Path) -> None:
    """Also over TLS, where the end of the connection may lie behind tickets that nobody has read."""
    with target(lambda got: [ok(), "close"], tls=server(keys)) as there:
        person, hops = session(there.url, ca=str(keys / "ca.pem"))
        for _ in range(5):
            assert person.fetch("POST", there.url, body=b"x").status == 200
            assert there.ended.wait(5)  # the loop stands still meanwhile
            there.ended.clear()
    assert [(hop.reused, hop.retries) for hop in hops] == [(False, 0)] * 5


def test_older_handshakes_are_spoken_too(keys: Path) -> None:
    """TLS 1.2 takes more turns than TLS 1.3."""
    context = server(keys, asks=True)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with target(lambda got: ok(), tls=context) as there:
        person, _ = session(there.url, ca=str(keys / "ca.pem"), cert=str(keys / "client.pem"))
        assert person.fetch("GET", there.url).status == 200


def test_a_stranger_is_refused_unless_told_otherwise(keys: Path) -> None:
    """No request reaches a target whose certificate nobody vouches for."""
    with target(lambda got: ok(), tls=server(keys)) as there:
        person, hops = session(there.url)
        with pytest.raises(StepFailed, match=r"the certificate of 127.0.0.1 is not trusted"):
            person.fetch("GET", there.url)
        assert (there.got, hops[0].status, hops[0].sent_at) == ([], 0, 0.0)
        assert session(there.url, insecure=True)[0].fetch("GET", there.url).status == 200


def test_a_certificate_is_for_its_name(keys: Path) -> None:
    """Trusted authority, another name."""
    with target(lambda got: ok(), tls=server(keys)) as there:
        url = f"https://other.test:{there.port}"
        person, _ = session(gate=guard(url), ca=str(keys / "ca.pem"))
        with pytest.raises(StepFailed, match="not trusted: Hostname mismatch"):
            person.fetch("GET", url)


def test_a_client_certificate_is_shown(keys: Path) -> None:
    """A target that asks for one gets it."""
    with target(lambda got: ok(), tls=server(keys, asks=True)) as there:
        person, _ = session(there.url, ca=str(keys / "ca.pem"), cert=str(keys / "client.pem"))
        assert person.fetch("GET", there.url).status == 200
        with pytest.raises(StepFailed):
            session(there.url, ca=str(keys / "ca.pem"))[0].fetch("GET", there.url)


def test_tls_to_a_plain_port_is_said() -> None:
    """The answer is no handshake."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        person, hops = session(url)

        def answer() -> None:
            with listener.accept()[0] as connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.recv(4096)

        answering = gevent.get_hub().threadpool.spawn(answer)
        with pytest.raises(StepFailed, match=r"^TLS failed: wrong version number$"):
            person.fetch("GET", url)
        answering.get()
    assert hops[0].sent_at == 0.0


def test_wrong_certificate_files_are_bad_input() -> None:
    """Before any connection."""
    with pytest.raises(EnvironmentProblem, match=r"nowhere.pem"):
        _ = Transport(guard(), ca="nowhere.pem").context
