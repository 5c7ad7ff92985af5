"""Owns what the run would have cost: ``cloud_cost``.

Knows nothing of currencies: prices come from the scenario.
"""

from __future__ import annotations

from hms_esr.errors import NoData
from hms_esr.expressions.expression import MetricRef
from hms_esr.formatting import count, number
from hms_esr.record import Record
from hms_esr.verdicts.measures.measure import Measured, Words


class CloudCost:
    """``per_hour`` × simulated hours + ``per_request`` × every request people sent."""

    names = ("cloud_cost",)
    pattern = "cloud_cost"
    selectors = ()

    def measure(self, record: Record, ref: MetricRef) -> Measured:
        """In the currency of the scenario's prices."""
        cost = record.scenario.cost
        if cost is None:
            raise NoData("the scenario has no cost: {per_hour, per_request}")
        hours = record.sim_s / 3600
        note = f"{number(round(hours, 2))} simulated hours, {count(record.requests)} requests"
        return Measured(cost.per_hour * hours + cost.per_request * record.requests, note)

    def words(self, record: Record, ref: MetricRef) -> Words:
        """Cost of the run."""
        return Words("Cost of the run", "number", "own", "the run cost {value}", too_high="The run cost too much")
