"""Owns where requests of a step spent their time: connecting, TLS, waiting for the first byte, reading.

Knows nothing of sockets; times come in as milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hms_esr.histogram import Histogram

PHASES = ("connect", "tls", "first_byte", "reading")
"""In the order they happen; fields of :class:`Phases`."""
_COARSE = 8
"""Buckets that become one: 16 to a doubling are within 3 %, and short in the record."""


@dataclass(slots=True)
class Phases:
    """Milliseconds of each phase. ``connect`` and ``tls`` only of requests that opened a connection.

    ``first_byte``: from the request's last byte (of a body over 64 kB: its first) to the answer's first byte;
    ``reading``: from there to the answer's end.
    """

    connect: Histogram = field(default_factory=Histogram)
    tls: Histogram = field(default_factory=Histogram)
    first_byte: Histogram = field(default_factory=Histogram)
    reading: Histogram = field(default_factory=Histogram)

    def merge(self, other: Phases) -> None:
        """Add the other's figures."""
        self.connect.merge(other.connect)
        self.tls.merge(other.tls)
        self.first_byte.merge(other.first_byte)
        self.reading.merge(other.reading)


def coarsely(values_ms: list[float]) -> Histogram:
    """``values_ms`` in wide buckets: percentiles within 3 %; sum, least and greatest to a tenth of a microsecond."""
    fine = Histogram()
    fine.add_all(values_ms)
    counts: dict[int, int] = {}
    for index, n in fine.counts.items():
        wide = index // _COARSE * _COARSE + _COARSE // 2
        counts[wide] = counts.get(wide, 0) + n
    fine.counts = counts
    fine.total, fine.maximum = round(fine.total, 4), round(fine.maximum, 4)
    fine.minimum = round(fine.minimum, 4)
    return fine
