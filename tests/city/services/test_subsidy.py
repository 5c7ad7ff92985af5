"""The farm subsidy and its new rule."""

from __future__ import annotations

import pytest

from ..browser import JPEG, PDF, Browser

FARMER = {"full_name": "Ann Lee", "farm_name": "Lee & Sons", "county": "Story", "acres": "120.5"}


def test_a_farmer_applies(browser: Browser) -> None:
    """A farmer with a Schedule F gets a receipt, without login too."""
    seen = browser.submit(browser.get("/apply-subsidy"), FARMER, {"schedule_f": ("fake_schedule_f.pdf", PDF)})
    assert (seen.status, seen.path) == (200, "/apply-subsidy/received")
    assert "Schedule F were received" in seen.text
    assert seen.html.css_first("#case-id").text().startswith("subsidy-")


@pytest.mark.parametrize(
    ("values", "file", "status", "alert"),
    [
        ({}, None, 400, "Schedule F missing"),
        ({}, ("", b""), 400, "Schedule F missing"),
        ({"full_name": " "}, None, 400, "Farmer's name missing; Schedule F missing"),
        ({}, ("f.pdf", JPEG), 422, "Schedule F is not a PDF file"),
        ({}, ("f.pdf", PDF[:-6]), 422, "Schedule F is not a PDF file"),
        ({}, ("f.pdf", PDF[:-6] + bytes(5 * 1024 * 1024) + b"%%EOF"), 413, "Schedule F is too large: "),
        ({"acres": "many"}, ("f.pdf", PDF), 422, "Acres is not a number from 0 to 1000000"),
        ({"acres": "nan"}, ("f.pdf", PDF), 422, "Acres is not a number from 0 to 1000000"),
        ({"county": "x" * 2001}, ("f.pdf", PDF), 422, "County is too long: at most 2000 characters"),
    ],
)
def test_what_is_wrong_is_said(
    browser: Browser, values: dict[str, str], file: tuple[str, bytes] | None, status: int, alert: str
) -> None:
    """Each mistake is a page with its status and message, and the form again with what was typed."""
    files = {"schedule_f": file} if file else {}
    seen = browser.submit(browser.get("/apply-subsidy"), FARMER | values, files)
    assert seen.status == status and seen.alert.startswith(alert)
    again = browser.submit(seen, {"full_name": "Ann", "acres": "1", "county": ""}, {"schedule_f": ("f.pdf", PDF)})
    assert again.path == "/apply-subsidy/received"


def test_a_body_over_the_cap_is_a_413(browser: Browser) -> None:
    """A body that no file within the limit explains is refused before it is looked at."""
    seen = browser.submit(browser.get("/apply-subsidy"), FARMER, {"schedule_f": ("f.pdf", bytes(7 * 1024 * 1024))})
    assert seen.status == 413 and "too large" in seen.alert


def test_the_name_of_who_is_logged_in_is_filled_in(browser: Browser) -> None:
    """After a login the form holds the person's name."""
    browser.post_json("/api/accounts", {"email": "ann@b.test", "password": "p", "name": "Ann <Lee>"})
    browser.submit(browser.get("/login?next=/apply-subsidy"), {"email": "ann@b.test", "password": "p"})
    page = browser.get("/apply-subsidy")
    assert page.html.css_first("#full_name").attributes["value"] == "Ann <Lee>"
