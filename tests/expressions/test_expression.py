"""Tests of hms_esr.expressions.expression and its syntax."""

from __future__ import annotations

import operator
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from hms_esr.errors import NoData
from hms_esr.expressions.expression import MAX_CHARACTERS, MetricRef, parse
from tests.each import each

VALUES = {"a": 1.0, "b": 2.5, "permits.processed": 40.0, "zero": 0.0}
NAMED = re.compile(r"\b(?:a|b|permits\.processed|zero|gone)\b")
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def look(ref: MetricRef) -> float:
    if ref.name not in VALUES:
        raise NoData(f"no {ref}")
    return VALUES[ref.name]


@each(
    ("text", "value"),
    [
        ("a", 1.0),
        ("a + b * 2", 6.0),
        ("(a + b) * 2", 7.0),
        ("b - a - a", 0.5),
        ("permits.processed / 4 / 2", 5.0),
        ("permits.processed ÷ 4 × 2 − a", 19.0),
        ("-a * -b", 2.5),
        ("- - a", 1.0),
        ("a < 2", True),
        ("2 < a", False),
        ("a >= 1 and b <= 2.5", True),
        ("a > 1 or b > 2", True),
        ("not a > 1", True),
        ("not a > 1 and b > 3", False),
        ("a > 3 or a < 3 and b < 1", False),
        ("a == 1.0", True),
        ("a != 1e0", False),
        ("a{step='x'} < .5e1", True),
    ],
)
def test_expressions_are_computed(text: str, value: float | bool) -> None:
    """Precedence is that of arithmetic: not, and, or bind weaker than comparisons."""
    assert parse(text).evaluate(look) == value


@each(
    ("text", "measured", "sign", "limit"),
    [
        ("latency_p95_ms<2000", "latency_p95_ms", "<", 2000.0),
        ('recovery_s{ fault = "db_down" } < 30', 'recovery_s{fault="db_down"}', "<", 30.0),
        ("2000 >= latency_p95_ms", "latency_p95_ms", "<=", 2000.0),
        ("0.98 < success_rate", "success_rate", ">", 0.98),
        ("a*2 + b > 60 * 60", "a * 2 + b", ">", 3600.0),
        ("a < b * 2", "a", "<", None),
        ("a < 1 / 0", "a", "<", None),
        ("a > -1", "a", ">", -1.0),
        ("a < 1 and b < 2", "a < 1 and b < 2", "", None),
        ("cost_per_claim", "cost_per_claim", "", None),
        ("latency_p95_ms{status=503,step=submit-2} < 1", 'latency_p95_ms{status="503", step="submit-2"}', "<", 1.0),
    ],
)
def test_what_is_measured_and_required(text: str, measured: str, sign: str, limit: float | None) -> None:
    """A comparison says what is measured, how, and the limit when it is constant; a limit on the left changes sides."""
    expression = parse(text)
    assert (expression.measured, expression.operator, expression.limit) == (measured, sign, limit)
    assert expression.is_condition == (text != "cost_per_claim")


def test_metrics_are_named_once_with_their_selectors() -> None:
    """Every metric is listed once, in the order of the text, with its selector."""
    found = parse('b + a{step="x", persona="slow"} + b > a').metrics
    assert [str(ref) for ref in found] == ["b", 'a{step="x", persona="slow"}', "a"]
    assert found[1].selector == {"step": "x", "persona": "slow"}


@each(
    ("text", "at", "says"),
    [
        ("", 1, "wanted"),
        ("a <", 4, "it ends here"),
        ("a b", 3, "an operator"),
        ("a < b < 3", 7, "compare two values at a time"),
        ("a = 3", 3, "write == to compare"),
        ("a < 99%", 7, "such as 0.99"),
        ("a < 200ms", 8, "no unit here"),
        ("a && b", 3, "write and"),
        ("a + (b < 3)", 3, "is a condition"),
        ("a and b < 3", 3, "is a number"),
        ("not a", 1, "is a number"),
        ("a{color='x'} < 3", 3, "step, journey, persona, status, service, fault"),
        ("a{step='x', step='y'} < 3", 13, "each once"),
        ("a{step='x' < 3", 12, "',' or '}'"),
        ("a{step} < 3", 7, "'=' is wanted"),
        ("a{} < 3", 3, "a selector is one of"),
        ("(a < 3", 7, "')' is wanted"),
        ("a < 1e999", 5, "too large"),
        ("__import__('os')", 11, "expected an operator"),
        ("a ** 2", 4, "a number, a metric or a parenthesis"),
        ("(" * 40 + "a", 34, "nested deeper than 32"),
        ("-" * 40 + "a", 34, "nested deeper than 32"),
        ("not " * 40 + "a < 3", 133, "nested deeper than 32"),
    ],
)
def test_mistakes_are_answered_with_a_place(text: str, at: int, says: str) -> None:
    """A mistake names its character and what is allowed instead."""
    with pytest.raises(ValueError) as caught:
        parse(text)
    assert f"character {at}:" in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(("text", "says"), [("1 < 2", "measures nothing"), ("a + " * 200 + "a", "at most 512")])
