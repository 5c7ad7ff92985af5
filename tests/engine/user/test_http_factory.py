"""What people send wherever they go, and what only the target's own origin gets to see."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hms_esr.engine.loop.run_clock import RunClock
from hms_esr.engine.user.http_factory import HttpFactory
from hms_esr.scenario.model import Scenario
from hms_esr.schedule.assignment import Assignment
from tests.engine.people import guard
from tests.engine.target import Target, ok, redirect, target

SECRETS = {"GATE": "hunter2", "PW": "s3cret"}


def ask(named: list[Target], home: str, http: dict[str, Any], *addresses: str, variables: Any = None) -> None:
    """One person with such ``http`` settings asks for ``addresses``."""
    scenario = Scenario.model_validate(
        {"name": "s", "load": {"people": 1, "over": "1s"}, "journeys": [{"name": "j"}], "http": http}
    )
    assignment = Assignment("run-7", scenario, 1, 60.0, home, {}, secrets=SECRETS, contact="ops@a.gov")
    cast: Any = SimpleNamespace(sim_time=lambda sim_s: "2026-03-02T08:00:00.000000")
    person = SimpleNamespace(user_agent="Mozilla/5.0", accept_language="es")
    virtual_user: Any = SimpleNamespace(person=person, person_no=17, sent=0, trace_start="0" * 28)
    gate = guard(*(there.url for there in named), home)
    factory = HttpFactory(assignment, gate, cast, RunClock(60.0), variables or {})
    session = factory.session(virtual_user, lambda hop: None)
    for address in addresses:
        session.fetch("GET", address, base=home)
    session.close()
    factory.close()


def test_secrets_and_credentials_go_to_the_target_alone() -> None:
    """What is named beside the target, and where it redirects to, gets every header that is not private."""
    http = {
        "headers": {
            "X-Gate": "{{ secret.GATE }}",
            "Authorization": "Bearer {{ secret.PW }}",
            "X-API-Key": "{{ vars.key }}",
            "X-Smuggled": "{{ vars.gate }}",
            "X-Run": "{{ run.id }}",
        }
    }
    with (
        target(lambda got: ok()) as beside,
        target(lambda got: redirect(f"{beside.url}/in") if got.path == "/away" else ok()) as home,
    ):
        variables = {"key": "k", "gate": "hunter2"}
        ask([home, beside], home.url, http, "/", f"{beside.url}/", "/away", "/again", variables=variables)
    private = {"x-gate": "hunter2", "authorization": "Bearer s3cret", "x-api-key": "k", "x-smuggled": "hunter2"}
    assert [{name: got.headers.get(name) for name in private} for got in home.got] == [private] * 3
    assert [[name for name in private if name in got.headers] for got in beside.got] == [[], []]
    for got in home.got + beside.got:
        assert (got.headers["x-run"], got.headers["x-esr-person"]) == ("run-7", "17")
        assert got.headers["user-agent"] == "Mozilla/5.0 HMS-ESR (+ops@a.gov)"
        assert len(got.lines) == len(got.headers)


@pytest.mark.parametrize("spelled", ["{url}", "{url}/", "{url}/app/index.html?x=1", "HTTP://127.1:{port}/app"])
def test_a_password_is_sent_however_the_target_is_spelled(spelled: str) -> None:
    """Origins are compared, not texts: a path, capitals or another spelling of the host change nothing."""
    with target(lambda got: ok()) as there:
        home = spelled.format(url=there.url, port=there.port)
        ask([there], home, {"basic": "me:{{ secret.PW }}"}, "/a", there.url)
    assert [got.headers.get("authorization") for got in there.got] == ["Basic bWU6czNjcmV0"] * 2


def test_an_authorization_header_wins_over_a_password() -> None:
    """Sent once, as it was written."""
    http = {"basic": "me:pw", "headers": {"authorization": "Bearer t"}}
    with target(lambda got: ok()) as there:
        ask([], there.url, http, "/")
    assert [line for line in there.got[0].lines if line.lower().startswith("authorization")] == [
        "authorization: Bearer t"
    ]
