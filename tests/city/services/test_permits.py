"""Building permits."""

from __future__ import annotations

import pytest

from ..browser import Browser, Seen

SITE = {"full_name": "Ann Lee", "address": "1 Main St"}
AT = {"x-esr-sim-time": "2026-03-02T08:00:00.000000", "x-esr-run": "r1"}


@pytest.fixture
def receipt(browser: Browser) -> Seen:
    browser.headers = AT
    page = browser.submit(browser.get("/permits/new"), {"email": "ann@b.test", "password": "p"})
    return browser.submit(page, SITE)


def test_a_permit_is_decided_after_the_review(browser: Browser, receipt: Seen) -> None:
    """A permit has a status link and is decided when the days of review are over."""
    link = receipt.html.css_first('a[rel="status"]').attributes["href"] or ""
    assert receipt.headers["link"] == f'<{link}>; rel="status"'
    assert browser.get(link).json()["status"] == "pending"
    later = browser.must("GET", link, x_esr_sim_time="2026-03-12T08:00:00").json()
    assert later["decided_at"] == "2026-03-12T08:00:00.000000"


def test_a_clerk_decides_from_the_queue(browser: Browser, receipt: Seen) -> None:
    """The queue shows what waits; what a clerk decides is decided at that time and waits no more."""
    queue = browser.get("/permits/queue").json()
    assert queue["waiting"] == 1 and queue["permits"][0]["applicant"] == "Ann Lee"
    path = f"/permits/{queue['permits'][0]['id']}/decision"
    assert browser.post_json(path, {"decision": "maybe"}).status == 400
    decided = browser.post_json(path, {"decision": "approve"}).json()
    assert (decided["status"], decided["decided_at"]) == ("decided", AT["x-esr-sim-time"])
    assert browser.get("/permits/queue").json() == {"waiting": 0, "permits": []}


def test_a_shorter_review_holds_for_what_comes_after(browser: Browser, receipt: Seen) -> None:
    """The days of review are a setting; permits filed before keep theirs."""
    browser.post_json("/__city/settings", {"review_days": 3})
    browser.submit(browser.get("/permits/new"), SITE)
    due = [row["due_at"] for row in browser.get("/permits/queue").json()["permits"]]
    assert due == ["2026-03-12T08:00:00.000000", "2026-03-05T08:00:00.000000"]


@pytest.mark.parametrize("path", ["/permits/done", "/permits/done?permit=x", "/permits/bp-1/status"])
def test_unknown_permits_are_not_found(browser: Browser, path: str) -> None:
    """A permit that is not there is a 404."""
    assert browser.get(path).status == 404
