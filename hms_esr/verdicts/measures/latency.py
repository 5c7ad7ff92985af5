"""Owns answer times: ``latency_p95_ms`` from the intended start, ``service_latency_p95_ms`` from the actual start.

Knows nothing of how they were clocked: histograms are merged, percentiles are nearest rank.
"""

from __future__ import annotations

from hms_esr.errors import NoData
from hms_esr.expressions.expression import MetricRef
from hms_esr.formatting import count, plural
from hms_esr.histogram import Histogram
from hms_esr.record import Record
from hms_esr.verdicts.measures.measure import Measured, Words, about, selected

SHARES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99_9": 0.999}
FIGURES = ("mean", *SHARES, "max")
"""In the order summaries list them."""
_REQUESTS = {"p50": "50 of 100", "p90": "90 of 100", "p95": "95 of 100", "p99": "99 of 100", "p99_9": "999 of 1,000"}


def figure_ms(histogram: Histogram, figure: str) -> float | None:
    """``mean``, ``p50`` … ``p99_9`` or ``max`` of a histogram; None without values."""
    if not histogram.count:
        return None
    if figure == "mean":
        return histogram.mean
    return histogram.maximum if figure == "max" else histogram.percentile(SHARES[figure])


_NONE = ", none of them answered"


def _silent(record: Record, ref: MetricRef) -> tuple[int, int]:
    """Selected requests, and how many of them ended without an answer."""
    keys = selected(record, ref)
    silent = sum(record.series[key].requests for key in keys if not key.status)
    return sum(record.series[key].requests for key in keys), silent


def _unanswered(record: Record, ref: MetricRef) -> str:
    """What to add to a sentence about answers when some never came."""
    try:
        asked, silent = _silent(record, ref)
    except NoData:
        return ""
    return "" if not silent else _NONE if silent == asked else f", {count(silent)} of {count(asked)} unanswered"


class LatencyMeasure:
    """Answer times in ms over all selected requests, answered or not."""

    names = tuple(f"{start}latency_{figure}_ms" for start in ("", "service_") for figure in FIGURES)
    pattern = f"(?:service_)?latency_(?:{'|'.join(FIGURES)})_ms"
    selectors = ("step", "journey", "persona", "status", "service")

    def measure(self, record: Record, ref: MetricRef) -> Measured:
        """Milliseconds."""
        times = Histogram()
        for key in selected(record, ref):
            cell = record.series[key]
            times.merge(cell.actual if ref.name.startswith("service_") else cell.intended)
        value = figure_ms(times, self._figure(ref))
        assert value is not None, "a series with requests has times"
        asked, silent = _silent(record, ref)
        unanswered = "" if not silent else ", none answered" if silent == asked else f", {count(silent)} unanswered"
        return Measured(value, plural(times.count, "request", "requests") + unanswered)

    def words(self, record: Record, ref: MetricRef) -> Words:
        """Answer time, 95 of 100 requests."""
        figure, own = self._figure(ref), ref.name.startswith("service_")
        of, sent = about(ref), " of being sent" if own else ""
        start = f"Answer time{of}{' from actual start' if own else ''}"
        silent = _unanswered(record, ref)
        were = "took" if silent else "were answered in"
        if figure == "mean":
            title, happened = f"{start}, on average", f"requests{of} {were} {{value}} on average"
        elif figure == "max":
            title, happened = f"{start}, slowest request", f"the slowest of all requests{of} took {{value}}"
        else:
            title = f"{start}, {_REQUESTS[figure]} requests"
            were = "ended" if silent else "were answered"
            happened = f"{_REQUESTS[figure]} requests{of} {were} within {{value}}{sent}"
        too_high = "The site did not answer" if silent == _NONE else "The site answered too slowly"
        return Words(title, "ms", "answers", happened + silent, too_high=too_high)

    def _figure(self, ref: MetricRef) -> str:
        return ref.name.removeprefix("service_").removeprefix("latency_").removesuffix("_ms")
