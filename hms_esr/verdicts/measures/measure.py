"""Owns what a kind of metric is: how it is named, measured from a record, and said in words.

Knows nothing of limits or verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from hms_esr.errors import NoData
from hms_esr.expressions.expression import MetricRef
from hms_esr.formatting import brief
from hms_esr.record import Record, SeriesKey

Unit = Literal["share", "ms", "s", "whole_s", "count", "number"]
Group = Literal["people", "deadlines", "errors", "recovery", "answers", "own"]
"""What a broken check is about; the verdict's sentence takes the first that is broken, in this order."""
GROUPS: tuple[Group, ...] = ("people", "deadlines", "errors", "recovery", "answers", "own")


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric's value; ``note`` says what it is made of. ``at_least``: it was still growing when the run ended."""

    value: float
    note: str = ""
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A metric for readers. ``{value}`` stands for the figure with its unit.

    ``happened``: "95 of 100 requests were answered within {value}"; ``missed``: the same after ``too_high`` or
    ``too_low`` and a colon, when it differs.
    """

    title: str
    unit: Unit
    group: Group
    happened: str
    missed: str = ""
    too_high: str = ""
    too_low: str = ""


class Measure(Protocol):
    """One kind of metric. Classes are made without arguments."""

    names: tuple[str, ...]
    """As docs and suggestions show them: ``sla_<duration>_success_rate``."""
    pattern: str
    """Regular expression of the whole name."""
    selectors: tuple[str, ...]
    """Which selectors it understands."""

    def measure(self, record: Record, ref: MetricRef) -> Measured:
        """Its value over the judged part of the run; NoData, with the reason, when there is nothing to compute from."""
        ...

    def words(self, record: Record, ref: MetricRef) -> Words:
        """How it is said."""
        ...


def selected(record: Record, ref: MetricRef) -> list[SeriesKey]:
    """The judged series that the selector means; NoData when no request is among them."""
    wanted = ref.selector
    keys = [key for key in record.series if all(str(getattr(key, name)) == value for name, value in wanted.items())]
    if not any(record.series[key].requests for key in keys):
        raise NoData(f"no judged request{about(ref)}" if wanted else "no judged request")
    return keys


def chosen_people(record: Record, ref: MetricRef) -> dict[str, int]:
    """State → judged people of the selected journey and persona."""
    wanted = ref.selector
    if not wanted:
        return dict(record.judged_states)
    states: dict[str, int] = {}
    for (journey, persona, state), n in record.judged_people.items():
        if wanted.get("journey", journey) == journey and wanted.get("persona", persona) == persona:
            states[state] = states.get(state, 0) + n
    return states


def about(ref: MetricRef) -> str:
    """What a selector narrows to, in words: `` of “upload”``; empty without selector."""
    parts = []
    for key, value in ref.labels:
        name = f"“{brief(value, 3, 30)}”"
        parts.append(f"with status {brief(value, 1, 10)}" if key == "status" else f"of {name}")
    return f" {' '.join(parts)}" if parts else ""
