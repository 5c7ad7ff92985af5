"""What a person reads, what stands in the source, and that the form just sent is gone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hms_esr.errors import StepFailed
from hms_esr.html.readable import passage
from hms_esr.steps.expect import Expect

PAGE = """<html><head><title>Claims</title><style>.hid { }</style><script>var said = "not yours";</script></head>
<body data-x="in a mark"><!-- secret note --><h1>Your  claim
was <b>re</b>ceived</h1><p hidden>of the hidden</p><p>Smith &amp; Sons, Dubuque</p><template>later</template>
<noscript>turn it on</noscript><input type=submit value="Pay now"><img alt="A map"><p>Area&nbsp;51</p></body></html>"""


def expecting(html: str, media_type: str = "text/html", form_back: str | None = None, **fields: Any) -> str:
    """Why it does not hold; empty when it does."""
    answer = SimpleNamespace(
        status=200,
        path="/claim",
        text=html,
        media_type=media_type,
        url="http://h.test/claim",
        charset="utf-8",
        page_read=None,
        page_memory=None,
    )
    actor: Any = SimpleNamespace(
        answer=answer,
        render=str,
        form_back=form_back,
        passage=lambda wanted: passage(answer, wanted),  # type: ignore[arg-type]
    )
    try:
        Expect.parse(fields).perform(actor)
    except StepFailed as failure:
        return failure.message
    return ""


@pytest.mark.parametrize(
    "text",
    ["Claims", "claim was received", "Smith & Sons", "Pay now", "A map", "Area 51", "Dubuque", "Your  claim\nwas"],
)
def test_what_a_person_reads_is_there(text: str) -> None:
    """Entities decoded, white space joined, words not parted by bold letters; buttons and pictures too."""
    assert expecting(PAGE, text=text) == ""


@pytest.mark.parametrize(
    "text", ["not yours", "in a mark", "secret note", "of the hidden", "later", "turn it on", ".hid"]
)
def test_what_nobody_reads_is_only_in_the_source(text: str) -> None:
    """Scripts, styles, templates, comments, hidden parts; ``source`` finds them."""
    assert "is only in the source of /claim, where nobody reads it" in expecting(PAGE, text=text)
    assert expecting(PAGE, source=text) == ""


def test_the_nearest_passage_is_told() -> None:
    """The piece that shares most words with what is wanted."""
    assert expecting(PAGE, text="claim was decided") == (
        "the text 'claim was decided' is not on /claim; nearest is “Your claim was received”"
    )
    assert expecting(PAGE, text="xyzzy") == "the text 'xyzzy' is not on /claim"
    assert expecting(PAGE, source="xyzzy") == "the source of /claim has no 'xyzzy'"


def test_what_is_no_page_is_read_as_it_is() -> None:
    """JSON and plain text have no markup."""
    assert expecting('{"a": "<b>1</b>"}', "application/json", text="<b>1</b>") == ""


def test_the_form_is_gone_or_it_is_not() -> None:
    """With the message of the one that is not."""
    assert expecting(PAGE, form="gone") == ""
    assert expecting(PAGE, form_back="", form="gone") == "the form came back, without a message"
    assert expecting(PAGE, form_back="Too old (age)", form="gone") == "the form came back: Too old (age)"


def test_only_a_text_of_the_message_excuses() -> None:
    """A status excuses nothing."""
    assert Expect.parse({"text": "too  old"}).excuses("You are too old", str)
    assert not Expect.parse({"status": 200, "page": "/claim"}).excuses("You are too old", str)
