"""Owns the buckets in which answer times travel, their names as fields, and percentiles read back from them.

Knows nothing of points or servers. A bucket is under 1.6 % wide, so a percentile of any length of time, from sums of
fields, is within 0.8 % of the value it stands for. Percentiles themselves are never averaged.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, frexp, ldexp

from hms_esr.stats import Histogram

_SUB = 64
"""Buckets per doubling."""
_LEAST_MS = 0.1
COARSE_MS = tuple(
    n * 10**power for power in range(5) for n in (1, 2, 5)
)  # 1 ms to 50 s, the rows of a heatmap; what is over is le_inf


def _upper_ms(value_ms: float) -> float:
    """The upper bound of the bucket that holds ``value_ms``."""
    mantissa, exponent = frexp(max(value_ms, _LEAST_MS))
    sub = int((mantissa - 0.5) * 2 * _SUB)
    return ldexp(0.5 + (sub + 1) / (2 * _SUB), exponent)


def _middle_ms(upper_ms: float) -> float:
    """Half-way in the bucket below ``upper_ms``."""
    mantissa, exponent = frexp(upper_ms)
    sub = round((mantissa - 0.5) * 2 * _SUB)
    if sub == 0:
        sub, exponent = _SUB, exponent - 1
    return ldexp(0.5 + (sub - 0.5) / (2 * _SUB), exponent)


def field_name(value_ms: float) -> str:
    """``le_0000103.5000ms``: the field that counts times like ``value_ms``; names sort as times do."""
    return f"le_{_upper_ms(value_ms):012.4f}ms"


def bound_ms(name: str) -> float:
    """The upper bound that a field's name tells; ValueError when it is no such name."""
    if not (name.startswith("le_") and name.endswith("ms")):
        raise ValueError(f"{name!r} is no bucket; one is called le_0000103.5000ms")
    return float(name[3:-2])


def fields_of(times: Histogram) -> dict[str, float | None]:
    """Counts by field, only of buckets with something in them."""
    counts: dict[str, float | None] = {}
    for middle_ms, n in times.buckets():
        name = field_name(middle_ms)
        counts[name] = (counts.get(name) or 0.0) + n
    return counts


def coarse_name(bound: float) -> str:
    """``le_50ms``, ``le_2s``, ``le_inf``."""
    if bound == float("inf"):
        return "le_inf"
    return f"le_{bound:g}ms" if bound < 1000 else f"le_{bound / 1000:g}s"


COARSE = (*map(coarse_name, COARSE_MS), "le_inf")
"""Fields of a heatmap, in order."""


def coarse_fields(times: Histogram) -> dict[str, float | None]:
    """Counts by row of a heatmap, every row, not cumulative."""
    counts = [0.0] * len(COARSE)
    row = 0
    for middle_ms, n in times.buckets():
        while row < len(COARSE_MS) and middle_ms > COARSE_MS[row]:
            row += 1
        counts[row] += n
    return dict(zip(COARSE, counts, strict=True))


def percentile(counts: Mapping[str, float], share: float) -> float:
    """The time in ms at nearest rank ceil(share x count), from counts by field; ValueError without any."""
    by_bound = sorted((bound_ms(name), n) for name, n in counts.items() if n > 0)
    whole = sum(n for _, n in by_bound)
    if not whole:
        raise ValueError("no counts, so no percentiles")
    rank = max(1, ceil(share * whole * (1 - 1e-12)))
    seen = 0.0
    for bound, n in by_bound:
        seen += n
        if seen >= rank - 1e-9:
            return _middle_ms(bound)
    return _middle_ms(by_bound[-1][0])


def percentile_of_row(row: Mapping[str, object], share: float) -> float:
    """The same from one row of ``SELECT sum(*) FROM esr_latency WHERE run = '…' AND kind = 'planned'``.

    Columns are called ``sum_le_…``; others, and those without a value, are left aside.
    """
    counts = {}
    for column, value in row.items():
        name = column.removeprefix("sum_")
        if name.startswith("le_") and isinstance(value, int | float):
            counts[name] = float(value)
    return percentile(counts, share)
