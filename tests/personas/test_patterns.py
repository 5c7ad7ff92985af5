"""Simple patterns of HTML are read and met; others are left alone, none is given to re."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hms_esr.personas.patterns import fits, made_for, read_pattern
from tests.each import each

SIMPLE = [
    r"\d{5}",
    r"[A-Z]\d{8}",
    r"[0-9]{3}-[0-9]{2}-[0-9]{4}",
    r"[A-Za-z]{2,4}",
    r"^\d{5}(-|)$",
    r"[a-f0-9]+",
    r"\(\d{3}\) \d{3}-\d{4}",
    "S-?[0-9]*",
]


@pytest.mark.parametrize("pattern", [one for one in SIMPLE if read_pattern(one)])
@given(seed=st.integers(0, 2**32))
def test_what_is_made_meets_the_pattern(pattern: str, seed: int) -> None:
    """A text made for a pattern is one the pattern accepts, and one we take for fitting."""
    parts = read_pattern(pattern)
    assert parts is not None
    text = made_for(parts, lambda i: (seed * 2654435761 + i * 40503) << 20 & (1 << 64) - 1)
    assert fits(parts, text)
    assert re.fullmatch(pattern, text)


def test_most_simple_patterns_are_read() -> None:
    """Rows of classes with counts are simple; groups and alternatives are not."""
    assert [bool(read_pattern(one)) for one in SIMPLE] == [True, True, True, True, False, True, True, True]


@each("pattern", ["(a+)+$", "a|b", "[^a]", "(?=x)", r"\p{L}+", "", "a{5,2}", "x" * 300, "[b-a]", r"\d{999}"])
def test_other_patterns_are_left_alone(pattern: str) -> None:
    """A pattern that is no plain row is not read at all."""
    assert read_pattern(pattern) is None


def test_fitting_is_told() -> None:
    """Texts too short, too long or of other characters do not fit."""
    parts = read_pattern(r"\d{2,3}")
    assert parts is not None
    assert [fits(parts, text) for text in ("1", "12", "123", "1234", "1a", "")] == [
        False,
        True,
        True,
        False,
        False,
        False,
    ]
