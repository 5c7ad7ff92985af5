"""Passport renewal, from the start to the confirmation."""

from __future__ import annotations

import pytest

from hms_esr.city.city_state import CityState

from ..browser import JPEG, PDF, Browser, Seen

PHOTO = {"photo": ("photo.jpg", JPEG)}
CARD = {"card_number": "4242 4242 4242 4242", "card_expiry": "12/34", "card_cvc": "123"}


def start(browser: Browser, **values: str) -> Seen:
    return browser.submit(browser.get("/start"), {"passport_id": "X12345678"} | values, PHOTO)


def test_a_passport_is_renewed(browser: Browser) -> None:
    """Number and photo lead to the card page, a test card leads to the confirmation."""
    page = start(browser)
    assert (page.status, page.path) == (200, "/pay")
    assert page.html.css_first('input[name="amount"]').attributes["value"] == "130"
    for hint in ("cc-number", "cc-exp", "cc-csc"):
        assert page.html.css_first(f'input[autocomplete="{hint}"]') is not None
    seen = browser.submit(page, CARD)
    assert (seen.status, seen.path) == (200, "/confirmation")
    assert "fee is paid" in seen.text


def test_the_expedited_service_costs_more(browser: Browser) -> None:
    """The amount on the card page is the fee of the service chosen."""
    page = start(browser, speed="expedited")
    assert page.html.css_first('input[name="amount"]').attributes["value"] == "190"


@pytest.mark.parametrize(
    ("values", "files", "status", "alert"),
    [
        ({"passport_id": ""}, {}, 400, "Passport number missing; Photo missing"),
        ({}, {}, 400, "Photo missing"),
        ({"passport_id": "12345678X"}, PHOTO, 422, "Passport number not recognized: one letter and eight digits"),
        ({"speed": "warp"}, PHOTO, 422, "Service not recognized; allowed: standard, expedited"),
        ({}, {"photo": ("photo.jpg", PDF)}, 422, "Photo is not a JPEG picture"),
    ],
)
def test_a_wrong_start_is_said(
    browser: Browser, values: dict[str, str], files: dict[str, tuple[str, bytes]], status: int, alert: str
) -> None:
    """Each mistake at the start is a page with its status and message."""
    seen = browser.submit(browser.get("/start"), {"passport_id": "X12345678"} | values, files)
    assert (seen.status, seen.alert) == (status, alert)


def test_a_real_looking_card_is_declined_and_another_may_be_tried(browser: Browser) -> None:
    """A card nobody published is declined with 402; the same page, filled anew, is paid."""
    seen = browser.submit(start(browser), CARD | {"card_number": "4539578763621486"})
    assert (seen.status, seen.alert[:13]) == (402, "card declined")
    assert browser.submit(seen, CARD).path == "/confirmation"


def test_another_amount_is_refused(browser: Browser) -> None:
    """The amount is the city's to say."""
    assert browser.submit(start(browser), CARD | {"amount": "1"}).status == 409


def test_nobody_is_confirmed_unpaid(browser: Browser) -> None:
    """The confirmation leads back to the start for who has not paid."""
    assert browser.get("/confirmation").path == "/start"
    start(browser)
    assert browser.get("/confirmation").path == "/start"


def test_a_slow_eligibility_service_is_on_the_way(browser: Browser, city_state: CityState) -> None:
    """The start is answered by eligibility-svc, so its faults are met there and nowhere else."""
    city_state.faults.start({"fault": "error", "service": "eligibility-svc", "for_s": 9, "status": 504})
    seen = start(browser)
    assert (seen.status, seen.alert) == (504, "eligibility-svc: Gateway Timeout")
    assert browser.get("/start").status == browser.get("/pay").status == 200
