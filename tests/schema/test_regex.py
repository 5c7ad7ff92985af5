"""Somebody else's regular expressions run in linear time, and what cannot is told."""

from __future__ import annotations

import pytest

from hms_esr.schema.regex import compile_linear

EVIL = "a" * 40 + "!"


@pytest.mark.parametrize(
    ("pattern", "text", "whole", "first"),
    [
        (r"\d{5}(-\d{4})?", "50310-1234", True, "50310-1234"),
        (r"id=(\w+)", "x id=a1 y", False, "id=a1"),
        (r"(?P<case>[A-Z]{2})-é", "IA-é", True, "IA-é"),
        (r"^(a+)+$", EVIL, False, None),
        (r"(a|aa)+$", EVIL, False, None),
        (r"(.*a){20}", EVIL, False, "a" * 40),
    ],
)
def test_expressions_are_searched_and_matched(pattern: str, text: str, whole: bool, first: str | None) -> None:
    """As ``re`` does, also where ``re`` would take for ever."""
    compiled = compile_linear(pattern)
    found = compiled.search(text)
    assert (found[0] if found else None) == first
    assert (compiled.fullmatch(text) is not None) == whole


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(?=a)b", "lookahead ((?=…) is not supported: it cannot run in linear time"),
        ("(?<!a)b", "negative lookbehind ((?<!…) is not supported: it cannot run in linear time"),
        (r"(a)\1", r"a backreference (\1) is not supported: it cannot run in linear time"),
        ("(?P<x>a)(?P=x)", "a backreference ((?P…) is not supported: it cannot run in linear time"),
        ("(a", "missing ): (a"),
        ("[b-a]", "invalid character class range: b-a"),
        ("\ud800", "the expression holds half a surrogate pair, which is no character"),
    ],
)
def test_what_the_engine_cannot_do_is_said(pattern: str, reason: str) -> None:
    """The reason names the part of the expression."""
    with pytest.raises(ValueError) as told:
        compile_linear(pattern)
    assert str(told.value) == reason
