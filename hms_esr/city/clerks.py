"""Owns the law of the claims queue: clerks decide one claim after the other, first come first served.

Knows nothing of HTTP, runs or clocks: times are whole microseconds of simulated time, handed in.
"""

from __future__ import annotations

from datetime import datetime, timedelta

CLAIMS_PER_REAL_S = 12
"""What all clerks together decide per real second at the plan's own warp: 12 x 3600 / W per simulated hour."""

EPOCH = datetime(1970, 1, 1)
LAST_US = (datetime(9999, 12, 31) - EPOCH) // timedelta(microseconds=1)
HOUR_US = 3_600_000_000


def to_us(text: str) -> int:
    """Microseconds since 1970 of an ISO 8601 time between 1970 and 2200; a time zone is turned into UTC and dropped.

    Raises ValueError for anything else.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is not None:
        at = (at - (at.utcoffset() or timedelta())).replace(tzinfo=None)
    if not 1970 <= at.year < 2200:
        raise ValueError(f"{text!r} is outside the years 1970 to 2199")
    return (at - EPOCH) // timedelta(microseconds=1)


def to_iso(at_us: int) -> str:
    """``2026-03-02T08:00:00.123456``: the same microsecond, as text."""
    return (EPOCH + timedelta(microseconds=at_us)).isoformat(timespec="microseconds")


def interval_us(warp: float, clerks: float = 1.0) -> int:
    """Simulated microseconds from one decision to the next, at a plan's ``warp``, with this share of the clerks."""
    return max(1, round(warp * 1_000_000 / CLAIMS_PER_REAL_S / clerks))


class ClerkQueue:
    """One queue of claims. A claim's decision time is known, and never changes, from the moment it is filed."""

    __slots__ = ("last_decided_us",)

    def __init__(self) -> None:
        self.last_decided_us = 0

    def file(self, submitted_us: int, each_us: int) -> int:
        """When the claim will be decided: ``max(the decision before, submitted) + each_us``."""
        self.last_decided_us = min(LAST_US, max(self.last_decided_us, submitted_us) + each_us)
        return self.last_decided_us
