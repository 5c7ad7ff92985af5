"""The step that logs a person in: refused only when the same form comes back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hms_esr.errors import StepFailed
from hms_esr.html.page import Page
from hms_esr.steps.login import Login

LOGIN = "<form method=post><input name=username><input type=password name=password></form>"


class Somebody:
    """An actor whose log-in leads to a page."""

    def __init__(self, after: str, login: str = LOGIN, status: int = 200) -> None:
        self.login, self.status = login, status
        self.fields = {"email": "ann@people.test", "password": "Ab1-0"}
        self.filled: dict[str, str] = {}
        self.after = after
        self.answer: Any = None
        self.sent: dict[str, str] = {}

    def render(self, text: str) -> str:
        return text

    def request(self, method: str, address: str) -> Any:
        self.answer = Page(self.login, f"http://h.test{address}")
        return SimpleNamespace(path=address, status=self.status)

    def form(self, *, with_kind: str = "") -> Any:
        return self.answer.form(with_kind)

    def submit(self, form: Any) -> None:
        self.sent, self.filled = self.filled, {}
        self.answer = Page(self.after, "http://h.test/after")


@pytest.mark.parametrize(
    "after",
    [
        "<h1>Welcome</h1>",
        "<form><input name=username><input type=password name=password1><input type=password name=password2></form>",
        "<form><input type=password name=old><input type=password name=new></form>",
    ],
)
def test_a_page_after_the_log_in_may_ask_for_passwords(after: str) -> None:
    """Such as Django's page to add a user: it asks for other things than the log-in did."""
    somebody = Somebody(after)
    Login(path="/in").perform(somebody)  # type: ignore[arg-type]
    assert somebody.sent == {"username": "ann@people.test", "password": "Ab1-0"}


@pytest.mark.parametrize("more", ["", "<input name=captcha>"])
def test_the_same_form_again_is_a_refusal(more: str) -> None:
    """Also with one more field, as some sites ask after a wrong password."""
    with pytest.raises(StepFailed, match="the login form came back"):
        Login().perform(Somebody(LOGIN.replace("</form>", f"{more}</form>")))  # type: ignore[arg-type]


@pytest.mark.parametrize(("status", "why"), [(404, "it answers 404"), (200, "if JavaScript draws it, use `request`")])
def test_a_page_without_a_login_form_says_what_it_is(status: int, why: str) -> None:
    """A page that is not there is told apart from one whose form is drawn by JavaScript."""
    with pytest.raises(StepFailed) as caught:
        Login(path="/in").perform(Somebody("", "<h1>No</h1>", status))  # type: ignore[arg-type]
    assert caught.value.message == f"no login form on /in; {why}"
