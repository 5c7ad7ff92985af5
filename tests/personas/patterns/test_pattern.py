"""Patterns of HTML are read as JavaScript does, met, and matched within a budget; none is given to re by us."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hms_esr.personas.patterns.matcher import Budget, TooManySteps, matches
from hms_esr.personas.patterns.parser import NotSupported, read_pattern
from hms_esr.personas.patterns.pattern import Pattern, pattern_of
from hms_esr.personas.safe import Draw
from hms_esr.seeded import draw

PATTERNS = [
    r"\d{5}(-\d{4})?",
    r"[A-Z]\d{8}",
    r"\+?[0-9 ()-]{7,}",
    r"(yes|no|)",
    r"^\d{5}(-|)$",
    r"[a-f0-9]{8}-(?:[a-f0-9]{4}-){3}[a-f0-9]{12}",
    r"[1-9]\d*",
    r"[A-Z]{1,2}[0-9R][0-9A-Z]? [0-9][ABD-HJLNP-UW-Z]{2}",
    r"(a|b)*?c{2,}?[^\w\s]",
    r"\bfoo\b ?a?\Br?(?!x)-",
    r"(?=.*\d)(?=.*[a-z])(?=.*[A-Z]).{8,}",
    r"(?=.{5,10}$)[a-z]+(-[a-z]+)*",
    r"(?!0+$)\d{3,}(?<!9)",
    r"(?<year>20\d\d)(?<=[0-8])",
    r"[\t\x41\u0042\-\]\\]+",
    r"[^\d]{3}(a{0}b){1,3}",
    r"[a-z]{70}",
]


def of(text: str) -> Pattern:
    pattern = pattern_of(text)
    assert pattern is not None
    return pattern


def draws(seed: int) -> Draw:
    return lambda number: draw(seed, "pattern", number)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_what_is_made_meets_the_pattern(pattern: str) -> None:
    """A text made for a pattern is one that another engine takes too; people get different ones."""
    made = {of(pattern).value((), draws(seed)) for seed in range(30)}
    python = pattern.replace("(?<year>", "(?P<year>")
    assert all(text is not None and re.fullmatch(python, text) for text in made)


@pytest.mark.parametrize(
    ("pattern", "fit", "unfit"),
    [
        (r"[[a-z]--[aeiou]]+", "bcd", "bad"),
        (r"[\w&&[^\d]]+", "ab_", "a1"),
        (r"[[a-c][x-z]]+", "abxz", "am"),
        (r"[\p{L}--[a-z]]+", "ÄÉB", "b"),
        (r"\p{Lu}\p{Ll}+", "Émile", "émile"),
        (r"\P{N}+", "a b", "a1"),
        (r"\p{Script=Greek}+", "αβγ", "abc"),
        (r"\u{1F600}.", "\U0001f600x", "x"),
        (r"\cA\0[\b]\/", "\x01\x00\x08/", "/"),
        (r"[^]", "\n", "ab"),
        (r"[]|x", "x", ""),
        (r"a{,2}", "a{,2}", "aa"),
        (r"[(-)]{2}", "()", "(-"),
    ],
)  # fmt: skip
def test_what_is_not_pythons_is_read_as_browsers_do(pattern: str, fit: str, unfit: str) -> None:
    """Sets of the flag ``v``, Unicode properties, escapes; and what only the flag ``v`` refuses, as it is meant."""
    assert [of(pattern).fits(text) for text in (fit, unfit)] == [True, False]


@pytest.mark.parametrize("pattern", ["(", ")", "[", "a**", "*", "a{3,2}", "[b-a]", "\\", ""])
def test_what_browsers_ignore_is_ignored(pattern: str) -> None:
    """A pattern that is no expression restricts nothing."""
    assert pattern_of(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(\w)\1", "a backreference"),
        (r"(?<a>x)\k<a>", "a backreference"),
        ("(?i:x)", "'(?i'"),
        (r"\p{Emoji}", "unknown property Emoji"),
        ("x" * 3000, "longer than 2000 characters"),
        ("(" * 40 + ")" * 40, "groups nested more than 30 deep"),
        ("a{9999}", "a count of 9999 times"),
    ],
)
def test_what_cannot_be_read_is_said(pattern: str, reason: str) -> None:
    """Browsers read it, we do not: the reason is told."""
    with pytest.raises(NotSupported) as told:
        pattern_of(pattern)
    assert str(told.value) == reason


def test_a_wish_that_fits_is_taken() -> None:
    """What a person would like to type comes first, if length and pattern allow it."""
    assert of(r"\d+").value(["x", "12", "345"], draws(1), least=3) == "345"
    assert of(r"\d+").value(["x", "1234"], draws(1), most=3) not in (None, "1234")


def test_what_nothing_meets_has_no_value() -> None:
    """No text fits, or none of an allowed length."""
    assert [of(one).value((), draws(1)) for one in ("(?=a)b", "a(?<=b)", "[]", "^$", r"a\bb")] == [None] * 5
    assert of(r"\d{5}").value((), draws(1), most=4) is None


@pytest.mark.parametrize("pattern", [r"^(a+)+$(?=)", r"(?=(a|aa)+$)a*", r"(?:(.*a){20}(?=)|b)"])
def test_our_own_matcher_has_a_budget(pattern: str) -> None:
    """What would take a backtracking engine for ever is answered in few steps; beyond the budget it is told."""
    node = read_pattern(pattern)
    budget = Budget()
    assert not matches(node, "a" * 40 + "!", budget)
    assert budget.steps > 0
    with pytest.raises(TooManySteps):
        matches(node, "a" * 5000, Budget(1000))


ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", "(?=a)", "(?!b)", "^", "$", r"\b", "(?<=a)"])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.builds("(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "*?"])),
    ),
    max_leaves=8,
)  # fmt: skip


@given(EXPRESSIONS, st.lists(st.text("ab1 ", max_size=6), max_size=5), st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_both_matchers_agree_with_another_engine(expression: str, texts: list[str], seed: int) -> None:
    """Any expression: a text fits by ours, by the linear engine and by ``re`` alike, and what is made fits too."""
    theirs = re.compile(rf"(?:{expression})\Z".replace("$", r"\Z"), re.ASCII)
    pattern = of(expression)
    made = pattern.value((), draws(seed))
    for text in [*texts, *([] if made is None else [made])]:
        fits = theirs.match(text) is not None
        assert pattern.fits(text) == matches(pattern.node, text, Budget(10**6)) == fits, text
    assert made is None or theirs.match(made)