def test_mistakes_of_the_whole(text: str, says: str) -> None:
    """An expression measures something and has at most 512 characters."""
    with pytest.raises(ValueError, match=says):
        parse(text)


def test_the_longest_chain_is_computed() -> None:
    """An expression as long as allowed is computed without exhausting the stack."""
    text = "+".join("a" * (MAX_CHARACTERS // 2))
    assert parse(text).evaluate(look) == MAX_CHARACTERS // 2
    assert parse(parse("a" + " +a" * 100).canonical).evaluate(look) == 101


@pytest.mark.parametrize("text", ["a / zero", "a / zero < 3", "a < 3 or gone > 2", "gone < 3", "a * 1e200 * 1e200 > 1"])
def test_missing_data_is_never_hidden(text: str) -> None:
    """Division by zero, overflow and missing metrics raise NoData, even beside an ``or`` that holds."""
    with pytest.raises(NoData):
        parse(text).evaluate(look)


@given(st.text(alphabet=st.sampled_from("ab1 .<>=!+-*/(){},\"'×÷andornotstep_%&|\n\x00é"), max_size=60) | st.text())
@example("a{step=")
@example("٣ < a")
@settings(max_examples=600, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the text, parsing ends with an expression or ValueError."""
    try:
        expression = parse(text)
    except ValueError as error:
        assert str(error)
    else:
        assert expression.metrics


def _number(draw: random.Random, depth: int) -> tuple[str, Any]:
    """Text and a reference value (None: no data), built together so that neither is derived from the other."""
    if depth == 0 or draw.random() < 0.3:
        if draw.random() < 0.6:
            name = draw.choice([*VALUES, "gone"])
            return name, VALUES.get(name)
        number = draw.choice([0.0, 1.0, 2.0, 0.5, 3.25])
        return str(number), number
    if draw.random() < 0.15:
        text, value = _number(draw, depth - 1)
        return f"-({text})", None if value is None else -value
    sign = draw.choice("+-*/")
    (left, x), (right, y) = _number(draw, depth - 1), _number(draw, depth - 1)
    value = None if x is None or y is None or (sign == "/" and y == 0) else OPERATORS[sign](x, y)
    return f"({left}) {sign} ({right})", value


def _condition(draw: random.Random, depth: int) -> tuple[str, Any]:
    kind = draw.choice(["compare", "compare", "and", "or", "not"]) if depth else "compare"
    if kind == "compare":
        sign = draw.choice(list(COMPARISONS))
        (left, x), (right, y) = _number(draw, depth), _number(draw, depth)
        return f"{left} {sign} {right}", None if x is None or y is None else COMPARISONS[sign](x, y)
    left, x = _condition(draw, depth - 1)
    if kind == "not":
        return f"not ({left})", None if x is None else not x
    right, y = _condition(draw, depth - 1)
    value = None if x is None or y is None else (x and y if kind == "and" else x or y)
    return f"({left}) {kind} ({right})", value


@given(st.randoms(use_true_random=False), st.sampled_from([_number, _condition]))
@settings(max_examples=400, deadline=None)
def test_agrees_with_a_reference(draw: random.Random, made: Callable[[random.Random, int], tuple[str, Any]]) -> None:
    """Random expressions and their canonical text have the value a reference evaluator gives, or none as it has."""
    text, value = made(draw, 3)
    assume(NAMED.search(text) and len(text) <= MAX_CHARACTERS)
    for spelled in (text, parse(text).canonical):
        try:
            found: Any = parse(spelled).evaluate(look)
        except NoData:
            found = None
        assert found == (None if value is None else pytest.approx(value)), spelled
