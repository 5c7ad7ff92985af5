"""Owns finding the value of a metric a check names: a built-in measure, a probe, or a function of the scenario's own.

Knows nothing of limits or verdicts. Built-in names win over functions, functions over probes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from math import isfinite

from hms_esr.errors import NoData
from hms_esr.expressions.expression import MetricRef, parse
from hms_esr.formatting import brief
from hms_esr.probes.figure import figure
from hms_esr.record import Record
from hms_esr.registry import did_you_mean
from hms_esr.verdicts.measures import MEASURES, Measure, Measured, Words

Custom = Mapping[str, Callable[[Mapping[str, float]], float]]
"""Functions of a scenario or of an installed package: metrics in, a number out."""


@cache
def _measures() -> tuple[Measure, ...]:
    return tuple(MEASURES.get(name)() for name in MEASURES.names())


@cache
def _measure_of(name: str) -> Measure | None:
    return next((one for one in _measures() if re.fullmatch(one.pattern, name, re.ASCII)), None)


def known_metrics() -> list[str]:
    """Every built-in name as docs show it: ``sla_<duration>_success_rate`` stands for many."""
    return [name for one in _measures() for name in one.names]


def is_metric(name: str) -> bool:
    """Whether ``name`` is built in."""
    return _measure_of(name) is not None


def problem_with(ref: MetricRef, also: Iterable[str] = ()) -> str:
    """What is wrong with naming this metric, with the cure; empty when nothing is.

    ``also``: names of probes and of the scenario's own functions.
    """
    own = list(also)
    measure_ = _measure_of(ref.name)
    if measure_ is None:
        if ref.name not in own:
            return f"unknown metric '{ref.name}'.{did_you_mean(ref.name, known_metrics() + own)}"
        return f"{ref.name} takes no selector" if ref.labels else ""
    for key in ref.selector:
        if key not in measure_.selectors:
            allowed = f"selectors are {', '.join(measure_.selectors)}" if measure_.selectors else "it takes no selector"
            return f"{ref.name} cannot be selected by {key}; {allowed}"
    return ""


class Metrics(Mapping[str, float]):
    """Every metric of a record by name, computed when asked for; what has no data raises NoData, it is never 0.

    A key may carry a selector: ``metrics['latency_p95_ms{step="submit"}']``.
    """

    def __init__(self, record: Record, custom: Custom | None = None) -> None:
        self._record = record
        self._custom = custom or {}
        self._known: dict[MetricRef, Measured] = {}
        self._under_way: list[str] = []

    def __getitem__(self, name: str) -> float:
        """The value; NoData with the reason when there is none."""
        try:
            ref = parse(name).root.ref
        except (ValueError, TypeError) as error:
            raise NoData(str(error)) from None
        if ref is None:
            raise NoData(f"{name!r} is no metric's name")
        return self.measure(ref).value

    def __iter__(self) -> Iterator[str]:
        """Names without selectors; durations of ``sla_…`` are those of the record."""
        yield from (name for name in known_metrics() if "<" not in name)
        yield from self._custom
        yield from (name for name in self._record.probes if name not in self._custom)

    def __len__(self) -> int:
        """How many names there are."""
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        """Whether there is such a metric, with data or without."""
        return isinstance(name, str) and (is_metric(name) or name in self._custom or name in self._record.probes)

    def measure(self, ref: MetricRef) -> Measured:
        """Value and note; NoData when there is nothing to compute it from."""
        if ref not in self._known:
            self._known[ref] = self._measure(ref)
        return self._known[ref]

    def _measure(self, ref: MetricRef) -> Measured:
        wrong = problem_with(ref, [*self._custom, *self._record.probes, *self._record.scenario.probes])
        if wrong:
            raise NoData(wrong.partition(" Allowed:")[0].rstrip("."))
        built_in = _measure_of(ref.name)
        if built_in is not None:
            found = built_in.measure(self._record, ref)
        elif ref.name in self._custom:
            found = Measured(self._call(ref.name), "the scenario’s own figure")
        else:
            found = Measured(self._probe(ref.name), "a probe’s figure")
        if not isfinite(found.value):
            raise NoData(f"{ref} has no finite value")
        return found

    def _probe(self, name: str) -> float:
        value = self._record.probes.get(name)
        if value is None:
            value = figure(name, self._record.sensors)
        if value is None:
            raise NoData(f"the probe {name} gave no figure")
        return float(value)

    def _call(self, name: str) -> float:
        """Foreign code: whatever it does wrong, the check has no data and the reason says so."""
        if name in self._under_way:
            raise NoData(f"the metric {name} is computed from itself")
        self._under_way.append(name)
        try:
            value = self._custom[name](self)
        except NoData as error:
            raise NoData(f"the metric {name} has no data: {error}") from None
        except Exception as error:
            raise NoData(f"the metric {name} failed: {type(error).__name__}: {brief(str(error), 12, 120)}") from error
        finally:
            self._under_way.pop()
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise NoData(f"the metric {name} gave {type(value).__name__}, a number is wanted")
        return float(value)


def measure(record: Record, ref: MetricRef, custom: Custom | None = None) -> Measured:
    """One metric's value over the judged part of the run; NoData, with the reason, when there is none."""
    return Metrics(record, custom).measure(ref)


def words(record: Record, ref: MetricRef) -> Words:
    """How a metric is said; a name of the scenario's own is quoted."""
    built_in = _measure_of(ref.name)
    try:
        if built_in is not None:
            return built_in.words(record, ref)
    except NoData:
        pass
    return quoted(str(ref))


def quoted(text: str) -> Words:
    """Words for a figure that has no words of ours."""
    return Words(text, "number", "own", f"“{brief(text)}” was {{value}}")
