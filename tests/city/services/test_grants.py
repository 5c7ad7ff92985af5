"""The same-day tuition grant."""

from __future__ import annotations

import pytest

from hms_esr.city.states import STATES
from tests.each import each

from ..browser import PDF, Browser

TRANSCRIPT = {"transcript": ("transcript.pdf", PDF)}


@each("state", [*STATES.values(), *STATES])
def test_every_state_is_taken(browser: Browser, state: str) -> None:
    """Every state and territory, by name and by code."""
    assert browser.post_json("/submit", {"state": state}).status == 200


def test_the_form_offers_every_state(browser: Browser) -> None:
    """A person picks one of the 56 by its name."""
    offered = [option.attributes["value"] for option in browser.get("/apply").html.css("select[name=state] option")]
    assert [one for one in offered if one] == [*STATES.values()]


@pytest.mark.parametrize("state", ["Iowa", "TX", "Puerto Rico", "VI"])
def test_a_student_of_any_state_applies(browser: Browser, state: str) -> None:
    """A state and a territory are taken, by name and by code."""
    seen = browser.submit(browser.get("/apply"), {"state": state}, TRANSCRIPT)
    assert (seen.status, seen.path) == (200, "/apply/received")
    assert "received" in seen.text


@pytest.mark.parametrize(
    ("state", "files", "status", "alert"),
    [
        ("XX", TRANSCRIPT, 422, "State or territory not recognized: XX"),
        ("", TRANSCRIPT, 400, "State missing"),
        ("Iowa", {}, 400, "Transcript missing"),
        ("Iowa", {"transcript": ("t.pdf", b"%PDF")}, 422, "Transcript is not a PDF file"),
    ],
)
def test_a_wrong_application_is_said(
    browser: Browser, state: str, files: dict[str, tuple[str, bytes]], status: int, alert: str
) -> None:
    """Each mistake is a page with its status and message."""
    seen = browser.submit(browser.get("/apply"), {"state": state}, files)
    assert (seen.status, seen.alert) == (status, alert)


def test_the_page_has_one_file_input_and_a_submit_button(browser: Browser) -> None:
    """The drill's steps find what they click: the only file input, a button called Submit."""
    html = browser.get("/apply").html
    assert len(html.css('input[type="file"]')) == 1
    assert [button.text() for button in html.css("button")] == ["Submit"]


@pytest.mark.parametrize(("body", "status"), [({"state": "TX"}, 200), ({"state": "XX"}, 422), ({}, 400), ([], 400)])
def test_states_by_json(browser: Browser, body: object, status: int) -> None:
    """A program may send the state alone as JSON."""
    assert browser.post_json("/submit", body).status == status
