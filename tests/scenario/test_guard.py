"""The guard's decisions, as tables: what is named, promised, proven, and what nothing allows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from hms_esr.errors import BadInput, EnvironmentProblem, TargetRefused
from hms_esr.scenario.guard import Asked, Guard, Pinned
from hms_esr.scenario.proof import Proof
from hms_esr.scenario.target_caps import TargetCaps
from tests.each import each

NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "here.test": ["127.0.0.1"],
    "inside.test": ["10.1.2.3"],
    "public.gov": ["8.8.8.8", "8.8.4.4"],
    "meta.test": ["169.254.169.254"],
    "mixed.test": ["8.8.8.8", "169.254.169.254"],
    "nowhere.test": [],
}


class World:
    """Names and proofs of a made-up world, with what was asked of it."""

    def __init__(self, proofs: dict[str, Proof] | None = None) -> None:
        self.names = {name: list(ips) for name, ips in NAMES.items()}
        self.proofs = proofs or {}
        self.resolved: list[str] = []
        self.read: list[tuple[Asked, Pinned]] = []

    def resolve(self, host: str, port: int) -> Sequence[str]:
        self.resolved.append(host)
        if host not in self.names:
            raise OSError(-2, "Name or service not known")
        return self.names[host]

    def proof(self, asked: Asked, pinned: Pinned) -> Proof:
        self.read.append((asked, pinned))
        if asked.host not in self.proofs:
            raise ValueError("404")
        return self.proofs[asked.host]

    def guard(self, *named: str, **more: Any) -> Guard:
        return Guard(named, resolve=self.resolve, proof=self.proof, **more)


PROOF = Proof("public.gov", date(2030, 1, 1), "ops@public.gov", TargetCaps(200.0, 7200.0, 500))


@each(
    ("named", "may_load", "asked", "ip"),
    [
        (["http://127.0.0.1:9800"], [], "http://127.0.0.1:9800/x", "127.0.0.1"),
        (["http://127.0.0.1:9800"], [], "http://localhost:9800", "127.0.0.1"),
        (["http://localhost:9800"], [], "http://127.1:9800", "127.0.0.1"),
        (["http://localhost:9800"], [], "http://[::1]:9800", "::1"),
        (["http://localhost:9800"], [], "http://[::ffff:127.0.0.1]:9800", "127.0.0.1"),
        (["http://localhost:9800"], [], "https://LOCALHOST.:9800", "127.0.0.1"),
        (["http://here.test:9800"], [], "http://here.test:9800", "127.0.0.1"),
        (["http://127.0.0.1:9800", "127.0.0.1:9801"], [], "http://127.0.0.1:9801", "127.0.0.1"),
        (["http://127.0.0.1:9800", "localhost"], [], "https://localhost", "127.0.0.1"),
        (["http://127.0.0.1:9800"], ["127.0.0.1:9900"], "http://127.0.0.1:9900", "127.0.0.1"),
        (["http://127.0.0.1:9800"], ["127.0.0.1"], "http://127.0.0.1:9901", "127.0.0.1"),
        (["http://10.1.2.3"], ["10.1.2.3:80"], "http://10.1.2.3", "10.1.2.3"),
        (["http://inside.test"], ["inside.test"], "https://inside.test:8443", "10.1.2.3"),
        (["https://public.gov"], ["public.gov"], "https://public.gov", "8.8.8.8"),
    ],
)
def test_what_is_named_or_promised_is_allowed(named: list[str], may_load: list[str], asked: str, ip: str) -> None:
    """On this machine by naming it; elsewhere with a person's word; public with the owner's proof."""
    guard = World({"public.gov": PROOF}).guard(*named, may_load=may_load)
    assert guard.allow_url(asked).ip == ip


@each(
    ("named", "may_load", "asked", "words"),
    [
        (["http://127.0.0.1:9800"], [], "http://127.0.0.1:9801", "--i-may-load 127.0.0.1:9801"),
        (["http://127.0.0.1:9800"], [], "http://2130706433:9801", "not what this run was pointed at"),
        (["http://127.0.0.1:9800"], [], "http://here.test:9800", "not what this run was pointed at"),
        (["http://127.0.0.1:9800"], ["127.0.0.1:9900"], "http://127.0.0.1:9901", "not what this run was pointed at"),
        (["http://127.0.0.1:9800", "localhost"], [], "http://localhost:9801", "not what this run was pointed at"),
        (["http://127.0.0.1:9800"], [], "https://public.gov", "--i-may-load public.gov:443"),
        (["http://10.1.2.3"], [], "http://10.1.2.3", "needs your word that you may: --i-may-load 10.1.2.3:80"),
        (["http://inside.test"], [], "http://inside.test", "is not on this machine"),
        (["https://public.gov"], [], "https://public.gov", "and its owner's proof on it"),
        (["https://public.gov"], ["public.gov"], "https://public.gov", "proof is not there: 404"),
        (["http://169.254.169.254"], ["169.254.169.254"], "http://169.254.169.254", "nothing allows these"),
        (["http://meta.test"], ["meta.test"], "http://meta.test/latest", "nothing allows these"),
        (["http://mixed.test"], ["mixed.test"], "http://mixed.test/", "nothing allows these"),
        (["http://0.0.0.0:9800"], ["0.0.0.0:9800"], "http://0.0.0.0:9800", "nothing allows these"),
        (["http://[fe80::1]"], ["[fe80::1]"], "http://[fe80::1]", "nothing allows these"),
        (["http://[::ffff:a9fe:a9fe]"], ["169.254.169.254"], "http://[::ffff:a9fe:a9fe]", "nothing allows these"),
        (["http://127.0.0.1:9800"], ["127.0.0.1"], "ftp://127.0.0.1:9800", "only http and https"),
        (["http://127.0.0.1:9800"], ["127.0.0.1"], "http://a:b@127.0.0.1:9800", "a user name in it"),
        (["http://127.0.0.1:9800"], ["127.0.0.1"], "http://127.0.0.1:9800@evil.test", "a user name in it"),
    ],
)
def test_everything_else_is_refused_with_what_would_allow_it(
    named: list[str], may_load: list[str], asked: str, words: str
) -> None:
    """TargetRefused, exit 4, the same again when asked again."""
    guard = World().guard(*named, may_load=may_load)
    for _ in range(2):
        with pytest.raises(TargetRefused, match=words) as caught:
            guard.allow_url(asked)
        assert caught.value.exit_code == 4
    assert not guard.off_loopback


def test_what_is_not_named_is_not_even_resolved() -> None:
    """A stranger's name is no reason to ask a name server."""
    world = World()
    guard = world.guard("http://127.0.0.1:9800")
    with pytest.raises(TargetRefused):
        guard.allow("http", "public.gov", 80)
    assert world.resolved == []


