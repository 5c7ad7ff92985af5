"""Unemployment claims, by form and by JSON."""

from __future__ import annotations

from typing import Any

import pytest

from hms_esr.city.city_state import CityState

from ..browser import PDF, Browser

CLAIM = {"full_name": "Ann Lee", "email": "ann@b.test", "employer": "Acme"}
AT = {"x-esr-sim-time": "2026-03-02T08:00:00.000000", "x-esr-warp": "60", "x-esr-run": "r1"}


def test_the_first_form_of_the_city_files_a_claim(browser: Browser) -> None:
    """A citizen who completes the first form found on / has filed a claim and finds its status link twice."""
    browser.headers = AT
    seen = browser.submit(browser.get("/"), CLAIM)
    link = seen.html.css_first('a[rel="status"]').attributes["href"]
    assert (seen.status, seen.path) == (200, "/claims")
    assert seen.headers["link"] == f'<{link}>; rel="status"'
    assert browser.get(link or "").json()["submitted_at"] == AT["x-esr-sim-time"]


def test_the_long_form_takes_an_identity_card(browser: Browser) -> None:
    """The form of /claims/new, as the guide's example fills it, ends on the receipt."""
    page = browser.get("/claims/new")
    values = CLAIM | {"state": "IA"}
    for files in ({"id_card": ("id.pdf", PDF)}, {}):
        seen = browser.submit(page, values, files)
        assert (seen.status, seen.path) == (200, "/claims/done")
        assert "received" in seen.text and seen.html.css_first("#case-id").text().startswith("ui-")
    assert browser.submit(page, values, {"id_card": ("id.pdf", b"x")}).status == 422


@pytest.mark.parametrize("path", ["/claims", "/claims/done"])
def test_a_receipt_opened_anew_leads_to_the_form(browser: Browser, path: str) -> None:
    """Who refreshes by address after a failed claim finds the form."""
    assert browser.get(path).path == "/claims/new"


def test_a_claim_is_decided_in_simulated_time(browser: Browser) -> None:
    """At warp 60 a clerk decides each 5 simulated seconds; the status follows the time of each request."""
    browser.headers = AT
    first, second = (browser.post_json("/api/claims", CLAIM) for _ in range(2))
    assert first.status == 202 and first.json()["status"] == "pending"
    path = second.json()["status_url"]
    assert second.headers["link"] == f'<{path}>; rel="status"'
    assert browser.must("GET", path, x_esr_sim_time="2026-03-02T08:00:09.999999").json()["decided_at"] is None
    decided = browser.must("GET", path, x_esr_sim_time="2026-03-02T08:00:10.000000").json()
    assert (decided["status"], decided["decided_at"]) == ("decided", "2026-03-02T08:00:10.000000")


def test_half_the_clerks_take_twice_as_long(browser: Browser, city_state: CityState) -> None:
    """After the setting changes, claims filed from then on wait twice as long."""
    browser.headers = AT
    assert browser.post_json("/__city/settings", {"clerks": 0.5}).json()["clerks"] == 0.5
    browser.post_json("/api/claims", CLAIM)
    (case,) = city_state.desks["r1"].cases
    assert case.decided_us - case.submitted_us == 10_000_000


def test_without_simulated_time_the_real_clock_counts(browser: Browser, clock: Any) -> None:
    """A claim without our headers is decided by the wall clock, a twelfth of a second later."""
    path = browser.post_json("/api/claims", CLAIM).json()["status_url"]
    assert browser.get(path).json()["status"] == "pending"
    clock.now_s += 0.1
    assert browser.get(path).json()["decided_at"] == "1970-01-01T00:16:40.083333"


def test_the_citys_own_table_counts_what_was_in_time(browser: Browser) -> None:
    """The table says how many claims of a run there are and how many were decided within the limit asked for."""
    browser.headers = AT | {"x-esr-warp": "432000"}
    for _ in range(5):
        browser.post_json("/api/claims", CLAIM)
    browser.post_json("/api/claims", CLAIM, x_esr_run="r2")
    table = browser.get("/__city/claims?run=r1&rows=1").json()
    assert (table["claims"], table["decided_within_48h"]) == (5, 4)
    assert table["rows"][0][1:] == ["2026-03-02T08:00:00.000000", "2026-03-02T18:00:00.000000"]
    assert browser.get("/__city/claims?run=r1&within_h=10").json() == {"claims": 5, "decided_within_10h": 1}
    assert browser.get("/__city/claims").json()["claims"] == 6
    assert browser.get("/__city/claims?within_h=x").status == 400


def test_a_status_is_a_page_for_people(browser: Browser) -> None:
    """A browser that prefers HTML gets the status as a page with the times in it."""
    browser.headers = AT
    path = browser.post_json("/api/claims", CLAIM).json()["status_url"]
    html = browser.must("GET", path, accept="text/html,*/*", x_esr_sim_time="2026-03-03T00:00:00").html
    assert html.css_first("#status").text() == "decided"
    assert html.css_first("#decided-at").attributes["datetime"] == "2026-03-02T08:00:05.000000"


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ([], 400, "JSON object"),
        ({}, 400, "missing, or not a text: full_name, email, employer"),
        (CLAIM | {"employer": 7}, 400, "employer"),
        (CLAIM | {"email": "ann@gmail.com"}, 422, "not a made-up one"),
        (CLAIM | {"state": "Ontario"}, 422, "State or territory not recognized: Ontario"),
        (CLAIM | {"reason": "bored"}, 422, "allowed: laid off, hours cut, business closed"),
    ],
)
def test_a_wrong_claim_is_refused(browser: Browser, body: Any, status: int, says: str) -> None:
    """Each mistake of a claim in JSON is refused with its reason; the form says the same."""
    seen = browser.post_json("/api/claims", body)
    assert seen.status == status and says in seen.json()["error"]
    if status == 422:
        page = browser.submit(browser.get("/"), body)
        assert page.status == 422 and says in page.alert
