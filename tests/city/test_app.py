"""The way of a request through the city: counted, made sick, checked, answered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hms_esr.city.app import CityApp
from hms_esr.city.city_state import CityState
from hms_esr.city.services import ROUTES

from .browser import PDF, Browser, token
from .conftest import Clock

SIM = "2026-03-02T08:00:00.123456"
FORMS = sorted({route.path for route in ROUTES if route.form is not None})
DOWN = {"fault": "down", "service": "db", "for_s": 60}


def test_the_simulated_time_is_echoed(browser: Browser) -> None:
    """Every answer to a request with a simulated time repeats it, errors and redirects too; others have none."""
    for path in ("/", "/nowhere", "/permits/new", "/__city/counts", "/claims/x/status"):
        assert browser.must("GET", path, x_esr_sim_time=SIM).headers["x-esr-sim-time"] == SIM
        assert "x-esr-sim-time" not in browser.must("GET", path).headers


@pytest.mark.parametrize("text", ["now", "2026", "\xff", "2026-03-02T08:00:00\u00a0"])
def test_a_wrong_simulated_time_is_refused(browser: Browser, text: str) -> None:
    """A simulated time that is none is a 400 which says so."""
    seen = browser.must("GET", "/", x_esr_sim_time=text)
    assert seen.status == 400 and "X-ESR-Sim-Time" in seen.alert


def test_every_request_is_counted_by_run(browser: Browser) -> None:
    """Pages, errors, refused forms and redirects are counted under their run; the operator's requests are not."""
    for run in ("r1", "r1", ""):
        headers = {"x_esr_run": run} if run else {}
        browser.must("GET", "/", **headers)
        browser.must("GET", "/claims/ui-1/status", **headers)
        browser.must("POST", "/apply", b"", **headers)
        browser.must("BREW", "/nowhere", **headers)
        browser.must("GET", "/__city/counts", **headers)
    table = browser.must("GET", "/__city/counts?run=r1").json()
    assert table["requests"] == 8
    assert {(row["method"], row["path"], row["status"], row["n"]) for row in table["by"]} == {
        ("GET", "/", 200, 2), ("GET", "/claims/{id}/status", 404, 2), ("POST", "/apply", 403, 2),
        ("BREW", "(not found)", 404, 2),
    }  # fmt: skip
    assert browser.must("GET", "/__city/counts").json()["requests"] == 12


def test_a_request_that_was_abandoned_is_counted_with_status_0(browser: Browser, city_state: CityState) -> None:
    """A client that leaves while a slow service holds its request is counted once, as unanswered."""
    city_state.faults.start({"fault": "latency", "service": "gateway", "for_s": 9, "latency_ms": 600_000})
    browser.leaves = True
    assert browser.ask("GET", "/") is None
    assert city_state.counts.table()["by"] == [{"method": "GET", "path": "/", "status": 0, "run": "", "n": 1}]


@pytest.mark.parametrize("path", FORMS)
def test_forms_are_refused_without_their_token(app: CityApp, path: str) -> None:
    """No form is taken without the token, with a made-up one, with another form's, or with another browser's."""
    mine, other = Browser(app), Browser(app)
    for one in (mine, other):
        one.submit(one.get("/login"), {"email": "a@b.test", "password": "p"})
    pages = [mine.get("/apply" if path != "/apply" else "/start"), other.get("/" if path == "/claims" else path)]
    for wrong in ("", "0" * 32, "\xe9", token(pages[0]), token(pages[1])):
        body = f"csrf_token={wrong}&full_name=A&email=a@b.test&password=p&employer=C".encode()
        seen = mine.must("POST", path, body, content_type="application/x-www-form-urlencoded")
        expected = 400 if wrong == "\xe9" else 403
        assert (seen.status, "CSRF" in seen.alert) == (expected, expected == 403), wrong


def test_pages_behind_the_login_come_back_to_it(browser: Browser) -> None:
    """Who is not logged in is sent to the login, and from there to the page they wanted."""
    seen = browser.must("GET", "/permits/new")
    assert (seen.status, seen.headers["location"]) == (303, "/login?next=/permits/new")
    seen = browser.submit(browser.get("/permits/new"), {"email": "ann@b.test", "password": "p"})
    assert (seen.status, seen.path) == (200, "/permits/new")


@pytest.mark.parametrize(
    ("service", "method", "path"),
    [
        ("gateway", "GET", "/"),
        ("gateway", "GET", "/apply"),
        ("subsidy-svc", "GET", "/apply-subsidy"),
        ("claims-svc", "GET", "/claims/new"),
        ("eligibility-svc", "POST", "/start"),
        ("payments", "GET", "/pay"),
        ("grants-svc", "GET", "/apply"),
        ("permit-svc", "GET", "/permits/done"),
        ("accounts", "GET", "/login"),
        ("db", "POST", "/apply"),
    ],
)
def test_a_sick_service_is_named(browser: Browser, clock: Clock, service: str, method: str, path: str) -> None:
    """A service that is down answers 503 under its own name, others go on; when its time is over all is well."""
    browser.post_json("/__city/faults", DOWN | {"service": service})
    seen = browser.must(method, path)
    assert (seen.status, seen.headers["x-esr-service"]) == (503, service)
    assert seen.alert == f"{service}: Service Unavailable"
    clock.now_s += 60
    assert browser.must(method, path).status != 503


@pytest.mark.parametrize(("status", "phrase"), [(403, "Forbidden"), (504, "Gateway Timeout"), (599, "status 599")])
def test_a_fault_answers_its_status(browser: Browser, status: int, phrase: str) -> None:
    """The status an error fault names is the one people meet."""
    browser.post_json("/__city/faults", {"fault": "error", "service": "payments", "for_s": 5, "status": status})
    seen = browser.get("/pay")
    assert (seen.status, seen.alert) == (status, f"payments: {phrase}")


