"""Logins and accounts."""

from __future__ import annotations

from typing import Any

import pytest

from hms_esr.city.city_state import CityState
from hms_esr.city.services.accounts import local_path
from tests.each import each

from ..browser import Browser, Seen

ANN = {"email": "ann@farm.test", "password": "right", "name": "Ann Lee", "role": "farmer"}


def log_in(browser: Browser, email: str, password: str) -> Seen:
    return browser.submit(browser.get("/login"), {"email": email, "password": password})


def test_an_account_is_made_used_and_deleted(browser: Browser) -> None:
    """An account made by the API opens with its password only, and is gone when deleted."""
    assert browser.post_json("/api/accounts", ANN).status == 201
    wrong = log_in(browser, ANN["email"], "wrong")
    assert (wrong.status, wrong.alert) == (401, "E-mail or password not recognized")
    assert log_in(browser, "Ann@Farm.test", "right").path == "/"
    assert "Ann Lee" in browser.get("/account").text
    body = b'{"emails": ["ann@farm.test", "nobody@farm.test"]}'
    assert browser.must("DELETE", "/api/accounts", body).json() == {"deleted": 1}
    assert browser.get("/account").path == "/login"


def test_many_accounts_are_made_at_once(browser: Browser) -> None:
    """A list makes all its accounts; making them again renews them."""
    accounts = {"accounts": [ANN | {"email": f"p{n}@farm.test"} for n in range(500)]}
    assert browser.post_json("/api/accounts", accounts).json() == {"created": 500, "renewed": 0}
    assert browser.post_json("/api/accounts", accounts).json() == {"created": 0, "renewed": 500}


def test_any_made_up_person_can_log_in(browser: Browser) -> None:
    """By default a first login makes the account, for made-up people only."""
    assert log_in(browser, "bob.ray@mail.example.com", "anything").status == 200
    assert "Bob Ray" in browser.get("/account").text
    assert log_in(Browser(browser.app), "bob@gmail.com", "anything").status == 401


def test_strict_accounts_are_the_only_ones(browser: Browser, city_state: CityState) -> None:
    """With strict accounts an unknown person is refused with 401."""
    city_state.strict_accounts = True
    assert log_in(browser, "bob@farm.test", "anything").status == 401
    browser.post_json("/api/accounts", ANN)
    assert log_in(browser, ANN["email"], "right").status == 200


def test_a_login_changes_the_session(browser: Browser) -> None:
    """The cookie from before the login does not open the account (no session fixation)."""
    browser.get("/login")
    before = browser.cookie
    log_in(browser, "bob@farm.test", "p")
    assert browser.cookie != before
    browser.cookie = before
    assert browser.get("/account").path == "/login"


def test_logging_out_forgets(browser: Browser) -> None:
    """After the logout pages behind the login ask again."""
    log_in(browser, "bob@farm.test", "p")
    assert browser.submit(browser.get("/logout")).path == "/"
    assert browser.get("/account").path == "/login"


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ([], 422, "account 0: not an object"),
        ({}, 422, "account 0: email is not a text; account 0: password is not a text"),
        (ANN | {"name": 7}, 422, "name is not a text"),
        (ANN | {"email": "ann@gmail.com"}, 422, "'ann@gmail.com' is not a made-up e-mail"),
        ({"accounts": []}, 400, "a list of 1 to"),
        ({"accounts": [ANN, 7]}, 422, "account 1: not an object"),
    ],
)
def test_wrong_accounts_are_refused_whole(
    browser: Browser, city_state: CityState, body: Any, status: int, says: str
) -> None:
    """One mistake in a list and no account is made; every mistake is named."""
    seen = browser.post_json("/api/accounts", body)
    assert seen.status == status and says in seen.json()["error"]
    assert not city_state.accounts


@each(
    ("wanted", "path"),
    [
        ("/permits/new", "/permits/new"),
        ("/claims/done?claim=x&a=b", "/claims/done?claim=x&a=b"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/a\r\nSet-Cookie: x=y", "/a%0D%0ASet-Cookie:%20x=y"),
        ("/é", "/%C3%A9"),
        ("", "/"),
    ],
)
def test_a_login_leads_to_the_citys_own_pages_only(wanted: str, path: str) -> None:
    """Where a login leads is a path of the city, whatever the link said."""
    assert local_path(wanted) == path
