"""Owns the decision whether a connection may be opened: one function for every way a request can come about.

Knows nothing of sockets, DNS or clocks: the resolver and the reader of proofs are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from hms_esr.errors import BadInput, EnvironmentProblem, Problem, TargetRefused
from hms_esr.scenario.hosts import (
    DEFAULT_PORT,
    HostPort,
    Kind,
    host_name,
    host_port,
    is_this_machine,
    kind_of,
    split_url,
)
from hms_esr.scenario.proof import Proof
from hms_esr.scenario.target_caps import Breaker, TargetCaps, smallest

__all__ = ["Asked", "Breaker", "Guard", "Pinned", "ReadProof", "Resolve"]

_ORDER: tuple[Kind, ...] = ("forbidden", "public", "private", "loopback")


class Pinned(NamedTuple):
    """Where a connection goes: the address is decided once; a later answer of the name server changes nothing."""

    ip: str
    port: int


class Asked(NamedTuple):
    """Scheme, host and port somebody wants to contact, as :func:`host_name` writes hosts."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """``http://host:port``."""
        return f"{self.scheme}://{HostPort(self.host, self.port)}"


Resolve = Callable[[str, int], Sequence[str]]
"""IP addresses of a host name, best first; OSError when there are none."""
ReadProof = Callable[[Asked, Pinned], Proof]
"""The owner's proof for a public host, fetched from the pinned address; ValueError says why there is none."""


class Guard:
    """Decides every connection of a run.

    ``named``: what ``--target``, ``target(s):`` and ``also:`` name (addresses, or HOST[:PORT]); of these only places
    on this machine may be contacted without more. ``may_load``: HOST[:PORT] that a person answers for
    (``--i-may-load``). ``own``: host:port of what this run started itself. BadInput when one cannot be read.
    ``proofs_read`` counts the requests this took.
    """

    def __init__(
        self,
        named: Iterable[str],
        may_load: Iterable[str] = (),
        *,
        own: Iterable[str] = (),
        resolve: Resolve,
        proof: ReadProof,
    ) -> None:
        problems: list[Problem] = []
        self._named = frozenset(_places("target", [*named, *own], problems))
        self._may_load = frozenset(_places("--i-may-load", may_load, problems))
        if problems:
            raise BadInput(problems)
        self._names = _Names(resolve)
        self._proof = proof
        self._allowed: dict[tuple[str, str, int], Pinned] = {}
        self._refused: dict[tuple[str, str, int], str] = {}
        self._caps: dict[Asked, TargetCaps] = {}
        self._public: dict[Asked, Pinned] = {}
        self.proofs_read = 0

    def allow(self, scheme: str, host: str, port: int) -> Pinned:
        """The address to connect to. TargetRefused with what would allow it; EnvironmentProblem: unknown name."""
        key = (scheme, host, port)
        pinned = self._allowed.get(key)
        if pinned is not None:
            return pinned
        if key in self._refused:
            raise TargetRefused(self._refused[key])
        try:
            pinned = self._decide(scheme, host, port)
        except TargetRefused as error:
            if len(self._refused) < 10_000:
                self._refused[key] = str(error)
            raise
        self._allowed[key] = pinned
        return pinned

    def allow_url(self, url: str) -> Pinned:
        """The same for a whole address."""
        try:
            scheme, place, _ = split_url(url)
        except ValueError as error:
            raise TargetRefused(f"refused: {error}") from None
        return self.allow(scheme, place.host, place.port or DEFAULT_PORT[scheme])

    @property
    def off_loopback(self) -> bool:
        """Whether anything allowed so far is outside this machine: caps and breaker hold then."""
        return bool(self._caps)

    @property
    def public(self) -> tuple[Asked, ...]:
        """Public places allowed so far, whose proof must stay."""
        return tuple(self._public)

    def prove_again(self, asked: Asked) -> None:
        """Read the proof of a public place once more, from the same address; ValueError when it no longer holds."""
        self._read(asked, self._public[asked])

    def _read(self, asked: Asked, pinned: Pinned) -> Proof:
        self.proofs_read += 1
        return self._proof(asked, pinned)

    def caps(self) -> TargetCaps | None:
        """The smallest caps of all places off this machine; None when there are none."""
        return smallest(self._caps.values())

    def check_caps(self, peak_per_s: float, length_s: float, people_at_once: int | None) -> None:
        """Refuse a plan over the caps: people starting per second, real length, people at once (None: unknown).

        Decides every named place first. TargetRefused names every cap overstepped.
        """
        self._foresee()
        caps = self.caps()
        over = caps.overstepped(peak_per_s, length_s, people_at_once) if caps else []
        if over:
            where = ", ".join(str(asked) for asked in self._caps)
            raise TargetRefused(
                f"refused: the plan wants {'; '.join(over)} of {where}. Targets off this machine get no more unless "
                "their owner's proof says so (hms-esr prove HOST --max-rate … --max-length … --max-people …)"
            )

    def _foresee(self) -> None:
        """Decide every place that was named, so that caps of ``also:`` hold from the start."""
        for place in sorted(self._named | self._may_load, key=str):
            tried = (
                [("https", 443), ("http", 80)] if place.port is None else [("http", place.port), ("https", place.port)]
            )
            for scheme, port in tried:
                with suppress(EnvironmentProblem):
                    self.allow(scheme, place.host, port)
                    break

    def _decide(self, scheme: str, host: str, port: int) -> Pinned:
        if scheme not in DEFAULT_PORT:
            raise TargetRefused(f"refused: '{scheme}' is not carried; only http and https are")
        try:
            asked = Asked(scheme, host_name(host), port)
        except ValueError as error:
            raise TargetRefused(f"refused: {error}") from None
        promised = _covers(self._may_load, asked, any_port=True)
        if not promised and not _covers(self._named, asked) and not _same_loopback(self._named, asked):
            raise TargetRefused(_not_named(asked))
        pinned, kind = self._names.pin(asked)
        if kind == "forbidden":
            raise TargetRefused(
                f"refused: {asked} is {pinned.ip}, a link-local, metadata, multicast, unspecified or reserved address; "
                "nothing allows these"
            )
        if kind == "loopback":
            return pinned
        if not promised:
            raise TargetRefused(_not_promised(asked, pinned, kind))
        self._caps[asked] = self._proven(asked, pinned) if kind == "public" else TargetCaps()
        return pinned

    def _proven(self, asked: Asked, pinned: Pinned) -> TargetCaps:
        try:
            proof = self._read(asked, pinned)
        except ValueError as error:
            raise TargetRefused(
                f"refused: {asked} is a public address ({pinned.ip}) and its owner's proof is not there: {error}. "
                f"The owner puts the text of 'hms-esr prove {asked.host}' on it"
            ) from None
        self._public[asked] = pinned
        return proof.caps


