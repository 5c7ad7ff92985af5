"""Owns pages that answer success with the same form: what stands around and in it before and after it was sent."""

from __future__ import annotations

from typing import NamedTuple


class SameForm(NamedTuple):
    """``{form}`` in ``before`` and ``after`` is the form; ``method`` how it is sent; ``field`` what it asks for."""

    before: str
    after: str
    method: str = "post"
    field: str = '<input name="word" id="word">'
    after_field: str = ""


COOKIES = '<div role="alert" class="alert">We use cookies. <a href="/c">More</a></div>'
VALIDATOR = '<span id="reqWord" style="color:Red;visibility:hidden;">Enter a word</span>'
FEEDBACK = '<input name="word" class="form-control"><div class="invalid-feedback">Enter a word</div>'
STAR = '<label>Word <span class="text-red-500">*</span></label><input name="word">'

PAGES = {
    "alert-success": SameForm("{form}", '<div class="alert alert-success" role="alert">Saved.</div>{form}'),
    "add another": SameForm("<ul></ul>{form}", '<p class="flash">Row 1 was added</p><ul><li>Row 1</li></ul>{form}'),
    "search with results": SameForm("{form}", "{form}<h2>2 results</h2><ol><li>Error codes</li></ol>", "get"),
    "search without results": SameForm("{form}", '{form}<p class="empty">Nothing found for fence</p>', "get"),
    "wizard of one action": SameForm("<h1>Question 1 of 3</h1>{form}", "<h1>Question 2 of 3</h1>{form}"),
    "chat": SameForm("<ol></ol>{form}", '<ol><li class="message">fence</li><li class="message">Hello</li></ol>{form}'),
    "standing cookie banner": SameForm(COOKIES + "{form}", COOKIES + "{form}"),
    "standing alert that counts": SameForm(
        '<p role="alert">12 people wait before you</p>{form}', '<p role="alert">9 people wait before you</p>{form}'
    ),
    "information": SameForm("{form}", '<div class="usa-alert usa-alert--info" role="alert">Office hours</div>{form}'),
    "session warning": SameForm("{form}", '<div class="alert alert-warning">Your session ends soon</div>{form}'),
    "rails notice": SameForm('<p id="notice"></p>{form}', '<p id="notice">Permit was updated.</p>{form}'),
    "toast": SameForm("{form}", '<div role="alert"><p class="text-success">Sent</p></div>{form}'),
    "webforms": SameForm(
        "{form}",
        "{form}",
        field=f'<input name="word">{VALIDATOR}',
        after_field=f'<p>Saved</p><input name="word">{VALIDATOR}',
    ),
    "hidden feedback": SameForm("{form}", "<h1>Thank you</h1>{form}", field=FEEDBACK),
    "required mark": SameForm("{form}", "<h1>Thank you</h1>{form}", field=STAR),
    "described by a hint": SameForm(
        "{form}",
        "{form}",
        field='<input name="word" aria-describedby="h"><p id="h" class="hint">9 letters left</p>',
        after_field='<input name="word" aria-describedby="h"><p id="h" class="hint">All letters left</p>',
    ),
}


def drawn(page: SameForm, after: bool, action: str = "/here") -> str:
    """The whole page."""
    field = page.after_field if after and page.after_field else page.field
    form = f'<form method="{page.method}" action="{action}">{field}<button>Send</button></form>'
    return "<!doctype html><title>Page</title>" + (page.after if after else page.before).replace("{form}", form)
