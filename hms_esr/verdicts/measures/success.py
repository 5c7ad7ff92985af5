"""Owns the share of people who finish: ``success_rate``.

Knows nothing of requests: a person counts once, however many requests failed.
"""

from __future__ import annotations

from hms_esr.errors import NoData
from hms_esr.expressions.expression import MetricRef
from hms_esr.formatting import brief, count
from hms_esr.record import Record
from hms_esr.verdicts.measures.measure import Measured, Words, about, chosen_people


class SuccessRate:
    """Completed / (completed + failed) people planned after the warm-up."""

    names = ("success_rate",)
    pattern = "success_rate"
    selectors = ("journey", "persona")

    def measure(self, record: Record, ref: MetricRef) -> Measured:
        """Share of people, 0 to 1."""
        states = chosen_people(record, ref)
        completed, failed = states.get("completed", 0), states.get("failed", 0)
        if not completed + failed:
            raise NoData(f"nobody{about(ref)} finished or failed")
        return Measured(
            completed / (completed + failed), f"{count(failed)} of {count(completed + failed)} people did not finish"
        )

    def words(self, record: Record, ref: MetricRef) -> Words:
        """People who finish."""
        persona, journey = ref.selector.get("persona"), ref.selector.get("journey")
        if journey is None and len(record.scenario.journeys) == 1:
            journey = record.scenario.journeys[0].name
        did = f"completed the journey “{brief(journey)}”" if journey else "completed their journey"
        who = f" of “{brief(persona, 3, 30)}”" if persona else ""
        return Words(
            title=f"People{about(ref)} who finish",
            unit="share",
            group="people",
            happened=f"{{value}} of {f'“{brief(persona, 3, 30)}”' if persona else 'people'} {did}",
            missed=f"{{value}}{who} {did}",
            too_low="Too many people could not finish",
        )
