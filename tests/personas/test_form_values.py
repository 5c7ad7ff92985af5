"""What a person types into an empty required field."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.personas.form_values import value_for
from hms_esr.personas.safe import TEST_CARDS, Draw, real_looking
from hms_esr.seeded import draw
from tests.each import each

from .people import maker

PERSON = (
    maker(
        fields={
            "crop": {"choice": ["corn"]},
            "state_code": {"choice": ["IA"]},
            "passport_number": {"choice": ["X00123456"]},
        }
    )
    .person(1)
    .fields
)
DRAW: Draw = lambda number: draw(5, "form", number)  # noqa: E731


def typed(name: str, kind: str = "text", **keys: object) -> str | None:
    """What person 1 types."""
    return value_for(PERSON, name, kind=kind, draw=DRAW, **keys)  # type: ignore[arg-type]


BY_NAME = [
    ("email", "email"),
    ("applicant_email", "email"),
    ("applicant[firstName]", "first_name"),
    ("last-name", "last_name"),
    ("surname", "last_name"),
    ("fullName", "name"),
    ("name", "name"),
    ("your-name", "name"),
    ("username", "username"),
    ("password", "password"),
    ("confirm_password", "password"),
    ("ssn", "ssn"),
    ("social_security_number", "ssn"),
    ("zipCode", "zip"),
    ("postal_code", "zip"),
    ("city", "city"),
    ("state", "state"),
    ("street", "street"),
    ("address1", "street"),
    ("phone_number", "phone"),
    ("dob", "date_of_birth"),
    ("birthDate", "date_of_birth"),
    ("employer", "company"),
    ("farm_name", "company"),
    ("occupation", "job"),
    ("crop", "crop"),
    ("passport_number", "passport_number"),
    ("age", "age"),
]


@each(("name", "field"), BY_NAME)
def test_told_by_the_name(name: str, field: str) -> None:
    """A text field is filled with what its name means, in any spelling."""
    assert typed(name) == PERSON[field]


@each(
    ("autocomplete", "field"),
    [
        ("given-name", "first_name"),
        ("family-name", "last_name"),
        ("section-a shipping street-address", "street"),
        ("address-level1", "state"),
        ("address-level2", "city"),
        ("postal-code", "zip"),
        ("tel", "phone"),
        ("bday", "date_of_birth"),
        ("organization", "company"),
        ("new-password", "password"),
        ("email", "email"),
    ],
)
def test_autocomplete_wins(autocomplete: str, field: str) -> None:
    """The autocomplete attribute decides, whatever the name is."""
    assert typed("crop", autocomplete=autocomplete) == PERSON[field]


def test_told_by_label_and_placeholder() -> None:
    """A name that says nothing leaves the word to label and placeholder."""
    assert typed("q1", label="Date of birth") == PERSON["date_of_birth"]
    assert typed("q2", placeholder="ZIP code") == PERSON["zip"]


def test_types_decide_the_form() -> None:
    """Numbers, dates and the like have the form and the ends their control asks for."""
    assert typed("x", "email") == PERSON["email"]
    assert typed("x", "tel") == PERSON["phone"]
    assert typed("x", "password") == PERSON["password"]
    assert typed("acres", "number", minimum="10", maximum="12", step="2") in ("10", "12")
    assert typed("age", "number", minimum="18") == PERSON["age"]
    assert typed("age", "number", minimum="1", maximum="3") in ("1", "2", "3")
    assert "2026-01-01" <= str(typed("from", "date", minimum="2026-01-01", maximum="2026-01-31")) <= "2026-01-31"
    assert typed("dob", "date") == PERSON["date_of_birth"]
    assert len(str(typed("visit", "datetime-local"))) == 16
    assert typed("at", "time") == "09:30"
    assert str(typed("w", "week"))[4:6] == "-W"


def test_choices() -> None:
    """A select gives the person's own value when it is offered, else one that is not empty; a box is checked."""
    states = (("", "Choose"), ("IA", "Iowa"), ("NE", "Nebraska"))
    assert typed("state", "select", options=states) == "IA"
    assert typed("state", "select", options=(("", "–"), ("19", "Iowa"), ("31", "Nebraska"))) == "19"
    assert typed("state", "select", options=(("x1", "IA"), ("x2", "NE"))) == "x1"
    assert typed("state", "select", options=("Iowa", "Nebraska")) == "Iowa"
    assert typed("office", "radio", options=(("", ""), ("north", "North"))) == "north"
    assert typed("agree", "checkbox") == "on"
    assert typed("agree", "checkbox", options=(("yes", ""),)) == "yes"


def test_length_and_pattern() -> None:
    """What is typed obeys length and pattern, by its digits when they do."""
    assert typed("state", max_length=2) == "IA"
    assert typed("phone", max_length=10) == PERSON["phone"].replace("-", "")
    assert typed("ssn", pattern=r"\d{9}") == PERSON["ssn"].replace("-", "")
    assert len(str(typed("case_number", pattern=r"[A-Z]{2}\d{4}"))) == 6
    assert len(str(typed("comment", "textarea", max_length=10))) <= 10


def test_cards_are_test_cards() -> None:
    """A card field gets a published test card with an expiry and a code."""
    assert typed("card_number") in TEST_CARDS
    assert typed("cc", autocomplete="cc-number") in TEST_CARDS
    assert (typed("cc", autocomplete="cc-exp"), typed("cvc")) == ("12/34", "123")


@pytest.mark.parametrize("kind", ["hidden", "submit", "button", "reset", "image", "file"])
def test_what_nobody_types(kind: str) -> None:
    """Hidden inputs, buttons and files get nothing."""
    assert typed("email", kind) is None


KINDS = st.sampled_from(
    ["text", "textarea", "number", "date", "email", "tel", "select", "range", "month", "search", "url", "x"]
)
TEXTS = st.text(max_size=30)


@given(TEXTS, KINDS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.integers(0, 40))
@settings(max_examples=300, deadline=None)
def test_whatever_a_page_says(
    name: str, kind: str, label: str, low: str, high: str, step: str, pattern: str, length: int
) -> None:
    """Any page gets a text that is nobody's identifier, the same each time; nothing a page says is our mistake."""
    keys = {"label": label, "minimum": low, "maximum": high, "step": step, "pattern": pattern, "max_length": length}
    value = typed(name, kind, **keys)
    assert isinstance(value, str)
    assert value == typed(name, kind, **keys)
    assert real_looking(value) == ""


@given(st.decimals(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False))
@settings(max_examples=200, deadline=None)
def test_numbers_stay_inside(first: object, second: object) -> None:
    """A number field never gets a number below its minimum."""
    value = typed("amount", "number", minimum=str(first), maximum=str(second), step="0.01")
    assert value
