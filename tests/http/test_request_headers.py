"""Headers: a step's replace the person's, and what is private stays with the origin it is for."""

from __future__ import annotations

from typing import Any

from hms_esr.http.request_headers import basic, is_private, person_head
from tests.engine.people import session
from tests.engine.target import Got, ok, redirect, target


def at_home(origin: str) -> dict[str, Any]:
    """A person with a password for ``origin`` alone."""
    return {"home": origin, "home_head": person_head("Mozilla/5.0", {"Authorization": basic("me:pw")})}


def test_headers_of_a_step_replace_the_persons() -> None:
    """Once each; the User-Agent keeps its mark; Basic gives way to a step's own Authorization."""
    with target(lambda got: ok()) as there:
        person, _ = session(there.url, person=at_home(there.url))
        person.fetch("GET", there.url, headers={"accept": "x/y", "User-Agent": "Mine", "Authorization": "Bearer t"})
        person.fetch("GET", there.url)
    first, second = there.got
    assert (first.headers["accept"], first.headers["user-agent"]) == ("x/y", "Mine HMS-ESR")
    assert (first.headers["authorization"], second.headers["authorization"]) == ("Bearer t", "Basic bWU6cHc=")
    assert [line.lower().split(":")[0] for line in first.lines].count("accept") == 1
    assert len(first.lines) == len(first.headers)
    assert second.headers["user-agent"] == "Mozilla/5.0 HMS-ESR"


def test_credentials_stay_with_their_host() -> None:
    """Basic goes to the target alone; a step's Authorization is left out after a redirect to another host."""
    with target(lambda got: ok()) as other, target(lambda got: redirect(f"{other.url}/x")) as there:
        person, _ = session(there.url, other.url, person=at_home(there.url))
        person.fetch("GET", there.url, headers={"X-Key": "k"})
        person.fetch("GET", there.url, headers={"Authorization": "Bearer t"})
    assert there.got[0].headers["authorization"] == "Basic bWU6cHc="
    assert [got.headers.get("authorization") for got in other.got] == [None, None]


def test_private_headers_of_a_step_are_left_out_after_a_redirect_to_another_origin() -> None:
    """By name, or since a secret is in them; what is not private goes along, and all of it within the origin."""
    answers = {"/": "/in", "/in": "", "/out": "{other}/x"}
    headers = {"X-Auth-Token": "t", "X-Gate": "open hunter2", "X-Plain": "p", "Proxy-Authorization": "b"}
    with target(lambda got: ok()) as other:

        def answer(got: Got) -> bytes:
            where = answers[got.path].format(other=other.url)
            return redirect(where) if where else ok()

        with target(answer) as there:
            person, _ = session(there.url, other.url, secrets=("hunter2",))
            person.fetch("GET", f"{there.url}/", headers=headers)
            person.fetch("GET", f"{there.url}/out", headers=headers)
    small = {name.lower(): value for name, value in headers.items()}
    assert [{name: got.headers.get(name) for name in small} for got in there.got] == [small] * 3
    assert [{name for name in small if name in got.headers} for got in other.got] == [{"x-plain"}]


def test_what_is_private() -> None:
    """Names that carry credentials, and values with a secret in them; an empty secret is none."""
    assert all(is_private(name, "") for name in ("Authorization", "X-API-Key", "Cookie2", "X-Auth", "X-Csrf-Token"))
    assert is_private("X-Plain", "a hunter2 b", ["", "hunter2"])
    assert not is_private("X-Plain", "a", ["", "hunter2"])
