"""Owns one check against one record: its value, whether it holds, how both are written.

Knows nothing of other checks or of whether the rehearsal can be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass

from hms_esr import formatting
from hms_esr.errors import NoData
from hms_esr.expressions.expression import Expression, MetricRef, parse
from hms_esr.record import Record
from hms_esr.scenario.model import Check
from hms_esr.verdicts.judgement import CheckOutcome, CheckResult
from hms_esr.verdicts.measures import Measured, Words
from hms_esr.verdicts.metrics import Metrics, quoted, words

_UPPER, _LOWER = ("<", "<="), (">", ">=")
_CLOSE = 0.9


def judge_check(
    record: Record, check: Check, metrics: Metrics, *, strict: bool = False, default: bool = False
) -> CheckResult:
    """The check's result; never raises: without data its verdict is INVALID and its reason says why."""
    expression = parse(check.check)
    said = words_of(record, expression)
    warning = parse(check.warn_expression) if check.warn else None
    warn = warning.limit if warning else None
    look = _Lookup(expression, metrics)
    limit = _limit(expression, look)
    levels = _Levels(said, expression.operator, limit, warning.operator if warning else "", warn)
    try:
        holds = bool(expression.evaluate(look)) if expression.is_condition else True
        look.refuse_if_open(holds)
        warned = warning is not None and not warning.evaluate(look)
        value = float(expression.measured_node.value(look))
    except NoData as error:
        return _result(check, expression, levels, None, "INVALID", f"no data: {error}", default, "")
    verdict: CheckOutcome = "PASS"
    if not holds or (warned and strict):
        verdict = "FAIL"
    elif warned:
        verdict = "WARN"
    shown = ("at least " if look.at_least else "") + levels.value(value)
    if warned and holds:
        reason = f"{shown}, past the warning level: warns {levels.warn_words}"
    elif levels.limit_words:
        reason = f"{shown}, {levels.limit_words} is required"
    else:
        reason = shown
    return _result(check, expression, levels, value, verdict, reason, default, look.note, shown)


def words_of(record: Record, expression: Expression) -> Words:
    """What the check measures, in words; arithmetic and joined conditions are quoted."""
    node = expression.measured_node
    if node.ref is not None:
        return words(record, node.ref)
    if node.is_condition:
        name = f"“{formatting.brief(expression.measured, 6, 60)}”"
        return Words(expression.measured, "number", "own", f"{name} held", f"{name} did not hold")
    return quoted(expression.measured)


class _Lookup:
    """Values for an expression. A figure still growing when the run ended can only show that an upper limit broke."""

    def __init__(self, expression: Expression, metrics: Metrics) -> None:
        self._metrics = metrics
        self._only = (
            expression.measured_node.ref if expression.operator in _UPPER and expression.limit is not None else None
        )
        self._main = expression.measured_node.ref
        self.at_least = False
        self.note = ""

    def __call__(self, ref: MetricRef) -> float:
        measured: Measured = self._metrics.measure(ref)
        if ref == self._main:
            self.note = measured.note
        if measured.at_least:
            self.at_least = True
            if ref != self._only:
                raise NoData(f"{ref} was not over when the load ended")
        return measured.value

    def refuse_if_open(self, holds: bool) -> None:
        """NoData when only a lower bound is known and it does not decide the check."""
        if self.at_least and holds:
            raise NoData(f"{self._main} was not over when the load ended")


