"""Owns requests outside the load: names resolved, proofs fetched, one blocking exchange with an allowed place.

Knows nothing of people or runs; everything here asks the guard first.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NoReturn

from hms_esr.errors import EnvironmentProblem, NothingListens
from hms_esr.http.tls import Trust
from hms_esr.scenario.guard import Asked, Guard, Pinned
from hms_esr.scenario.hosts import DEFAULT_PORT, HostPort, is_localhost, kind_of, split_url
from hms_esr.scenario.proof import PATH, Proof, read_proof

if TYPE_CHECKING:
    from hms_esr.scenario.model import Http

_LONGEST_BYTES = 1024 * 1024
_AGENT = "HMS-ESR"
_WORDS: dict[type[Exception], str] = {
    http.client.RemoteDisconnected: "the connection ended without an answer",
    ConnectionRefusedError: "connection refused",
    ConnectionResetError: "connection reset",
    BrokenPipeError: "connection reset",
}


def trust_of(http: Http | None, insecure: bool = False) -> Trust:
    """How certificates of a scenario's target are checked, for proofs, preflight and faults as for people."""
    return Trust(http.ca, http.cert, insecure, http.key).with_contents() if http else Trust(insecure=insecure)


@dataclass(frozen=True, slots=True)
class SetupAnswer:
    """Status, headers by lower-case name, and body (at most 1 MiB) of one request; redirects are not followed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def resolve(host: str, port: int) -> Sequence[str]:
    """IP addresses of ``host``; of this machine's the one where somebody listens on ``port`` comes first.

    (``localhost`` and names below it are both 127.0.0.1 and ::1, no name server is asked; many servers listen on one
    of them.) OSError when unknown.
    """
    if is_localhost(host):
        ips = ["127.0.0.1", "::1"]
    else:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ips = sorted(dict.fromkeys(str(entry[4][0]) for entry in found), key=lambda ip: ":" in ip)
    if len(ips) > 1 and all(kind_of(ip.partition("%")[0]) == "loopback" for ip in ips):
        ips.sort(key=lambda ip: not _listens(ip, port))
    return ips


def _listens(ip: str, port: int) -> bool:
    try:
        socket.create_connection((ip, port), timeout=1.0).close()
    except OSError:
        return False
    return True


def guard_for(
    named: Iterable[str], may_load: Iterable[str] = (), *, own: Iterable[str] = (), trust: Trust | None = None
) -> Guard:
    """A guard with the real resolver and reader of proofs. BadInput when a place cannot be read."""
    return Guard(named, may_load, own=own, resolve=resolve, proof=proof_reader(trust or Trust()))


def proof_reader(trust: Trust, today: Callable[[], date] | None = None) -> Callable[[Asked, Pinned], Proof]:
    """What fetches the owner's proof from the pinned address; ValueError says why there is none."""
    day = today or (lambda: datetime.now(UTC).date())

    def read(asked: Asked, pinned: Pinned) -> Proof:
        try:
            answer = _exchange(asked, pinned, "GET", PATH, {}, b"", 10.0, trust)
        except EnvironmentProblem as error:
            raise ValueError(str(error)) from None
        if answer.status != 200:
            raise ValueError(f"{asked}{PATH} answers {answer.status}")
        return read_proof(answer.body.decode("utf-8", "replace"), asked.host, day())

    return read


def setup_http(
    guard: Guard,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    timeout_s: float = 10.0,
    trust: Trust | None = None,
) -> SetupAnswer:
    """One request outside the load: preflight, provisioning, the city's faults and counts.

    TargetRefused when the guard says no, EnvironmentProblem in plain words when no answer comes.
    """
    try:
        scheme, place, rest = split_url(url)
    except ValueError as error:
        raise EnvironmentProblem(f"cannot reach {url}: {error}") from None
    asked = Asked(scheme, place.host, place.port or DEFAULT_PORT[scheme])
    pinned = guard.allow(*asked)
    target = rest.partition("#")[0] or "/"
    target = target if target.startswith("/") else f"/{target}"
    return _exchange(asked, pinned, method, target, headers or {}, body, timeout_s, trust or Trust())


def setup_exchange(
    guard: Guard, trust: Trust | None = None, timeout_s: float = 5.0
) -> Callable[[str, str, bytes], tuple[int, bytes]]:
    """What sends JSON to a control address and gives status and body: ``(method, url, body)``; asks the guard first."""

    def exchange(method: str, url: str, body: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json"} if body else {}
        answer = setup_http(guard, method, url, headers=headers, body=body, timeout_s=timeout_s, trust=trust)
        return answer.status, answer.body

    return exchange


class _PinnedConnection(http.client.HTTPConnection):
    """Connects to an address decided before, whatever the name server says now."""

    def __init__(self, asked: Asked, pinned: Pinned, timeout_s: float, context: ssl.SSLContext | None) -> None:
        super().__init__(asked.host, asked.port, timeout=timeout_s)
        self._pinned = pinned
        self._context = context

    def connect(self) -> None:
        """TCP, and TLS for the host's name on top."""
        self.sock = socket.create_connection(self._pinned, self.timeout)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)


def _exchange(
    asked: Asked,
    pinned: Pinned,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    timeout_s: float,
    trust: Trust,
) -> SetupAnswer:
    context = trust.context() if asked.scheme == "https" else None
    connection = _PinnedConnection(asked, pinned, timeout_s, context)
    shown = HostPort(asked.host, None if asked.port == DEFAULT_PORT[asked.scheme] else asked.port)
    try:
        sent = {"Host": str(shown), "User-Agent": _AGENT, "Accept": "*/*", "Connection": "close", **headers}
        connection.request(method, target, body=body or None, headers=sent)
        answer = connection.getresponse()
        content = answer.read(_LONGEST_BYTES)
        return SetupAnswer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, content)
    except (OSError, http.client.HTTPException, ValueError) as error:
        _cannot_reach(asked, error, timeout_s)
    finally:
        connection.close()


def _cannot_reach(asked: Asked, error: Exception, timeout_s: float) -> NoReturn:
    reason = next((text for kind, text in _WORDS.items() if isinstance(error, kind)), "")
    if isinstance(error, TimeoutError):
        reason = f"no answer within {timeout_s:g} s"
    elif isinstance(error, ssl.SSLCertVerificationError):
        reason = f"the certificate is not trusted: {error.verify_message}"
    elif isinstance(error, ssl.SSLError):
        reason = f"TLS failed: {(error.reason or str(error)).replace('_', ' ').lower()}"
    elif isinstance(error, http.client.HTTPException) and not reason:
        reason = "the answer is not HTTP"
    elif isinstance(error, OSError) and not reason:
        reason = (error.strerror or str(error)).lower()
    kind = NothingListens if isinstance(error, ConnectionRefusedError) else EnvironmentProblem
    raise kind(f"cannot reach {asked}: {reason or error}") from None