class _Names:
    """Addresses of host names, each asked for once, also when the answer was that there is none."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._known: dict[str, tuple[str, Kind]] = {}
        self._unknown: dict[str, str] = {}

    def pin(self, asked: Asked) -> tuple[Pinned, Kind]:
        """The first address; the worst kind of all of them decides. EnvironmentProblem for an unknown name."""
        if asked.host not in self._known and asked.host not in self._unknown:
            self._look_up(asked)
        if asked.host in self._unknown:
            raise EnvironmentProblem(f"cannot reach {asked}: {self._unknown[asked.host]}")
        ip, kind = self._known[asked.host]
        return Pinned(ip, asked.port), kind

    def _look_up(self, asked: Asked) -> None:
        ips, reason = [asked.host], "no address"
        if not _is_ip(asked.host):
            try:
                ips = [host_name(ip.partition("%")[0]) for ip in self._resolve(asked.host, asked.port)]
            except OSError as error:
                ips, reason = [], (error.strerror or str(error) or "no answer").lower()
        if ips:
            self._known[asked.host] = ips[0], min((kind_of(ip) for ip in ips), key=_ORDER.index)
        else:
            self._unknown[asked.host] = f"the name {asked.host} is unknown ({reason})"


def _places(source: str, texts: Iterable[str], problems: list[Problem]) -> list[HostPort]:
    places = []
    for text in texts:
        try:
            places.append(host_port(text))
        except ValueError as error:
            problems.append(Problem(source, 0, 0, str(error)))
    return places


def _covers(places: frozenset[HostPort], asked: Asked, *, any_port: bool = False) -> bool:
    """Whether one of ``places`` is meant; one without a port means any, or only the scheme's own."""
    if HostPort(asked.host, asked.port) in places:
        return True
    return HostPort(asked.host, None) in places and (any_port or asked.port == DEFAULT_PORT[asked.scheme])


def _same_loopback(places: frozenset[HostPort], asked: Asked) -> bool:
    """Whether this is one of ``places`` under another name of this machine (localhost, 127.0.0.1, ::1)."""
    if not is_this_machine(asked.host):
        return False
    return any(place.port == asked.port and is_this_machine(place.host) for place in places)


def _is_ip(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _not_named(asked: Asked) -> str:
    place = HostPort(asked.host, asked.port)
    return (
        f"refused: {asked} is not what this run was pointed at; name it under 'also:' if it is part of the target "
        f"on this machine, or add --i-may-load {place} if you may load it"
    )


def _not_promised(asked: Asked, pinned: Pinned, kind: Kind) -> str:
    place = HostPort(asked.host, asked.port)
    proof = ", and its owner's proof on it (hms-esr prove)" if kind == "public" else ""
    return (
        f"refused: {asked} ({pinned.ip}) is not on this machine; loading it needs your word that you may: "
        f"--i-may-load {place}{proof}"
    )
