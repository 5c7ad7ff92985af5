"""The guard's dealings with the world: the target tried before anybody starts, proofs fetched, refused in words."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hms_esr.errors import EnvironmentProblem, TargetRefused
from hms_esr.execution.preflight import preflight, proof_still_there
from hms_esr.http.setup_request import guard_for, proof_reader, setup_http, trust_of
from hms_esr.http.tls import Trust
from hms_esr.scenario.guard import Asked, Guard, Pinned
from hms_esr.scenario.model import Http
from hms_esr.scenario.proof import Proof, write_proof
from hms_esr.scenario.target_caps import TargetCaps
from tests.engine.target import Got, ok, redirect, target

TODAY = date(2026, 11, 20)


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_preflight_is_one_request_that_can_be_recognised() -> None:
    """Any answer will do, and it counts as one setup request."""
    with target(lambda got: ok(b"", "503 Sick")) as there:
        assert preflight(f"{there.url}/start?x=1", guard_for([there.url]), "run-7") == 1
    (got,) = there.got
    assert (got.method, got.path, got.headers["x-esr-run"]) == ("GET", "/start?x=1", "run-7")
    assert got.headers["host"] == f"127.0.0.1:{there.port}"


def test_preflight_follows_no_redirect() -> None:
    """Where it leads is for the rehearsal, which asks the guard."""
    with target(lambda got: ok()) as other, target(lambda got: redirect(other.url)) as there:
        assert preflight(there.url, guard_for([there.url]), "r") == 1
    assert other.connections == 0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("hang", "no answer within 0.05 s"),
        ("close", "the connection ended without an answer"),
        (b"SSH-2.0\r\n\r\n", "the answer is not HTTP"),
    ],
)
def test_a_target_that_does_not_answer_is_an_environment_problem(answer: bytes | str, words: str) -> None:
    """In plain words, with the address, exit 4."""
    with target(lambda got: answer) as there:
        http = Http.model_validate({"timeout": "50ms" if answer == "hang" else "10s"})
        with pytest.raises(EnvironmentProblem) as caught:
            preflight(there.url, guard_for([there.url]), "r", http)
    expected = f"cannot reach http://127.0.0.1:{there.port}: {words} (checked before anybody starts)"
    assert (str(caught.value), caught.value.exit_code) == (expected, 4)


def test_a_target_that_is_not_there_is_an_environment_problem() -> None:
    """Refused, unknown, of another scheme: all exit 4."""
    port = closed_port()
    cases = {
        f"http://127.0.0.1:{port}": f"cannot reach http://127.0.0.1:{port}: connection refused",
        "http://no-such.invalid": "cannot reach http://no-such.invalid:80: the name no-such.invalid is unknown",
        "ftp://127.0.0.1/": "cannot reach ftp://127.0.0.1/: 'ftp://127.0.0.1/' has the scheme 'ftp'; only http",
    }
    for url, words in cases.items():
        named = [url] if url.startswith("http") else []
        with pytest.raises(EnvironmentProblem) as caught:
            preflight(url, guard_for(named), "r")
        assert str(caught.value).startswith(words)
        assert str(caught.value).endswith("(checked before anybody starts)")
        assert caught.value.exit_code == 4


def test_a_certificate_file_that_cannot_be_used_is_named() -> None:
    """Before any connection."""
    with pytest.raises(EnvironmentProblem, match=r"the certificate file gone\.pem cannot be used"):
        preflight("https://127.0.0.1:1", guard_for(["https://127.0.0.1:1"]), "r", Http(ca="gone.pem"))


@pytest.mark.parametrize("name", ["localhost", "portal.localhost"])
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_localhost_is_where_somebody_listens(host: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No name server is asked for names of this machine (RFC 6761); of its two addresses the one in use is pinned."""
    real = socket.getaddrinfo

    def asked(name: str, *rest: Any, **more: Any) -> list[Any]:
        assert "localhost" not in name
        return real(name, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    with target(lambda got: ok(), host=host) as there:
        url = f"http://{name}:{there.port}"
        guard = guard_for([url])
        assert preflight(url, guard, "r") == 1
        assert guard.allow_url(url).ip == host


def test_certificates_are_checked_as_the_run_says(tmp_path: Path) -> None:
    """An unknown authority is refused; ``http: {ca}`` or ``--insecure`` changes that, for proofs too."""
    command = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=here -keyout k -out c"
    subject = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(["openssl", *command.split(), *subject], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "c", tmp_path / "k")
    http = Http(ca=str(tmp_path / "c"))
    with target(lambda got: ok(b"x", "404 Not Found"), tls=context) as there:
        with pytest.raises(EnvironmentProblem, match="the certificate is not trusted"):
            preflight(there.url, guard_for([there.url]), "r")
        assert preflight(there.url, guard_for([there.url]), "r", insecure=True) == 1
        assert preflight(there.url, guard_for([there.url]), "r", http) == 1
        asked, pinned = Asked("https", "127.0.0.1", there.port), Pinned("127.0.0.1", there.port)
        for trust, words in ((trust_of(None), "not trusted"), (trust_of(None, True), "404"), (trust_of(http), "404")):
            with pytest.raises(ValueError, match=words):
                proof_reader(trust)(asked, pinned)


def test_setup_asks_the_guard_too() -> None:
    """A second port of this machine gets no connection."""
    with target(lambda got: ok()) as other, target(lambda got: ok(got.body)) as there:
        guard = guard_for([there.url])
        answer = setup_http(guard, "POST", f"{there.url}/a", body=b"x", headers={"X-A": "1"})
        assert (answer.status, answer.body, there.got[0].headers["x-a"]) == (200, b"x", "1")
        with pytest.raises(TargetRefused):
            setup_http(guard, "GET", other.url)
    assert other.connections == 0


def test_an_address_of_this_machine_off_loopback_needs_a_word() -> None:
    """0 connections without --i-may-load, whether it is the target or named beside it."""
    address = own_address()
    with target(lambda got: ok(), host=address) as there:
        url = f"http://{address}:{there.port}"
        for named in ([url], [f"{address}:{there.port}"]):
            with pytest.raises(TargetRefused, match="--i-may-load"):
                preflight(url, guard_for(named), "r")
        assert there.connections == 0


def own_address() -> str:
    """An address of this machine that is not loopback (nothing is sent to find it)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address beside loopback")
        return str(probe.getsockname()[0])


def proofs(answer: Callable[[Got], bytes]) -> tuple[object, str]:
    with target(answer) as there:
        asked, pinned = Asked("http", "a.gov", there.port), Pinned("127.0.0.1", there.port)
        try:
            return proof_reader(Trust(), lambda: TODAY)(asked, pinned), there.got[0].path
        except ValueError as error:
            return str(error), there.got[0].path


def test_a_proof_is_read_from_its_place_on_the_host() -> None:
    """The host's own name in Host, the pinned address underneath; redirects and errors are no proof."""
    proof = Proof("a.gov", date(2026, 12, 1), "ops@a.gov", TargetCaps(200.0, 60.0, 5))
    found, path = proofs(lambda got: ok(write_proof(proof).encode()) if got.headers["host"][:5] == "a.gov" else b"")
    assert (found, path) == (proof, "/.well-known/hms-esr.txt")
    assert "answers 404" in str(proofs(lambda got: ok(b"", "404 Not Found"))[0])
    assert "answers 302" in str(proofs(lambda got: redirect("/elsewhere"))[0])
    assert "first line is not" in str(proofs(lambda got: ok(b"<html>"))[0])


def test_a_proof_taken_away_is_noticed() -> None:
    """Nothing while it is there; the reason when it is gone."""
    there = [True]

    def read(asked: Asked, pinned: Pinned) -> Proof:
        if not there[0]:
            raise ValueError("404")
        return Proof(asked.host, date(2030, 1, 1), "x@a.gov")

    guard = Guard(["https://a.gov"], ["a.gov"], resolve=lambda host, port: ["8.8.8.8"], proof=read)
    guard.allow("https", "a.gov", 443)
    assert proof_still_there(guard) == ""
    there[0] = False
    assert proof_still_there(guard) == "the owner of a.gov took the proof back: 404"
