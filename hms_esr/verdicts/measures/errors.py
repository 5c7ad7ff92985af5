"""Owns the share of requests that fail: ``error_rate``.

Knows nothing of people.
"""

from __future__ import annotations

from hms_esr.expressions.expression import MetricRef
from hms_esr.formatting import count
from hms_esr.record import Record
from hms_esr.verdicts.measures.measure import Measured, Words, about, selected


class ErrorRate:
    """Failed / all judged requests; looks of ``await`` are no requests."""

    names = ("error_rate",)
    pattern = "error_rate"
    selectors = ("step", "journey", "persona", "status", "service")

    def measure(self, record: Record, ref: MetricRef) -> Measured:
        """Share of requests, 0 to 1."""
        cells = [record.series[key] for key in selected(record, ref)]
        failed, requests = sum(cell.errors for cell in cells), sum(cell.requests for cell in cells)
        return Measured(failed / requests, f"{count(failed)} of {count(requests)} requests")

    def words(self, record: Record, ref: MetricRef) -> Words:
        """Requests that fail."""
        return Words(
            title=f"Requests{about(ref)} that fail",
            unit="share",
            group="errors",
            happened=f"{{value}} of requests{about(ref)} failed",
            missed=f"{{value}} of all requests{about(ref)}",
            too_high="Too many requests failed",
        )
