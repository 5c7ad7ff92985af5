"""Pages and forms."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from hms_esr.city.html import CityField, CityForm, alert, page

from .browser import defaults

FORM = CityForm(
    "/x",
    (
        CityField("who", "Name", required=True),
        CityField("state", "State", "select", options=("Iowa", "Ohio")),
        CityField("kind", "Kind", "radio", options=("one", "two")),
        CityField("secret", "Secret", "password"),
        CityField("next", kind="hidden"),
    ),
)


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1), st.sampled_from(["who", "next"]))
def test_values_are_escaped(text: str, name: str) -> None:
    """Whatever a person typed comes back as the value of its input, never as markup."""
    tree = LexborHTMLParser(FORM.html("t", {name: text}))
    assert defaults(tree.css_first("form"))[name] == text
    assert len(tree.css("script")) == 0


def test_messages_and_titles_are_escaped() -> None:
    """A message holding markup is shown as text."""
    made = page("<b>", alert("<i>"), "<u>").decode()
    assert not {"<b>", "<i>", "<u>"} & set(made.split("<main>")[1].replace(">", ">\n").split())
    assert LexborHTMLParser(made).css_first("p.error").text() == "<i>"


def test_choices_and_secrets() -> None:
    """A chosen option and radio are kept, a password never is, the first radio is preset."""
    tree = LexborHTMLParser(FORM.html("t", {"state": "Ohio", "kind": "two", "secret": "hush"}))
    assert defaults(tree.css_first("form")) == {
        "csrf_token": "t", "who": "", "state": "Ohio", "kind": "two", "secret": "", "next": "",
    }  # fmt: skip
    assert defaults(LexborHTMLParser(FORM.html("t")).css_first("form"))["kind"] == "one"


def test_every_page_says_that_it_is_a_simulation() -> None:
    """Each page tells people and programs that it is simulated."""
    tree = LexborHTMLParser(page("x", "").decode())
    assert tree.css_first('meta[name="esr-sim"]').attributes["content"] == "true"
    assert "simulation" in tree.css_first("p.sim").text()


def test_hidden_fields_are_known() -> None:
    """A form names its hidden fields, the token among them."""
    assert FORM.hidden == {"csrf_token", "next"}
