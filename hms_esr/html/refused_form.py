"""Owns whether a form that was sent came back, and what it says is wrong that the page it was sent from did not say.

Knows nothing of persons or of what follows from it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from hms_esr.errors import StepFailed
from hms_esr.formatting import mask
from hms_esr.html.error_signs import Signs, error_signs
from hms_esr.html.form import HtmlForm
from hms_esr.html.page import Page, page_of
from hms_esr.http.response import HttpAnswer

_PAGES = ("text/html", "application/xhtml+xml", "")
_LONGEST = 200
_UNSAID = "the field is marked as invalid"


@dataclass(frozen=True, slots=True)
class ReturnedForm:
    """The form just sent, shown again. ``message``: what it says is wrong, in the site's words; empty: nothing.

    ``field``: name of the control it is said of; empty when it is about none in particular.
    """

    message: str = ""
    field: str = ""

    @property
    def text(self) -> str:
        """``MESSAGE (FIELD)``."""
        return f"{self.message} ({self.field})" if self.field else self.message


def returned_form(sent: HtmlForm, before: HttpAnswer | None, answer: HttpAnswer) -> ReturnedForm | None:
    """The form ``sent`` from ``before``, if ``answer`` shows it again; None when it does not.

    Only messages and marks that ``before`` did not show count (numbers and quoted words apart).
    """
    if answer.media_type not in _PAGES:
        return None
    try:
        body = answer.body
        if b"<form" not in body and b"<FORM" not in body:
            return None
        page = page_of(answer)
        at = _place(sent, page)
        if at is None:
            return None
        found = error_signs(page.tree, at)
        if not found.messages and not found.marked:
            return ReturnedForm()
        return _newly(found, _signs_before(sent, before))
    except StepFailed:
        return None


def _place(sent: HtmlForm, page: Page) -> int | None:
    """Where on the page a form with the same action and controls stands; more controls (a captcha) make no other."""
    path, names = _path(sent.action), _names(sent)
    for at, form in enumerate(page.forms):
        if form.method == sent.method and _path(form.action) == path and names <= _names(form):
            return at
    return None


def _path(action: str) -> str:
    return action.partition("#")[0].partition("?")[0]


def _names(form: HtmlForm) -> frozenset[str]:
    """Names of what a person can see and fill; of a form without any, of everything in it."""
    seen = frozenset(field.name for field in form.inputs if field.name)
    return seen or frozenset(field.name for field in form.fields if field.name)


def _signs_before(sent: HtmlForm, before: HttpAnswer | None) -> Signs:
    page = page_of(before) if before is not None and before.media_type in _PAGES else None
    at = _place(sent, page) if page is not None else None
    return Signs((), ()) if page is None or at is None else error_signs(page.tree, at)


def _newly(found: Signs, before: Signs) -> ReturnedForm:
    """The first new message about a control, else the first new one, else what a newly marked control goes with."""
    held = Counter((mask(one.text), one.field) for one in before.messages)
    marked = [name for name in found.marked if name not in before.marked]
    new = []
    for one in found.messages:
        key = (mask(one.text), one.field)
        if held[key]:
            held[key] -= 1
        else:
            new.append(one)
    if new:
        first = next((one for one in new if one.field), new[0])
        field = first.field or (marked[0] if len(marked) == 1 else "")
        return ReturnedForm(_short(first.text), field)
    if marked:
        said = next((one.text for one in found.messages if one.field == marked[0]), _UNSAID)
        return ReturnedForm(_short(said), marked[0])
    return ReturnedForm()


def _short(text: str) -> str:
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text[:2000]).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
