"""What a person types into an empty required field."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.errors import StepFailed
from hms_esr.personas.form_values import value_for
from hms_esr.personas.ranges import ValueRange
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
    assert "08:00" <= str(typed("at", "time")) <= "17:59"
    assert typed("zip", "tel") == PERSON["zip"]
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
    try:
        value = typed(name, kind, **keys)
    except StepFailed as refused:
        assert refused.message.startswith("cannot make a value for ")
        return
    assert isinstance(value, str)
    assert value == typed(name, kind, **keys)
    assert real_looking(value) == ""


@pytest.mark.parametrize(
    ("kind", "low", "high", "step", "valid"),
    [
        ("number", "", "-5", "", "-104 -103 … -5"),
        ("number", "3", "", "5", "3 8 … 98"),
        ("number", "", "7", "4", "4"),
        ("number", "0.05", "0.5", "0.1", "0.05 0.15 0.25 0.35 0.45"),
        ("number", "1000000", "1000001", "", "1000000 1000001"),
        ("date", "2024-02-29", "2024-02-29", "", "2024-02-29"),
        ("date", "2026-01-05", "2026-01-20", "7", "2026-01-05 2026-01-12 2026-01-19"),
        ("month", "2040-11", "2041-02", "", "2040-11 2040-12 2041-01 2041-02"),
        ("month", "2026-02", "2026-09", "3", "2026-02 2026-05 2026-08"),
        ("week", "2020-W52", "2021-W01", "", "2020-W52 2020-W53 2021-W01"),
        ("time", "23:58", "00:01", "", "23:58 23:59 00:00 00:01"),
        ("time", "09:00:30", "09:01:30", "30", "09:00:30 09:01 09:01:30"),
        ("time", "09:00", "09:00:00.002", "0.001", "09:00 09:00:00.001 09:00:00.002"),
        ("datetime-local", "2026-03-01T23:50", "2026-03-02T00:00", "600", "2026-03-01T23:50 2026-03-02T00:00"),
    ],
)  # fmt: skip
def test_ends_and_steps(kind: str, low: str, high: str, step: str, valid: str) -> None:
    """Among many people every value that min, max and step allow is met, and no other."""
    limits = ValueRange(kind, low, high, step)
    drawn = {limits.value(lambda _, number=number: number << 54) for number in range(1024)}
    first, ellipsis, last = valid.partition(" … ")
    assert set(first.split()) <= drawn and (not last or last in drawn)
    assert ellipsis or drawn == set(valid.split())


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-1000, max_value=1000).map(str)


@given(NUMBERS, NUMBERS, st.sampled_from(["", "any", "0.01", "0.5", "7"]), st.integers(0, 2**64 - 1))
@settings(max_examples=200, deadline=None)
def test_numbers_stay_inside(low: str, high: str, step: str, number: int) -> None:
    """A number field never gets a number below its minimum, above its maximum or off its steps, or is refused."""
    value = ValueRange("number", low, high, step).value(lambda _: number)
    if value is None:
        assert Decimal(low) > Decimal(high) or step in ("0.5", "7", "")
        return
    assert Decimal(low) <= Decimal(value) <= Decimal(high)
    if step not in ("", "any"):
        assert (Decimal(value) - Decimal(low)) % Decimal(step) == 0


@pytest.mark.parametrize(
    ("name", "keys", "expected"),
    [
        ("note", {"min_length": 40, "max_length": 42}, r".{40,42}"),
        ("e", {"kind": "email", "min_length": 50}, r"[\w.]+@people\.test"),
        ("e", {"kind": "email", "max_length": 9}, r"[a-z]+@a"),
        ("e", {"kind": "email", "pattern": r".+@example\.gov"}, r"[\w.]+\.[0-9a-f]{12}@example\.gov"),
        ("u", {"kind": "url", "max_length": 14}, "http://a.test/"),
        ("birth_date", {"placeholder": "MM/DD/YYYY"}, r"\d\d/\d\d/\d{4}"),
        ("birth_date", {"pattern": r"(0[1-9]|1[0-2])\/(0[1-9]|[12]\d|3[01])\/\d{4}"}, r"\d\d/\d\d/\d{4}"),
        ("phone", {"pattern": r"\(\d{3}\) \d{3}-\d{4}"}, r"\(\d{3}\) 555-01\d\d"),
        ("x", {"pattern": "https?://.+"}, r"https://www\.example\.org/"),
        ("x", {"pattern": "("}, r"\w+ \w+ \w+"),
        ("x", {"kind": "textarea", "pattern": "[0-9]"}, r"\w+ .*\."),
    ],
)  # fmt: skip
def test_lengths_and_spellings(name: str, keys: dict[str, object], expected: str) -> None:
    """A value is as long as asked, and spelled as pattern or placeholder show it; who it belongs to stays told."""
    value = typed(name, str(keys.pop("kind", "text")), **keys)
    assert re.fullmatch(expected, str(value)), value
    assert int(str(keys.get("min_length", 0))) <= len(str(value)) <= int(str(keys.get("max_length", 999)))