def test_a_slow_service_still_answers(browser: Browser, city_state: CityState) -> None:
    """A latency fault delays an answer and changes nothing else."""
    city_state.faults.start({"fault": "latency", "service": "payments", "for_s": 5, "latency_ms": 1})
    assert browser.get("/pay").status == 200
    assert city_state.faults.active()[0]["met"] == 1


def test_faults_never_reach_the_operator(browser: Browser) -> None:
    """However sick the city, its faults can be listed and ended."""
    made = browser.post_json("/__city/faults", DOWN | {"service": "gateway"})
    assert made.status == 201
    assert browser.get("/").status == 503
    (row,) = browser.get("/__city/faults").json()["faults"]
    assert row["id"] == made.json()["id"]
    path = f"/__city/faults/{row['id']}"
    assert [browser.must("DELETE", path).json()["ended"] for _ in range(2)] == [True, False]
    assert browser.get("/").status == 200


def test_a_wrong_fault_is_a_400_with_all_reasons(browser: Browser) -> None:
    """A wrong body of a fault is refused in JSON with every mistake."""
    seen = browser.post_json("/__city/faults", {"fault": "slow", "service": "db"})
    assert seen.status == 400
    assert "allowed: latency, error, down" in seen.json()["error"] and "for_s" in seen.json()["error"]


def test_pages_of_other_origins_cannot_steer_the_city(browser: Browser) -> None:
    """A browser's page from elsewhere can neither reset the city nor make it sick; its own pages could."""
    here = {"host": "127.0.0.1:9800", "origin": "http://127.0.0.1:9800"}
    assert browser.must("POST", "/__city/reset", **here).status == 200
    assert browser.must("POST", "/__city/reset", **(here | {"origin": "https://evil.example"})).status == 403


def test_methods_that_are_not_there_are_refused(browser: Browser) -> None:
    """A method a page does not have is a 405 that names those it has; HEAD is answered like GET."""
    seen = browser.must("DELETE", "/apply")
    assert seen.status == 405 and "GET, POST" in seen.alert
    assert browser.must("HEAD", "/apply").status == 200


def test_errors_of_an_api_are_json(browser: Browser) -> None:
    """Who speaks JSON gets errors in JSON."""
    assert browser.post_json("/api/claims", []).json()["status"] == 400
    assert browser.must("GET", "/nowhere", accept="application/json").json()["status"] == 404


def test_pages_carry_a_content_security_policy(browser: Browser) -> None:
    """Each page forbids scripts and forms to elsewhere; the style sheet is allowed and there."""
    assert "form-action 'self'" in browser.get("/").headers["content-security-policy"]
    assert browser.get("/style.css").headers["content-type"] == "text/css"


def test_what_each_person_sent_is_recorded(browser: Browser) -> None:
    """The log of values holds person, method, path and values, files by size and digest, without hidden fields."""
    browser.headers = {"x-esr-run": "r", "x-esr-person": "17"}
    page = browser.get("/apply")
    browser.submit(page, {"state": "Iowa"}, {"transcript": ("t.pdf", PDF)})
    rows = browser.get("/__city/seen?run=r").json()
    assert [(row["person"], row["method"], row["path"]) for row in rows] == [
        ("17", "GET", "/apply"), ("17", "POST", "/apply"), ("17", "GET", "/apply/received"),
    ]  # fmt: skip
    values = rows[1]["values"]
    assert sorted(values) == ["full_name", "state", "transcript"]
    assert values["transcript"].startswith(f"t.pdf:{len(PDF)}:")


def test_a_mistake_of_ours_is_a_500_without_its_inside(
    browser: Browser, city_state: CityState, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault in the city's own code answers 500, tells the client nothing of it, and says it on stderr."""
    monkeypatch.setattr(city_state, "token", lambda request, action: 1 / 0)
    seen = browser.get("/apply")
    assert seen.status == 500 and "ZeroDivision" not in seen.text
    assert "ZeroDivisionError" in capsys.readouterr().err


METHODS = ["GET", "POST", "DELETE", "PUT"]
TARGETS = sorted({route.path.replace("{id}", "x") for route in ROUTES} - {"/__city/reset"})
KINDS = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x5e5e5e5e", ""]
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=6,
)
KEYS = [
    "fault",
    "service",
    "for_s",
    "latency_ms",
    "share",
    "clerks",
    "email",
    "emails",
    "accounts",
    "password",
    "state",
]


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(METHODS),
    st.sampled_from(TARGETS),
    st.sampled_from(KINDS),
    st.binary(max_size=60) | JSONS.map(lambda data: json.dumps(data).encode()),
    st.text("abc=&%?1", max_size=12),
    st.none() | st.dictionaries(st.sampled_from(KEYS), JSONS, max_size=5),
    st.text(st.characters(max_codepoint=255, blacklist_categories=["Cc"]), max_size=20),
)
def test_no_input_is_a_5xx(
    browser: Browser, method: str, target: str, kind: str, body: bytes, query: str, data: Any, odd: str
) -> None:
    """Whatever a client sends to whatever path, the city answers, and never with a 5xx."""
    if data is not None:
        body = json.dumps(data).encode()
    headers = {"content_type": kind, "x_esr_run": odd, "x_esr_warp": "60", "cookie": odd, "accept": odd, "origin": ""}
    seen = browser.must(method, f"{target}?{query}", body, **headers)
    browser.must("DELETE", "/__city/faults")
    assert seen.status < 500, seen.text
