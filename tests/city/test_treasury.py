"""Which cards the fake treasury takes."""

from __future__ import annotations

import pytest

from hms_esr.city.treasury import TEST_CARDS, refusal
from tests.each import each

NOW = (2026, 3)


@each("number", [*sorted(TEST_CARDS), "4242 4242 4242 4242", "4111-1111-1111-1111"])
def test_published_test_cards_are_taken(number: str) -> None:
    """Every published test card is taken, written with spaces or dashes too."""
    assert refusal(number, "12/34", "123", NOW) is None


@pytest.mark.parametrize(
    ("number", "expiry", "code", "status"),
    [
        ("4539578763621486", "12/34", "123", 402),
        ("", "12/34", "123", 402),
        ("4242424242424242", "02/26", "123", 402),
        ("4242424242424242", "13/34", "123", 422),
        ("4242424242424242", "soon", "123", 422),
        ("4242424242424242", "12/34", "12", 422),
    ],
)
def test_everything_else_is_declined(number: str, expiry: str, code: str, status: int) -> None:
    """A card that could be somebody's is declined with 402, an expired one too; what cannot be read is 422."""
    found = refusal(number, expiry, code, NOW)
    assert found is not None and found[0] == status


@pytest.mark.parametrize("expiry", ["03/26", "3/26", "12/2034", "2034-12", "12-34"])
def test_expiry_is_read_in_the_usual_ways(expiry: str) -> None:
    """MM/YY, MM/YYYY and YYYY-MM are read; a card is good to the end of its month."""
    assert refusal("4242424242424242", expiry, "1234", NOW) is None


def test_test_cards_are_well_formed() -> None:
    """Each number of the table passes the Luhn check, so that forms accept it."""
    for number in TEST_CARDS:
        digits = [int(digit) for digit in reversed(number)]
        odd, even = digits[0::2], digits[1::2]
        assert (sum(odd) + sum(sum(divmod(2 * digit, 10)) for digit in even)) % 10 == 0, number
