"""Tables give their values as often as the weights say."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hms_esr.personas.tables import SPAN, TABLED, Table, table


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30).filter(any), st.integers(0, SPAN - 1))
def test_every_number_has_a_value_of_weight(weights: list[int], number: int) -> None:
    """Any number in the span picks a value, never one of weight 0."""
    picked = Table([str(index) for index in range(len(weights))], weights).at(number)
    assert weights[int(picked)] > 0


def test_shares_are_exact() -> None:
    """Of evenly spread numbers each value gets its share."""
    made = Table(["a", "b", "c"], [1, 2, 5])
    found = Counter(made.at(number) for number in range(0, SPAN, SPAN // 8000))
    assert [round(found[one] / 1000) for one in "abc"] == [1, 2, 5]


def test_ends_without_weights() -> None:
    """The first number picks the first value and the last the last."""
    made = Table(["a", "b", "c"])
    assert (made.at(0), made.at(SPAN - 1)) == ("a", "c")


def test_empty_and_weightless_tables_are_refused() -> None:
    """A table needs a value, and a weight over 0."""
    with pytest.raises(ValueError, match="at least one value"):
        Table([])
    with pytest.raises(ValueError, match="over 0"):
        Table(["a"], [0])


@pytest.mark.parametrize("locale", ["en_US", "es_MX", "de_DE", "ja_JP"])
def test_every_tabled_provider_has_a_table(locale: str) -> None:
    """Each provider that is drawn from a table has one in every kind of locale, lists as dicts, tuples or lists."""
    for provider in TABLED:
        assert all(table(locale, provider).values), provider
