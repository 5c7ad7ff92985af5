"""Owns the time a whole journey takes: ``journey_p95_s``.

Knows nothing of the steps in it.
"""

from __future__ import annotations

from hms_esr.errors import NoData
from hms_esr.expressions.expression import MetricRef
from hms_esr.formatting import plural
from hms_esr.histogram import Histogram
from hms_esr.record import Record
from hms_esr.verdicts.measures.measure import Measured, Words, about


class JourneyTime:
    """Real seconds from the planned start to the end, of judged people who completed; 95 of 100 took at most this."""

    names = ("journey_p95_s",)
    pattern = "journey_p95_s"
    selectors = ("journey",)

    def measure(self, record: Record, ref: MetricRef) -> Measured:
        """Seconds."""
        wanted = ref.selector.get("journey")
        times = Histogram()
        for journey, histogram in record.journey_ms.items():
            if wanted in (None, journey):
                times.merge(histogram)
        if not times.count:
            raise NoData(f"no journey{about(ref)} was completed")
        return Measured(times.percentile(0.95) / 1000, plural(times.count, "completed journey", "completed journeys"))

    def words(self, record: Record, ref: MetricRef) -> Words:
        """Time of a whole journey."""
        return Words(
            title=f"Time of a whole journey{about(ref)}, 95 of 100",
            unit="s",
            group="answers",
            happened=f"95 of 100 journeys{about(ref)} took at most {{value}}",
            too_high="Journeys took too long",
        )
