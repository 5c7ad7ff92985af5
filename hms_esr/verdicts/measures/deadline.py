"""Owns the share of claims decided in time: ``sla_48h_success_rate``, for any duration an ``await`` has as ``within``.

Knows nothing of how a decision was seen.
"""

from __future__ import annotations

import re

from hms_esr.errors import NoData
from hms_esr.expressions.expression import MetricRef
from hms_esr.formatting import brief, count, period, share
from hms_esr.record import Decisions, Record
from hms_esr.units import duration_s
from hms_esr.verdicts.measures.measure import Measured, Words

_MOST_DOUBT = 0.05


class Deadline:
    """Decided within the duration / all who reached the wait; the undecided are no successes."""

    names = ("sla_<duration>_success_rate",)
    pattern = r"sla_(?:\d{1,7}(?:\.\d{1,6})?(?:ms|min|s|m|h|d)){1,5}_success_rate"
    selectors = ()

    def measure(self, record: Record, ref: MetricRef) -> Measured:
        """Share of claims, 0 to 1; NoData when times of decisions are known too roughly."""
        within_s = self._within_s(ref)
        decisions = next((d for at, d in record.decisions.items() if abs(at - within_s) < 1e-6), Decisions())
        if not decisions.reached:
            raise NoData(f"nobody waited for a decision within {period(within_s)}")
        if decisions.bound_s > _MOST_DOUBT * within_s:
            doubt = share(decisions.bound_s / within_s)
            raise NoData(f"times of decisions are known only to within {doubt} of {period(within_s)}, 5% is allowed")
        note = f"{count(decisions.in_time)} of {count(decisions.reached)} who waited"
        return Measured(decisions.in_time / decisions.reached, note)

    def words(self, record: Record, ref: MetricRef) -> Words:
        """Decided within 48 hours."""
        within = brief(period(self._within_s(ref)))
        return Words(
            title=f"Decided within {within}",
            unit="share",
            group="deadlines",
            happened=f"{{value}} of claims were decided within {within}",
            too_low="Decisions came too late",
        )

    def _within_s(self, ref: MetricRef) -> float:
        text = re.sub(r"^sla_|_success_rate$", "", ref.name)
        try:
            return duration_s(text)
        except ValueError as error:
            raise NoData(str(error)) from None
