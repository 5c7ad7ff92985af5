"""A page that says no is read as a person reads it: what went wrong first."""

from __future__ import annotations

from hms_esr.html.page import Page

DJANGO = """<title>Add an image</title><div class="messages"><ul><li class="error">The image could not be created
due to errors.</li><template><li class="error">{}</li></template></ul></div><h1>New: Image</h1>
<form method="post"><p class="error-message">This field is required.</p></form>"""


def page(html: str) -> Page:
    return Page(html, "http://127.0.0.1/images/add/")


def test_an_alert_is_the_first_that_has_words() -> None:
    """Empty live regions and templates of scripts are passed over."""
    assert page('<div role="alert"> </div>' + DJANGO).alert() == "The image could not be created due to errors."
    assert page('<p role="alert"></p><h1>Well done</h1>').alert() == ""


def test_a_message_is_the_alert_else_a_heading_else_the_title() -> None:
    """What stands first in a person's eye."""
    assert page(DJANGO).message() == "The image could not be created due to errors."
    assert page("<title>403 Forbidden</title><h1>Forbidden <span>(403)</span></h1>").message() == "Forbidden (403)"
    assert page("<title>Gone</title><p>Nothing here").message() == "Gone"
