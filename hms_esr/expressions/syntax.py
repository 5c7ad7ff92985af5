"""Owns the syntax of checks: tokens, operator precedence, types; text becomes a tree that can be computed.

Knows nothing of which metrics exist or where their values come from: a lookup is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

from hms_esr.errors import NoData

MAX_DEPTH = 32
SELECTORS = ("step", "journey", "persona", "status", "service", "fault")

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)"
    r"|(?P<text>\"[^\"\n]*\"|'[^'\n]*')|(?P<sign><=|>=|==|!=|[<>+\-*/(){},=×÷−])"
)
_BARE_VALUE = re.compile(r"[A-Za-z0-9_.-]+")
_SPELLED = {"×": "*", "÷": "/", "−": "-"}
_CURES = {
    "=": "write == to compare",
    "!": "write not",
    "&": "write and",
    "|": "write or",
    "%": "a share is a number from 0 to 1, such as 0.99",
    "^": "powers are not among the operations",
}
_ALLOWED = "allowed are numbers, metrics, + - * /, < <= > >= == !=, and or not, parentheses"
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
COMPARING = 4
"""Binding power of comparisons."""
_POWER = {"or": 1, "and": 2} | dict.fromkeys(COMPARISONS, COMPARING) | {"+": 5, "-": 5, "*": 6, "/": 6}
_NOT, _MINUS = 3, 7


@dataclass(frozen=True, slots=True)
class MetricRef:
    """A metric as a check names it. ``labels`` are its selector's pairs, in the order of the text."""

    name: str
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def selector(self) -> dict[str, str]:
        """``{"step": "submit"}``; empty when everything is meant."""
        return dict(self.labels)

    def __str__(self) -> str:
        """``latency_p95_ms{step="submit"}``."""
        pairs = ", ".join(f"{key}='{value}'" if '"' in value else f'{key}="{value}"' for key, value in self.labels)
        return f"{self.name}{{{pairs}}}" if pairs else self.name


Lookup = Callable[[MetricRef], float]


@dataclass(frozen=True, slots=True)
class Node:
    """One part of an expression: ``kind`` is number, metric, or an operator; ``args`` its operands."""

    kind: str
    args: tuple[Node, ...] = ()
    text: str = ""
    ref: MetricRef | None = None

    @property
    def is_condition(self) -> bool:
        """Whether its value is true or false rather than a number."""
        return self.kind in COMPARISONS or self.kind in ("and", "or", "not")

    def value(self, lookup: Lookup) -> float | bool:
        """Every operand is looked up, so missing data is never hidden behind the other side of an ``or``."""
        if self.ref is not None:
            return _finite(float(lookup(self.ref)), str(self.ref))
        if self.kind == "number":
            return float(self.text)
        values = [arg.value(lookup) for arg in self.args]
        return _apply(self.kind, values)

    def metrics(self) -> tuple[MetricRef, ...]:
        """Every metric named, once each, in the order of the text."""
        if self.ref is not None:
            return (self.ref,)
        return tuple(dict.fromkeys(ref for arg in self.args for ref in arg.metrics()))

    def canonical(self, power: int = 0) -> str:
        """The text with one spelling: single spaces, ``*`` and ``/``, only the parentheses that are needed."""
        if self.ref is not None:
            return str(self.ref)
        if self.kind == "number":
            return self.text
        if self.kind == "not":
            own, text = _NOT, f"not {self.args[0].canonical(_NOT)}"
        elif self.kind == "minus":
            own, text = _MINUS, f"-{self.args[0].canonical(_MINUS)}"
        else:
            own = _POWER[self.kind]
            text = f"{self.args[0].canonical(own)} {self.kind} {self.args[1].canonical(own + 1)}"
        return f"({text})" if own < power else text


def _finite(value: float, what: str) -> float:
    if not isfinite(value):
        raise NoData(f"{what} has no finite value")
    return value


def _apply(kind: str, values: list[float | bool]) -> float | bool:
    left, right = values[0], values[-1]
    if kind in COMPARISONS:
        outcome = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
        return (outcome | {"==": left == right, "!=": left != right})[kind]
    if kind == "/" and right == 0:
        raise NoData("division by zero")
    if kind in ("and", "or", "not"):
        return {"and": left and right, "or": left or right, "not": not left}[kind]
    if kind == "/":
        return _finite(left / right, "the quotient")
    return _finite({"+": left + right, "-": left - right, "*": left * right, "minus": -left}[kind], "the result")


