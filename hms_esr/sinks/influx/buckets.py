"""Owns the buckets in which answer times travel, their names, and percentiles read back from them.

Knows nothing of points or servers. A bucket is under 1.6 % wide, so a percentile of any length of time, from sums of
fields, is within 0.8 % of the value it stands for. Percentiles themselves are never averaged. A table of InfluxDB 3
holds 500 columns, so 256 buckets, four doublings, share their names with those of the next range, which is a tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil, frexp, ldexp

from hms_esr.histogram import Histogram

_SUB = 64
"""Buckets per doubling."""
_DOUBLINGS = 4
"""Of a range: it ends at 16 times its beginning."""
_LEAST_MS = 0.0625
COARSE_MS = tuple(
    n * 10**power for power in range(5) for n in (1, 2, 5)
)  # 1 ms to 50 s, the rows of a heatmap; what is over is le_inf


def _place(value_ms: float) -> tuple[int, int]:
    """(range, bucket) of a time."""
    mantissa, exponent = frexp(max(value_ms, _LEAST_MS))
    number = (exponent - 1) // _DOUBLINGS
    return number, (exponent - 1 - number * _DOUBLINGS) * _SUB + int((mantissa - 0.5) * 2 * _SUB)


def _middle_ms(number: int, bucket: int) -> float:
    """Half-way in a bucket."""
    doublings, sub = divmod(bucket, _SUB)
    return ldexp(0.5 + (sub + 0.5) / (2 * _SUB), number * _DOUBLINGS + doublings + 1)


def _over(number: int) -> str:
    return f"{ldexp(1.0, number * _DOUBLINGS):.15g}ms"


_RANGES = {_over(number): number for number in range(-1, 12)}


def fields_by_range(times: Histogram) -> dict[str, dict[str, float | None]]:
    """{where a range begins (``16ms``): {bucket (``b007``): count}}, only of buckets with something in them."""
    found: dict[str, dict[str, float | None]] = {}
    for middle_ms, n in times.buckets():
        number, bucket = _place(middle_ms)
        counts = found.setdefault(_over(number), {})
        counts[f"b{bucket:03d}"] = (counts.get(f"b{bucket:03d}") or 0.0) + n
    return found


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


def percentile_of_rows(rows: Iterable[Mapping[str, object]], share: float) -> float:
    """The time in ms at nearest rank ceil(share x count), from the rows that InfluxDB answers to

    ``SELECT sum(*) FROM esr_latency WHERE run = '…' AND kind = 'planned' GROUP BY "over"``

    one for each ``over``, columns ``sum_b000`` … ; others, and those without a value, are left aside.
    ValueError without any counts.
    """
    counts = sorted(pair for row in rows for pair in _counts(row))
    whole = sum(n for _, n in counts)
    if not whole:
        raise ValueError("no counts, so no percentiles")
    rank = max(1, ceil(share * whole * (1 - 1e-12)))
    seen = 0.0
    for middle_ms, n in counts:
        seen += n
        if seen >= rank - 1e-9:
            return middle_ms
    return counts[-1][0]


def _counts(row: Mapping[str, object]) -> Iterable[tuple[float, float]]:
    over = str(row.get("over"))
    if over not in _RANGES:
        raise ValueError(f"{over!r} is no range of times; a row needs its tag over, such as 16ms")
    for column, value in row.items():
        name = column.removeprefix("sum_")
        if name[:1] == "b" and name[1:].isdecimal() and isinstance(value, int | float) and value > 0:
            yield _middle_ms(_RANGES[over], int(name[1:])), float(value)
