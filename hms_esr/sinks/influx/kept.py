"""Owns what is in a frame of the spool: lines, and where in the record they end.

Knows nothing of records or servers.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kept:
    """Lines, when they were kept (seconds of the epoch), ticks and events of the record in all so far."""

    ticks: int
    events: int
    at_s: float
    lines: list[str]

    @classmethod
    def read(cls, body: bytes) -> Kept:
        """The reverse of :meth:`packed`."""
        head, _, rest = zlib.decompress(body).decode().partition("\n")
        ticks, events, at_s = json.loads(head)
        return cls(ticks, events, at_s, rest.split("\n"))

    def packed(self) -> bytes:
        """As a frame's body."""
        head = json.dumps([self.ticks, self.events, self.at_s])
        return zlib.compress("\n".join([head, *self.lines]).encode(), 1)
