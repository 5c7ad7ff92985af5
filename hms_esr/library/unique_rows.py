"""Owns whether data sets whose rows go to one person each have enough of them. Knows nothing of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hms_esr.library.rows import Rows
from hms_esr.scenario.model import Scenario
from hms_esr.schedule.arrivals import ArrivalSchedule


def too_few_rows(scenario: Scenario, data: Mapping[str, Rows], schedule: ArrivalSchedule) -> Iterator[tuple[str, str]]:
    """(data set, what is wrong with it) for each set with ``pick: unique`` that cannot serve everybody planned."""
    for name in [name for name, one in scenario.data.items() if one.pick == "unique"]:
        if schedule.closed:
            cure = "pick in_order or random"
            yield name, f"data set '{name}' is unique, which a closed load (concurrent) uses up; {cure}"
        elif len(data[name]) < schedule.total:
            yield name, f"data set '{name}' is unique and has {len(data[name])} rows for {schedule.total} people"