@dataclass(frozen=True, slots=True)
class _Levels:
    """Limit and warning level of a check and how figures beside them are written."""

    said: Words
    operator: str
    limit: float | None
    warn_operator: str
    warn: float | None

    def value(self, value: float) -> str:
        """The value in words, with digits enough to differ from the nearest level."""
        if not self.operator and not self.warn_operator:
            return "yes" if value else "no"
        levels = [level for level in (self.limit, self.warn) if level is not None]
        near = min(levels, key=lambda level: abs(level - value), default=None)
        unit = self.said.unit
        if unit == "whole_s":
            whole = formatting.whole_s(value)
            return whole if near is None or round(value) != near or value == near else formatting.time_s(value, near)
        if unit == "share":
            return formatting.share(value, near)
        if unit in ("ms", "s"):
            factor = 1000 if unit == "s" else 1
            return formatting.time_ms(value * factor, None if near is None else near * factor)
        return formatting.number(value, near)

    def level(self, level: float) -> str:
        """A limit, as short as it is exact."""
        unit = self.said.unit
        if unit == "share":
            return formatting.short_share(level)
        if unit in ("ms", "s", "whole_s"):
            return formatting.short_time_ms(level * (1 if unit == "ms" else 1000))
        return formatting.short_number(level)

    @property
    def limit_words(self) -> str:
        """``under 2 s``; empty without a limit."""
        return "" if self.limit is None else formatting.limit(self.operator, self.level(self.limit))

    @property
    def warn_words(self) -> str:
        """From where it warns: ``from 1 s``; empty without a warning level."""
        if self.warn is None:
            return ""
        level = self.level(self.warn)
        below = {
            "<": "from {}",
            "<=": "over {}",
            ">": "at {} or less",
            ">=": "under {}",
            "==": "unless {}",
            "!=": "at {}",
        }
        return below[self.warn_operator].format(level)

    def room(self, value: float) -> str:
        """``0.58 s left; 0.42 s past warning``, ``2.0 points short``, ``23 s over``; empty without a limit."""
        parts = []
        if self.limit is not None and self.operator in _UPPER + _LOWER:
            left = self.limit - value if self.operator in _UPPER else value - self.limit
            outside = "over" if self.operator in _UPPER else "short"
            parts.append(f"{self._difference(abs(left))} {'left' if left >= 0 else outside}")
        if self.warn is not None and self.warn_operator in _UPPER + _LOWER:
            past = value - self.warn if self.warn_operator in _UPPER else self.warn - value
            if past > 0:
                parts.append(f"{self._difference(past)} past warning")
        return "; ".join(parts)

    def _difference(self, size: float) -> str:
        unit = self.said.unit
        if unit == "share":
            return formatting.points(size)
        if unit == "whole_s":
            return formatting.whole_s(size)
        if unit in ("ms", "s"):
            size_ms = size * (1 if unit == "ms" else 1000)
            level_ms = max(self.limit or 0.0, self.warn or 0.0) * (1 if unit == "ms" else 1000)
            in_seconds = level_ms >= 1000 and 10 <= size_ms < 1000
            return f"{size_ms / 1000:.2f}{formatting.NBSP}s" if in_seconds else formatting.time_ms(size_ms)
        return formatting.number(size)

    def close(self, value: float) -> bool:
        """Whether a check that holds has used 90 % of its room."""
        limit = self.limit
        if limit is None or limit <= 0:
            return False
        if self.operator in _UPPER:
            return value >= _CLOSE * limit
        if self.operator in _LOWER and self.said.unit == "share" and limit < 1:
            return 1 - value >= _CLOSE * (1 - limit)
        return False


def _limit(expression: Expression, look: _Lookup) -> float | None:
    """The right side as a number, measured when it is no constant."""
    if expression.limit is not None or not expression.operator:
        return expression.limit
    node = next(arg for arg in expression.root.args if arg is not expression.measured_node)
    try:
        return float(node.value(look))
    except NoData:
        return None


def _result(
    check: Check,
    expression: Expression,
    levels: _Levels,
    value: float | None,
    verdict: CheckOutcome,
    reason: str,
    default: bool,
    note: str,
    shown: str = formatting.MISSING,
) -> CheckResult:
    return CheckResult(
        check=check.check,
        metric=expression.measured,
        title=levels.said.title,
        value=value,
        shown=shown,
        verdict=verdict,
        reason=reason,
        limit=levels.limit,
        operator=expression.operator,
        limit_shown=levels.limit_words,
        warn=levels.warn,
        warn_shown=levels.warn_words,
        close=verdict == "PASS" and value is not None and levels.close(value),
        room="" if value is None else levels.room(value),
        default=default,
        note=note,
    )
