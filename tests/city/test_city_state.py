"""What the city remembers."""

from __future__ import annotations

from hms_esr.city.city_state import CityState, is_made_up
from tests.each import each

from .browser import Browser


@each(
    ("email", "made_up"),
    [
        ("a@b.test", True),
        ("ann.lee@mail.example.com", True),
        ("x@example.org", True),
        ("x@example.co.uk", True),
        ("x@farm.example", True),
        ("x@gmail.com", False),
        ("x@example.com.evil.net", False),
        ("x@notexample.com", False),
        ("x@test", False),
        ("@b.test", False),
        ("a b@c.test", False),
        ("", False),
    ],
)
def test_only_reserved_domains_are_made_up(email: str, made_up: bool) -> None:
    """An e-mail counts as made up only under domains that nobody can own."""
    assert is_made_up(email) is made_up


def test_runs_have_queues_of_their_own(city_state: CityState, browser: Browser) -> None:
    """A claim of one run does not wait behind the claims of another."""
    claim = {"full_name": "A", "email": "a@b.test", "employer": "C"}
    at = {"x_esr_sim_time": "2026-03-02T08:00:00", "x_esr_warp": "60"}
    for run in ("r1", "r1", "r2"):
        browser.post_json("/api/claims", claim, x_esr_run=run, **at)
    waits_us = {
        run: [case.decided_us - case.submitted_us for case in desk.cases] for run, desk in city_state.desks.items()
    }
    assert waits_us == {"r1": [5_000_000, 10_000_000], "r2": [5_000_000]}


def test_tokens_are_bound_to_session_and_form(city_state: CityState, browser: Browser) -> None:
    """Two browsers, or two forms, never share a token."""
    other = Browser(browser.app)
    pages = [one.get(path).text for one in (browser, other) for path in ("/apply", "/start")]
    tokens = {text.partition('name="csrf_token" value="')[2][:32] for text in pages}
    assert len(tokens) == 4
