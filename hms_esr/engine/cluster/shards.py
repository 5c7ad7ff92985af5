"""Owns which people a worker is to start: classes of numbers over a stretch of the plan, shared out again and again.

Knows nothing of clocks, messages or of what people do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush

from hms_esr.engine.cluster.start_log import StartLog
from hms_esr.schedule.arrivals import Arrival, ArrivalSchedule

FOR_EVER = float("inf")


@dataclass(frozen=True, slots=True)
class Shard:
    """Everybody with ``person_no % modulus == residue`` due in [``from_s``, ``until_s``), simulated seconds."""

    residue: int
    modulus: int
    from_s: float = 0.0
    until_s: float = FOR_EVER

    def has(self, person_no: int, at_s: float) -> bool:
        """Whether person ``person_no``, meant to come at ``at_s``, is one of them."""
        return person_no % self.modulus == self.residue and self.from_s <= at_s < self.until_s

    def among(self, parts: int) -> list[Shard]:
        """The same people as ``parts`` duties, as equal as numbers allow."""
        return [
            replace(self, residue=self.residue + self.modulus * n, modulus=self.modulus * parts) for n in range(parts)
        ]

    def packed(self) -> list[float | None]:
        """As a message carries it."""
        return [self.residue, self.modulus, self.from_s, None if self.until_s == FOR_EVER else self.until_s]

    @classmethod
    def unpacked(cls, whole: list[float | None]) -> Shard:
        """The reverse of :meth:`packed`."""
        residue, modulus, from_s, until_s = whole
        return cls(int(residue or 0), int(modulus or 1), from_s or 0.0, FOR_EVER if until_s is None else until_s)


def unstarted(shard: Shard, schedule: ArrivalSchedule, log: StartLog, sim_s: float) -> tuple[int, Shard]:
    """(how many people of open loads in ``shard`` have not started, the shard from the first of them on)."""
    total, from_s = 0, sim_s
    for stream in schedule.streams:
        arrivals = stream.arrivals
        if stream.closed:
            continue
        first = stream.first_k + arrivals.first_from(shard.from_s)
        last = stream.first_k + (arrivals.total if shard.until_s == FOR_EVER else arrivals.first_from(shard.until_s))
        ks = _class_of(shard, first, last)
        free, lowest = log.free_of(ks.start, ks.stop, ks.step)
        if free:
            total += free
            from_s = min(from_s, arrivals.at_s(lowest - stream.first_k))
    return total, replace(shard, from_s=max(shard.from_s, min(from_s, sim_s)))


def _class_of(shard: Shard, first_k: int, last_k: int) -> range:
    """Numbers of ``shard`` in [``first_k``, ``last_k``)."""
    return range(first_k + (shard.residue - first_k) % shard.modulus, last_k, shard.modulus)


def places_of(shard: Shard, schedule: ArrivalSchedule) -> range:
    """Places of closed loads, named by who comes there first, that ``shard`` has."""
    return _class_of(shard, schedule.total - schedule.places, schedule.total)


class Round:
    """One worker's duties, in order of intended time."""

    def __init__(self, schedule: ArrivalSchedule, log: StartLog) -> None:
        self._schedule = schedule
        self._log = log
        self._next: list[tuple[float, int, int, Arrival, Iterator[Arrival]]] = []
        self._order = 0
        self._until_s = FOR_EVER
        self._given: list[Shard] = []

    def take(self, shard: Shard) -> None:
        """Add people of open loads; who has started already is left out."""
        self._advance(self._people(shard))

    def take_places(self, shard: Shard, sim_s: float) -> None:
        """Add places of closed loads, to be filled from simulated second ``sim_s`` on."""
        self._advance(iter(sorted(self._places(shard, max(sim_s, shard.from_s)), key=lambda one: one.at_s)))

    def _people(self, shard: Shard) -> Iterator[Arrival]:
        for arrival in self._schedule.in_order(shard.residue, shard.modulus, shard.from_s, closed=False):
            if arrival.at_s >= shard.until_s:
                return
            if self._log.is_free(arrival.person_no):
                yield arrival

    def _places(self, shard: Shard, from_s: float) -> Iterator[Arrival]:
        """Places of closed loads: who comes first there, or after the last who came; nobody after the plan's end."""
        for arrival in self._schedule.in_order(shard.residue, shard.modulus, closed=True):
            last = self._log.last_of(arrival.place)
            if last is not None:
                arrival = self._schedule.retry(replace(arrival, person_no=last), max(from_s, arrival.at_s))
            if arrival.at_s < self._schedule.length_s:
                yield arrival

    def _advance(self, people: Iterator[Arrival]) -> None:
        arrival = next(people, None)
        if arrival is not None and arrival.at_s < self._until_s:
            self._order += 1
            heappush(self._next, (arrival.at_s, arrival.person_no, self._order, arrival, people))

    @property
    def next_s(self) -> float:
        """Simulated second at which somebody is due next; infinity when nobody is left."""
        next_s = self._next[0][0] if self._next else FOR_EVER
        return next_s if next_s < self._until_s else FOR_EVER

    def due(self, sim_s: float) -> list[Arrival]:
        """Everybody due by ``sim_s``, once."""
        ready = []
        while self._next and self._next[0][0] <= sim_s:
            at_s, _, _, arrival, people = heappop(self._next)
            given = arrival.place < 0 and any(shard.has(arrival.person_no, at_s) for shard in self._given)
            if at_s < self._until_s and not given:
                ready.append(arrival)
            self._advance(people)
        return ready

    def go_on(self, arrival: Arrival, sim_s: float) -> None:
        """Somebody else was quicker at a place: who comes after the last who came there is due now."""
        last = self._log.last_of(arrival.place)
        after = self._schedule.retry(arrival if last is None else replace(arrival, person_no=last), sim_s)
        self._advance(iter([after]))

    def keep_until(self, sim_s: float) -> None:
        """Nobody due at ``sim_s`` or later is left to start."""
        self._until_s = sim_s

    def give(self, shard: Shard) -> None:
        """These are another's from now on. Places of closed loads stay."""
        self._given.append(shard)
