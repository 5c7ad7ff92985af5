"""The API fuzzed from its own OpenAPI, and bad scenarios: never a 5xx, never a hang, every refusal with its place."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from random import Random
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hms_esr.city.process import CityProcess
from hms_esr.errors import BadInput
from hms_esr.library.posted import check_sent, read_sent
from tests.control.conftest import LONG, SHORT, Server
from tests.scenario.mutations import bent, reshaped
from tests.scenario.test_fuzz import DOCUMENTS, TEXTS

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [
    ("GET", "/runs"),
    ("GET", "/run/{run_id}/summary"),
    ("GET", "/health"),
    ("POST", "/run"),
    ("POST", "/run/{run_id}/pause"),
    ("POST", "/run/{run_id}/resume"),
    ("POST", "/run/{run_id}/stop"),
]
ANSWER_S = 20.0


@pytest.fixture(scope="module")
def fuzzed(serve: Callable[..., Server]) -> Server:
    """A server with two runs that are over, one that waits, no limit on requests, and nothing that may be loaded."""
    server = serve(settings={"dev": True, "rate_per_s": 1e9, "burst": 1_000_000_000, "max_runs": 1})
    server.start(LONG, target="http://127.0.0.1:1")
    return server


def test_every_operation_is_fuzzed(fuzzed: Server) -> None:
    """What the description names is what is tried here."""
    paths = fuzzed.ask("GET", "/openapi.json").json["paths"]
    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == set(OPERATIONS)


def fuzz(server: Server, method: str, path: str, cases: int) -> None:
    """``cases`` requests made up from the description, each checked against it."""
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{server.place[1]}/openapi.json")
    known = [one["run_id"] for one in server.ask("GET", "/runs").json["runs"]]
    operation = schema[path][method]

    @seed(20_261_120)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), run_id=st.sampled_from([*known, ""]))
    def one(case: Any, run_id: str) -> None:
        if run_id and "{run_id}" in path:
            case.path_parameters["run_id"] = run_id
        case.call_and_validate(checks=CHECKS, timeout=ANSWER_S)

    one()


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[" ".join(one) for one in OPERATIONS])
def test_no_request_of_the_description_makes_it_fail(fuzzed: Server, method: str, path: str) -> None:
    """Some dozens of cases of each operation: a status it names, its shape, within the time, and still there after."""
    fuzz(fuzzed, method, path, 30)
    assert fuzzed.ask("GET", "/health").status == 200


@pytest.mark.soak
@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[" ".join(one) for one in OPERATIONS])
def test_thousands_of_requests_make_nothing_fail(fuzzed: Server, method: str, path: str) -> None:
    """The same with 800 cases of each, 5 600 in all."""
    fuzz(fuzzed, method, path, 800)
    assert fuzzed.ask("GET", "/health").status == 200


@contextmanager
def within(limit_s: int) -> Iterator[None]:
    """The block ends within so many seconds."""

    def late(*_: Any) -> None:
        raise AssertionError(f"not over within {limit_s} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(limit_s)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def bad_scenarios(numbers: range, most: int) -> Iterator[bytes]:
    """At most ``most`` files that are wrong, out of scenarios bent at random."""
    left = most
    for number in numbers:
        raw = reshaped(DOCUMENTS, number) if number % 2 else bent(TEXTS, number)
        try:
            check_sent(read_sent(raw, "scenario"))
        except BadInput:
            yield raw
            left -= 1
        if not left:
            return


def runs(server: Server) -> list[str]:
    """Folders of runs."""
    return sorted(path.name for path in server.out.iterdir() if path.is_dir())


def refuse_all(server: Server, numbers: range, most: int) -> None:
    """Each is answered with 422 and a place, nothing is kept, and the server is still there."""
    before, seen = runs(server), 0
    connection = HTTPConnection(*server.place, timeout=ANSWER_S)
    for raw in bad_scenarios(numbers, most):
        with within(int(ANSWER_S)):
            connection.request("POST", "/run", raw)
            answer = connection.getresponse()
            said = json.loads(answer.read())
        assert answer.status == 422 and said["problems"], (raw, said)
        for problem in said["problems"]:
            assert problem["line"] > 0 and problem["column"] > 0 and problem["text"], (raw, problem)
            assert problem["source"] == "scenario"
        seen += 1
    connection.close()
    assert seen == most
    assert runs(server) == before


def test_bad_scenarios_are_refused_with_their_place(dev: Server) -> None:
    """A hundred files bent at random."""
    refuse_all(dev, range(40_000, 42_000), 100)


@pytest.mark.soak
def test_a_thousand_bad_scenarios(fuzzed: Server) -> None:
    """The same with a thousand others."""
    refuse_all(fuzzed, range(50_000, 60_000), 1_000)


@pytest.mark.parametrize(
    "options",
    [
        {"scale": 0},
        {"scale": "nan"},
        {"scale": 1e308},
        {"warp": -1},
        {"seed": 2**63},
        {"time_limit": "soon"},
        {"max_late": "200%"},
        {"workers": 1000},
        {"contact": "a\nb"},
        {"only": 10**9},
        {"out": "/tmp"},
        {"i_may_load": "evil.test"},
        {"var": {"a=b": "c"}},
        {"var": {"nobody": "asks"}},
        [],
        "scale=2",
    ],
    ids=str,
)
def test_options_are_checked(dev: Server, options: Any) -> None:
    """Out of range, of a wrong kind, not for strangers: 422 with words."""
    answer = dev.ask("POST", "/run", SHORT | {"options": options})
    assert answer.status == 422 and answer.json["problems"][0]["text"], answer.body


def test_python_is_refused(dev: Server) -> None:
    """With what to do instead."""
    for text in (b"from hms_esr import Scenario\n", b"# mine\nimport os\nos.abort()\n"):
        answer = dev.ask("POST", "/run", text)
        assert answer.status == 422 and "Python is not carried out here" in answer.json["error"]


def test_names_from_a_scenario_lead_nowhere(dev: Server, town: CityProcess) -> None:
    """A name full of dots, slashes and markup makes a folder beside the others, and is escaped on pages."""
    chance = Random(5)
    for name in ("../../etc", "..", "<script>alert(1)</script>", "a/b\\c", "".join(chance.choices("./\\'\"<>&", k=60))):
        answer = dev.ask("POST", "/run", SHORT | {"name": name, "target": "http://127.0.0.1:1"})
        if answer.status == 422:
            continue
        run_id = answer.json["run_id"]
        assert (dev.out / run_id).is_dir() and "/" not in run_id
        dev.until(run_id, "FINISHED")
        for path in ("/", f"/dashboard/{run_id}"):
            assert "<script>alert" not in dev.ask("GET", path).body.decode()
