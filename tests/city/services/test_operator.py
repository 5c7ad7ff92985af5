"""The operator's own paths."""

from __future__ import annotations

from typing import Any

import pytest

from hms_esr.city.app import CityApp
from hms_esr.city.city_state import CityState

from ..browser import Browser


def test_reset_forgets_all_but_accounts(browser: Browser, city_state: CityState) -> None:
    """After a reset there are no counts, claims, faults or logs; accounts and settings stay."""
    browser.post_json("/api/accounts", {"email": "a@b.test", "password": "p"})
    browser.post_json("/api/claims", {"full_name": "A", "email": "a@b.test", "employer": "C"})
    browser.post_json("/__city/faults", {"fault": "down", "service": "db", "for_s": 9})
    browser.must("POST", "/__city/reset")
    assert browser.get("/__city/counts").json() == {"requests": 0, "by": []}
    assert browser.get("/__city/claims").json() == {"claims": 0, "decided_within_48h": 0}
    assert browser.get("/__city/faults").json() == {"faults": []}
    assert browser.get("/__city/seen").json() == []
    assert "a@b.test" in city_state.accounts


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "JSON object"),
        ([], "JSON object"),
        ({"clerk": 1}, "unknown setting 'clerk'. Allowed: clerks, review_days"),
        ({"clerks": 0}, "clerks is '0'; allowed: a number from 0.001 to 1000"),
        ({"clerks": "half"}, "clerks is 'half'"),
        ({"clerks": True}, "clerks is 'True'"),
        ({"clerks": 0.5, "review_days": -1}, "review_days is '-1'"),
    ],
)
def test_wrong_settings_change_nothing(browser: Browser, body: Any, says: str) -> None:
    """A wrong setting is a 400 with what is allowed, and no setting is changed."""
    seen = browser.post_json("/__city/settings", body)
    assert seen.status == 400 and says in seen.json()["error"]
    assert browser.get("/__city/settings").json() == {"clerks": 1.0, "review_days": 10.0}


def test_values_are_not_recorded_unless_asked(city_state: CityState) -> None:
    """A city without --record-values says how to have them."""
    city_state.seen.on = False
    seen = Browser(CityApp(city_state)).get("/__city/seen")
    assert seen.status == 409 and "--record-values" in seen.json()["error"]


def test_health_says_that_it_is_simulated(browser: Browser) -> None:
    """The city says of itself that it is one."""
    assert browser.get("/__city/health").json()["sim"] is True
