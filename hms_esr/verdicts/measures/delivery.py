"""Owns how well the load was delivered, as metrics: ``dropped``, ``late_p99_ms``.

Knows nothing of the target: both are the generator's doing.
"""

from __future__ import annotations

from hms_esr.errors import NoData
from hms_esr.expressions.expression import MetricRef
from hms_esr.formatting import plural
from hms_esr.record import Record
from hms_esr.verdicts.measures.measure import Measured, Words, chosen_people


class Delivery:
    """Judged people who could not be started; how late 99 of 100 started at most, in ms."""

    names = ("dropped", "late_p99_ms")
    pattern = "dropped|late_p99_ms"
    selectors = ()

    def measure(self, record: Record, ref: MetricRef) -> Measured:
        """People, or milliseconds."""
        if ref.name == "dropped":
            states = chosen_people(record, ref)
            if not states:
                raise NoData("nobody was planned")
            return Measured(float(states.get("dropped", 0)))
        if not record.late_ms.count:
            raise NoData("nobody was started")
        started = plural(record.late_ms.count, "person started", "people started")
        return Measured(record.late_ms.percentile(0.99), started)

    def words(self, record: Record, ref: MetricRef) -> Words:
        """People dropped; lateness of starts."""
        if ref.name == "dropped":
            return Words("People dropped by the generator", "count", "own", "{value} people could not be started")
        return Words("Late starts, 99 of 100", "ms", "own", "99 of 100 people started within {value} of plan")