class _Token:
    __slots__ = ("at", "kind", "text")

    def __init__(self, kind: str, text: str, at: int) -> None:
        self.kind, self.text, self.at = kind, text, at


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            cure = _CURES.get(text[at], _ALLOWED)
            raise ValueError(f"{text!r}, character {at + 1}: found {text[at]!r}; {cure}")
        kind = str(found.lastgroup)
        if kind != "space":
            tokens.append(_Token(kind, _SPELLED.get(found[0], found[0]), at))
        at = found.end()
    return tokens


class _Parser:
    """Pratt's top-down operator precedence (Pratt 1973), one pass, no backtracking."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [*_tokens(text), _Token("end", "", len(text))]
        self._next = 0

    def whole(self) -> Node:
        node = self._expression(0, 0)
        if self._peek.kind != "end":
            raise self._wrong(self._peek, f"expected an operator; {_ALLOWED}")
        return node

    @property
    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        return token

    def _wrong(self, token: _Token, text: str) -> ValueError:
        found = f"found {token.text!r}" if token.text else "it ends here"
        cure = _CURES.get(token.text)
        return ValueError(f"{self._text!r}, character {token.at + 1}: {found}; {cure or text}")

    def _expression(self, power: int, depth: int) -> Node:
        left = self._prefix(depth)
        while True:
            token = self._peek
            own = _POWER.get(token.text, 0) if token.kind in ("sign", "name") else 0
            if own <= power:
                return left
            self._take()
            right = self._expression(own, depth)
            left = self._pair(token, left, right)

    def _pair(self, token: _Token, left: Node, right: Node) -> Node:
        wants_conditions = token.text in ("and", "or")
        for side in (left, right):
            if side.is_condition and not wants_conditions:
                chained = "; compare two values at a time, joined by and" if token.text in COMPARISONS else ""
                raise self._wrong(
                    token, f"numbers are wanted on both sides, '{side.canonical()}' is a condition{chained}"
                )
            if wants_conditions and not side.is_condition:
                raise self._wrong(token, f"conditions are wanted on both sides, '{side.canonical()}' is a number")
        return Node(token.text, (left, right))

    def _prefix(self, depth: int) -> Node:
        token = self._take()
        if depth > MAX_DEPTH:
            raise self._wrong(token, f"nested deeper than {MAX_DEPTH} levels")
        if token.kind == "number":
            return self._number(token)
        if token.text == "(":
            inner = self._expression(0, depth + 1)
            self._expect(")")
            return inner
        if token.text == "-":
            inner = self._expression(_MINUS, depth + 1)
            if inner.is_condition:
                raise self._wrong(token, f"a number is wanted after -, '{inner.canonical()}' is a condition")
            return Node("minus", (inner,))
        if token.text == "not":
            inner = self._expression(_NOT, depth + 1)
            if not inner.is_condition:
                raise self._wrong(token, f"a condition is wanted after not, '{inner.canonical()}' is a number")
            return Node("not", (inner,))
        if token.kind == "name" and token.text not in ("and", "or"):
            return Node("metric", ref=MetricRef(token.text, self._selector()))
        raise self._wrong(token, "a number, a metric or a parenthesis is wanted")

    def _number(self, token: _Token) -> Node:
        if not isfinite(float(token.text)):
            raise self._wrong(token, "the number is too large")
        after = self._peek
        if after.kind == "name" and after.at == token.at + len(token.text):
            raise self._wrong(after, "a number has no unit here; the metric's name says it (_ms, _s)")
        return Node("number", text=token.text)

    def _expect(self, sign: str) -> _Token:
        token = self._take()
        if token.text != sign or token.kind != "sign":
            raise ValueError(str(self._wrong(token, f"'{sign}' is wanted")))
        return token

    def _selector(self) -> tuple[tuple[str, str], ...]:
        if self._peek.text != "{":
            return ()
        self._take()
        pairs: dict[str, str] = {}
        while True:
            key = self._take()
            if key.text not in SELECTORS or key.text in pairs:
                raise self._wrong(key, f"a selector is one of {', '.join(SELECTORS)}, each once")
            if self._peek.text == "=":
                self._take()
            else:
                raise ValueError(f"{self._text!r}, character {self._peek.at + 1}: '=' is wanted: {key.text}=\"…\"")
            pairs[key.text] = self._value()
            token = self._take()
            if token.text == "}":
                return tuple(pairs.items())
            if token.text != ",":
                raise self._wrong(token, "',' or '}' is wanted")

    def _value(self) -> str:
        token = self._peek
        if token.kind == "text":
            return self._take().text[1:-1]
        bare = _BARE_VALUE.match(self._text, token.at)
        if bare is None:
            raise self._wrong(token, "a value in quotes is wanted")
        while self._peek.kind != "end" and self._peek.at < bare.end():
            self._take()
        return bare[0]


def tree(text: str) -> Node:
    """The whole text as a tree; ValueError with the place and what is allowed."""
    return _Parser(text).whole()
