"""Owns how much load a place off this machine gets, and the breaker that ends a run there when most requests fail.

Knows nothing of hosts or proofs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from hms_esr.units import duration_text


@dataclass(frozen=True, slots=True)
class Caps:
    """How much load a host off this machine gets: people starting per second, real seconds, people at once."""

    people_per_s: float = 50.0
    length_s: float = 1800.0
    at_once: int = 1000

    def overstepped(self, peak_per_s: float, length_s: float, people_at_once: int | None) -> list[str]:
        """What of a plan is over them, in words; ``people_at_once`` None is unknown and not judged."""
        over = []
        if peak_per_s > self.people_per_s:
            over.append(f"{peak_per_s:g} people/s (at most {self.people_per_s:g})")
        if length_s > self.length_s:
            over.append(f"{duration_text(length_s)} of load (at most {duration_text(self.length_s)})")
        if people_at_once is not None and people_at_once > self.at_once:
            over.append(f"{people_at_once} people at once (at most {self.at_once})")
        return over


def smallest(every: Iterable[Caps]) -> Caps | None:
    """The smallest of each cap; None of none."""
    found = list(every)
    if not found:
        return None
    return Caps(
        min(caps.people_per_s for caps in found),
        min(caps.length_s for caps in found),
        min(caps.at_once for caps in found),
    )


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
