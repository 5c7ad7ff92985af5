"""Owns how much went on: ``requests``, ``rps``, ``people``, ``claims_processed``.

Knows nothing of whether it went well.
"""

from __future__ import annotations

from hms_esr.errors import NoData
from hms_esr.expressions.expression import MetricRef
from hms_esr.record import Record
from hms_esr.verdicts.measures.measure import Measured, Words, about, chosen_people, selected

_CAME = ("completed", "failed", "lost", "unfinished")


class Traffic:
    """Judged requests, requests per real second, people who came, awaits decided."""

    names = ("requests", "rps", "people", "claims_processed")
    pattern = "requests|rps|people|claims_processed"
    selectors = ("step", "journey", "persona", "status", "service")

    def measure(self, record: Record, ref: MetricRef) -> Measured:
        """A count, or requests per second from the first judged to the last second with a request."""
        if ref.name == "people":
            states = chosen_people(record, ref)
            if set(ref.selector) - {"journey", "persona"}:
                raise NoData("people can be selected by journey and persona only")
            if not states:
                raise NoData(f"nobody{about(ref)} came")
            return Measured(float(sum(states.get(state, 0) for state in _CAME)))
        if ref.name == "claims_processed":
            if ref.labels:
                raise NoData("claims_processed takes no selector")
            if not any(decisions.reached for decisions in record.decisions.values()):
                raise NoData("nobody waited for a decision")
            return Measured(float(sum(decisions.decided for decisions in record.decisions.values())))
        requests = float(sum(record.series[key].requests for key in selected(record, ref)))
        return Measured(requests if ref.name == "requests" else requests / self._judged_s(record))

    def _judged_s(self, record: Record) -> float:
        last = max((second for second, figures in record.seconds.items() if figures.requests), default=0)
        return max(1.0, last + 1 - record.warm_real_s)

    def words(self, record: Record, ref: MetricRef) -> Words:
        """Requests, requests per second, people who came, claims decided."""
        of = about(ref)
        titles = {
            "requests": (f"Requests{of}", f"{{value}} requests{of} were sent"),
            "rps": (f"Requests{of} per second", f"{{value}} requests{of} were sent each second"),
            "people": (f"People{of} who came", f"{{value}} people{of} came"),
            "claims_processed": ("Claims decided", "{value} claims were decided"),
        }
        title, happened = titles[ref.name]
        return Words(title, "number" if ref.name == "rps" else "count", "own", happened)
