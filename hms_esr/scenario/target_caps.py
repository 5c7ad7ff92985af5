"""Owns how much load a place off this machine gets: caps, people per second, and the breaker when most requests fail.

Knows nothing of hosts or proofs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from hms_esr.units import duration_text


@dataclass(frozen=True, slots=True)
class TargetCaps:
    """How much load a host off this machine gets: people starting per second, real seconds, people at once."""

    people_per_s: float = 50.0
    length_s: float = 1800.0
    at_once: int = 1000

    def overstepped(self, peak_per_s: float, length_s: float, people_at_once: int | None) -> list[str]:
        """What of a plan is over them, in words; ``people_at_once`` None is unknown and not judged."""
        over = []
        if peak_per_s > self.people_per_s * (1 + 1e-9):
            over.append(f"{peak_per_s:g} people/s (at most {self.people_per_s:g})")
        if length_s > self.length_s:
            over.append(f"{duration_text(length_s)} of load (at most {duration_text(self.length_s)})")
        if people_at_once is not None and people_at_once > self.at_once:
            over.append(f"{people_at_once} people at once (at most {self.at_once})")
        return over


def smallest(every: Iterable[TargetCaps]) -> TargetCaps | None:
    """The smallest of each cap; None of none."""
    found = list(every)
    if not found:
        return None
    return TargetCaps(
        min(caps.people_per_s for caps in found),
        min(caps.length_s for caps in found),
        min(caps.at_once for caps in found),
    )


def people_at_once(wanted: int, caps: TargetCaps | None) -> int:
    """How many people may be under way at once: ``wanted``, or fewer where ``caps`` say so."""
    return wanted if caps is None else min(wanted, caps.at_once)


class PeopleLimit:
    """At most ``per_s`` people starting per real second, evenly; None: as many as come.

    For loads whose people come again: everybody who starts by the plan is told to :meth:`came`, everybody else asks
    :meth:`next_s` when to start. Nobody who is planned is ever held up: the plan was judged before.
    """

    def __init__(self, per_s: float | None) -> None:
        self._rest_s = 1 / per_s if per_s else 0.0
        self._free_s = 0.0

    def came(self, now_s: float) -> None:
        """Somebody started at real second ``now_s``."""
        self._free_s = max(self._free_s, now_s) + self._rest_s

    def next_s(self, now_s: float) -> float:
        """The real second, ``now_s`` or later, at which the next may start; it is taken from then on."""
        at_s = max(self._free_s, now_s)
        self._free_s = at_s + self._rest_s
        return at_s


class Breaker:
    """Ends a run off this machine when more than half of its requests fail, ``for_s`` seconds on end."""

    def __init__(self, share: float = 0.5, for_s: int = 30) -> None:
        self._share = share
        self._for_s = for_s
        self._seconds: deque[tuple[int, int, int]] = deque()

    def feed(self, second: int, requests: int, errors: int) -> bool:
        """Add one second's figures, in order; True when the run must stop.

        The last ``for_s`` seconds must all be there, those with requests each over the share, and the last among them.
        """
        self._seconds.append((second, requests, errors))
        while self._seconds[0][0] <= second - self._for_s:
            self._seconds.popleft()
        if second - self._seconds[0][0] < self._for_s - 1 or not requests:
            return False
        return all(failed > self._share * asked for _, asked, failed in self._seconds if asked)
