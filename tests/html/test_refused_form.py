"""A form that comes back: with a new message tied to it that is a refusal, and nothing else is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hms_esr.html.page import page_of
from hms_esr.html.refused_form import ReturnedForm, returned_form
from tests.html.same_form_pages import PAGES, drawn

FORM = '<form method=post action="/a{query}">{top}<p>{who}</p><p>{mail}</p><button>Go</button></form>'
WHO, MAIL = '<input name="who" id="id_who">', '<input name="mail" id="id_mail">'
SUMMARY = (
    '<div class="error-summary"><h2>There is a problem</h2><ul><li><a href="#id_mail">Enter an e-mail</a></ul></div>'
)


def answer(html: str, media_type: str = "text/html") -> Any:
    """What came back from /here."""
    return SimpleNamespace(
        body=html.encode(),
        text=html,
        media_type=media_type,
        url="http://h.test/here",
        charset="utf-8",
        page_read=None,
        page_memory=None,
    )


def page(before_form: str = "", *, query: str = "", top: str = "", who: str = WHO, mail: str = MAIL) -> str:
    """A page with a form of two fields."""
    return before_form + FORM.format(query=query, top=top, who=who, mail=mail)


def returned(before: str, after: str) -> ReturnedForm | None:
    """What is found when the last form of ``before`` was answered with ``after``."""
    first = answer(before)
    return returned_form(page_of(first).forms[-1], first, answer(after))


@pytest.mark.parametrize(
    ("after", "message", "field"),
    [
        (
            page(who='<ul class="errorlist"><li>This field is required.</li></ul>' + WHO),
            "This field is required.",
            "who",
        ),
        (page(who=WHO + '<span class="text-red-600">Too short</span>'), "Too short", "who"),
        (page(mail=MAIL + '<span style="color: red;">[Not an address]</span>'), "Not an address", "mail"),
        (
            page(mail='<p id="m1">Unknown</p><input name="mail" aria-describedby="m1" aria-invalid="true">'),
            "Unknown",
            "mail",
        ),
        (page(who='<input name="who" aria-errormessage="e"><i id="e">Say who</i>'), "Say who", "who"),
        (page(mail='<input name="mail" class="is-invalid"><div class="invalid-feedback">No</div>'), "No", "mail"),
        (page(mail='<input name="mail" aria-invalid="true">'), "the field is marked as invalid", "mail"),
        (
            page(mail='<div class="form-group has-error"><input name="mail"></div>'),
            "the field is marked as invalid",
            "mail",
        ),
        (page(SUMMARY), "Enter an e-mail", "mail"),
        (page('<div class="alert">Closed on Sundays</div>'), "Closed on Sundays", ""),
        (page('<div class="notice notice-error"><p>Closed</p></div>'), "Closed", ""),
        (page('<div id="login_error"><strong>Error:</strong> unknown user</div>'), "Error: unknown user", ""),
        (page('<div class="mw-message-box mw-message-box-error">Wrong name</div>'), "Wrong name", ""),
        (page(top='<div class="alert alert-danger"><button>×</button><ul><li>A</li><li>B</li></ul></div>'), "A", ""),
        (page(query="?again=1", who=WHO + '<em class="error">Say who</em>'), "Say who", "who"),
        (page(mail=MAIL + '<input name="captcha"><b class="error">Read it</b>'), "Read it", "captcha"),
    ],
)
def test_a_new_message_tied_to_the_form_is_a_refusal(after: str, message: str, field: str) -> None:
    """Whatever the framework: the site's own words and the control's name."""
    assert returned(page(), after) == ReturnedForm(message, field)


@pytest.mark.parametrize("name", PAGES)
def test_the_same_form_after_success_is_no_refusal(name: str) -> None:
    """Success, news, standing messages, hidden validators and hints are not taken for one."""
    assert returned(drawn(PAGES[name], False), drawn(PAGES[name], True)) == ReturnedForm()


def test_what_the_page_said_before_is_no_news() -> None:
    """The same words of another field are; the same words of the same field are not."""
    required = '<b class="error">Required</b>'
    assert returned(page(who=WHO + required), page(who=WHO + required)) == ReturnedForm()
    assert returned(page(who=WHO + required), page(mail=MAIL + required)) == ReturnedForm("Required", "mail")
    assert returned(page("<p>Required</p>"), page("<p>Required</p>", who=WHO + required)) == ReturnedForm(
        "Required", "who"
    )


@pytest.mark.parametrize(
    "after",
    [
        "<h1>Thank you</h1>",
        '<form method=post action="/other"><input name="who"><input name="mail"><b class="error">No</b></form>',
        '<form method=post action="/a"><input name="who"><b class="error">No</b></form>',
        '<form method=post action="/a"><input name="street"><b class="error">No</b></form>',
    ],
)
def test_another_form_is_not_the_one_sent(after: str) -> None:
    """Another action or other controls: the next page of a journey."""
    assert returned(page(), after) is None


def test_what_is_no_page_holds_no_form() -> None:
    """A form in JSON is text."""
    first = answer(page())
    assert returned_form(page_of(first).forms[0], first, answer(page(), "application/json")) is None