def test_a_name_is_resolved_once_and_pinned() -> None:
    """A later answer of the name server changes nothing (no rebinding), nor does a failure."""
    world = World({"public.gov": PROOF})
    guard = world.guard("https://public.gov", "http://nowhere.test", "http://gone.test", may_load=["public.gov"])
    first = guard.allow("https", "public.gov", 443)
    world.names["public.gov"] = ["169.254.169.254"]
    assert guard.allow("https", "public.gov", 443) == first
    assert guard.allow("http", "public.gov", 80).ip == first.ip
    for host, words in (("nowhere.test", "no address"), ("gone.test", "name or service not known")):
        for _ in range(2):
            with pytest.raises(EnvironmentProblem, match=f"the name {host} is unknown .{words}"):
                guard.allow("http", host, 80)
    assert world.resolved == ["public.gov", "nowhere.test", "gone.test"]


def test_the_proof_is_read_from_the_pinned_address_and_can_be_read_again() -> None:
    """Once for the decision; again from the same address; gone is a ValueError."""
    world = World({"public.gov": PROOF})
    guard = world.guard("https://public.gov", may_load=["public.gov:443"])
    guard.allow("https", "public.gov", 443)
    guard.allow("https", "public.gov", 443)
    asked = Asked("https", "public.gov", 443)
    assert (guard.public, guard.proofs_read) == ((asked,), 1)
    guard.prove_again(asked)
    del world.proofs["public.gov"]
    with pytest.raises(ValueError, match="404"):
        guard.prove_again(asked)
    assert world.read == [(asked, Pinned("8.8.8.8", 443))] * 3
    assert guard.proofs_read == 3


def test_there_are_no_caps_on_this_machine() -> None:
    """Any plan may be tried on loopback."""
    guard = World().guard("http://127.0.0.1:9800")
    guard.allow("http", "127.0.0.1", 9800)
    guard.check_caps(10_000, 86_400, 100_000)
    assert guard.caps() is None and not guard.off_loopback


def test_caps_off_this_machine_are_named_together() -> None:
    """Each cap overstepped, with what is allowed; on the line is allowed."""
    guard = World().guard("http://10.1.2.3", may_load=["10.1.2.3"])
    guard.allow("http", "10.1.2.3", 80)
    guard.check_caps(50, 1800, 1000)
    guard.check_caps(50, 1800, None)
    with pytest.raises(TargetRefused, match=r"51 people/s \(at most 50\); 31m of load \(at most 30m\); 1001 people"):
        guard.check_caps(51, 1860, 1001)
    assert guard.off_loopback


def test_a_proof_changes_the_caps_and_the_smallest_hold() -> None:
    """A larger rate by the owner's word, a smaller number of people too; a second place keeps its own."""
    guard = World({"public.gov": PROOF}).guard("https://public.gov", may_load=["public.gov"])
    guard.allow("https", "public.gov", 443)
    guard.check_caps(200, 7200, 500)
    with pytest.raises(TargetRefused, match=r"501 people at once \(at most 500\) of https://public.gov:443"):
        guard.check_caps(1, 1, 501)


def test_caps_of_places_beside_the_target_hold_from_the_start() -> None:
    """The target is here, ``also`` is elsewhere and was not contacted yet: its caps count."""
    guard = World().guard("http://127.0.0.1:9800", "inside.test", may_load=["inside.test"])
    guard.allow("http", "127.0.0.1", 9800)
    with pytest.raises(TargetRefused, match=r"inside\.test"):
        guard.check_caps(51, 60, 10)
    World().guard("http://127.0.0.1:9800", "inside.test").check_caps(51, 60, 10)


def test_places_that_cannot_be_read_are_bad_input() -> None:
    """All of them, with where they stand."""
    with pytest.raises(BadInput) as caught:
        World().guard("ftp://a.test", may_load=["a b", "c:99999"])
    assert [problem.source for problem in caught.value.problems] == ["target", "--i-may-load", "--i-may-load"]
