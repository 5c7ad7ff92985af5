"""No identifier can be a real person's, whatever the draw; a text that may hold one is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.personas import safe
from hms_esr.personas.random_values import random_value
from tests.each import each

from .people import SHIPPED, maker, shipped

_ITIN = {*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)}
_EMAIL = re.compile(r"[a-z0-9.]{1,64}@[a-z.]+\.test")
numbers = st.integers(0, 2**64 - 1)


def never_issued(ssn: str) -> bool:
    """Whether the Social Security number is of areas 000, 666, or 9xx outside the ITIN and ATIN groups."""
    found = re.fullmatch(r"(\d{3})-(\d{2})-(\d{4})", ssn)
    assert found, ssn
    area, group = int(found[1]), int(found[2])
    return area in (0, 666) or (area >= 900 and group not in _ITIN and group != 93)


def for_fiction(phone: str) -> bool:
    """Whether the telephone number is 555-0100 to 555-0199 of some area."""
    return re.fullmatch(r"[2-9]\d\d-555-01\d\d", phone) is not None


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**48), st.sampled_from(sorted(SHIPPED.glob("*.yaml"))))
@settings(max_examples=300, deadline=None)
def test_nobody_made_here_can_be_real(seed: int, k: int, file: Any) -> None:
    """Any person of any shipped template has identifiers that nobody real can have, and no other field holds one."""
    from hms_esr.personas.person import PeopleMaker

    person = PeopleMaker(shipped(file.stem), seed, "per_run", "r").person(k)
    fields = person.fields
    assert fields["id"].startswith("5e5e5e5e-")
    assert never_issued(fields["ssn"])
    assert for_fiction(fields["phone"])
    assert _EMAIL.fullmatch(fields["email"])
    assert person.account is None or _EMAIL.fullmatch(person.account.email)
    for name, value in fields.items():
        assert safe.real_looking(value) == "", name


@given(numbers, numbers)
@settings(deadline=None)
def test_makers_make_safe_values_only(first: int, second: int) -> None:
    """For every draw, ids, numbers and cards are of the kinds nobody has."""
    assert re.fullmatch(r"5e5e5e5e-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}", safe.make_uuid(first, second))
    assert never_issued(safe.make_ssn(first))
    assert for_fiction(safe.make_any_phone(first))
    assert safe.make_card(first) in safe.TEST_CARDS


@pytest.mark.parametrize(
    "kind", ["email", "phone", "ssn", "card", "uuid", "company_email", "msisdn", "credit_card_number"]
)
@given(draws=st.lists(numbers, min_size=2, max_size=2))
@settings(deadline=None, max_examples=30)
def test_random_identifiers_are_safe(kind: str, draws: list[int]) -> None:
    """random.x makes safe identifiers, under our names and under Faker's."""
    value = random_value(kind, lambda i: draws[i % 2])
    assert safe.real_looking(value) == ""
    assert "@" not in value or value.endswith(".test")


def test_the_test_cards_carry_their_check_digit() -> None:
    """Every published test card passes the check that payment pages make."""
    assert all(safe.luhn(card) for card in safe.TEST_CARDS)


@each(
    "text",
    [
        "123-45-6789",
        "SSN 899-12-3456.",
        "912-70-1234",
        "912-93-1234",
        "ann@gmail.com",
        "Ann <ann.lee@state.ia.us>",
        "ann@example.com.evil.org",
        "(515) 555-2368",
        "515-281-5211",
        "+1 515.281.5211",
        "4929 1234 5678 9015",
        "4716108999716531",
    ],
)
def test_real_looking_texts_are_told_and_replaced(text: str) -> None:
    """A text that may hold somebody's identifier is refused with the cure, and replaced when it was drawn."""
    assert "use the kinds email, phone, ssn or card" in safe.real_looking(text)
    assert safe.real_looking(safe.made_safe(text, lambda i: 2**60 + i)) == ""


@each(
    "text",
    [
        "000-12-3456",
        "666-12-3456",
        "987-01-4321",
        "ann@people.test",
        "ann@example.org",
        "515-555-0142",
        "4242 4242 4242 4242",
        "5e5e5e5e-b605-4f81-8188-9c89205447e5",
        "P-1234-567",
        "2026-03-02",
        "12 Main Street 50309-1234",
        "0000000000000000",
    ],
)
def test_safe_texts_stay(text: str) -> None:
    """Identifiers of the safe kinds, dates and plain numbers are left alone."""
    assert safe.real_looking(text) == ""


def test_parts_that_join_into_an_identifier_are_replaced() -> None:
    """A template that glues numbers to a real-looking SSN or address gives a safe one."""
    parts = {"a": {"range": {"min": 123, "max": 123}}, "b": {"range": {"min": 45, "max": 45}}}
    fields = {**parts, "number": {"template": "{a}-{b}-6{a}"}, "host": {"choice": ["gmail.com"]}, "mail": "{a}@{host}"}
    person = maker(fields=fields).person(0).fields
    assert never_issued(person["number"])
    assert person["mail"] == "123@people.test"
