"""Owns the master's books: of each person whether it was due, started and ended, and who was lost with a worker.

Knows nothing of workers' lives: ticks come in.
"""

from __future__ import annotations

from collections.abc import Iterable

from hms_esr.clock import SimClock
from hms_esr.record import PersonEnd, Tick
from hms_esr.schedule.arrivals import ArrivalSchedule

_DUE, _STARTED, _ENDED = 1, 2, 4
LOST = "its worker was lost"
NOBODY_THERE = "no worker was left to start them"
GENERATION = 100_000
"""Numbers a place of a closed load has for one worker: who takes over begins with the next so many."""


class PersonLedger:
    """What became of everybody. ``twice`` are those who were reported to start or end a second time."""

    def __init__(self, schedule: ArrivalSchedule) -> None:
        self.schedule = schedule
        self.twice: set[int] = set()
        self._open = bytearray(schedule.total - schedule.places)
        self._closed: dict[int, int] = {}

    def _get(self, person_no: int) -> int:
        return self._open[person_no] if person_no < len(self._open) else self._closed.get(person_no, 0)

    def _note(self, ks: Iterable[int], flag: int) -> None:
        for person_no in ks:
            before = self._get(person_no)
            if before & flag:
                self.twice.add(person_no)
            if person_no < len(self._open):
                self._open[person_no] = before | flag
            else:
                self._closed[person_no] = before | flag

    def fold(self, tick: Tick) -> None:
        """Enter one tick; repeats were left out."""
        self._note(tick.due_ks, _DUE)
        self._note(tick.started_ks, _STARTED)
        self._note((end.person_no for end in tick.ends), _ENDED)

    def known(self, person_no: int) -> bool:
        """Whether anything was heard of person ``person_no``."""
        return self._get(person_no) != 0

    def not_ended(self, ks: Iterable[int]) -> list[int]:
        """Those of ``ks`` whose end was not reported."""
        return [person_no for person_no in ks if not self._get(person_no) & _ENDED]

    def place_not_ended(self, place: int, last: int) -> list[int]:
        """People of a place of a closed load, up to number ``last``, whose end was not reported; of one generation."""
        found = []
        lowest = last - self.schedule.places * ((last - place) // self.schedule.places % GENERATION)
        while last >= lowest and not self._get(last) & _ENDED:
            found.append(last)
            last -= self.schedule.places
        return found

    def last_of_generation(self, place: int, last: int | None) -> int:
        """The highest number of the generation in which ``last`` (None: nobody) came to ``place``, and some more."""
        came = 0 if last is None else (last - place) // self.schedule.places
        before = (came + GENERATION // 10) // GENERATION
        return place + self.schedule.places * ((before + 1) * GENERATION - 1)

    def never_came(self, sim_s: float) -> list[int]:
        """People of open loads due by simulated second ``sim_s`` of whom nothing was ever heard."""
        found = []
        for arrival in self.schedule.in_order(closed=False):
            if arrival.at_s > sim_s:
                break
            if not self.known(arrival.person_no):
                found.append(arrival.person_no)
        return found

    def dropped_tick(self, worker: str, seq: int, now_s: float, clock: SimClock) -> Tick:
        """A tick in a lost worker's name that drops everybody due by ``now_s`` whom nobody was there to start."""
        tick = Tick(worker, seq, int(now_s))
        for person_no in self.never_came(clock.sim_s(now_s)):
            arrival = self.schedule.arrival(person_no)
            planned_s = min(now_s, clock.real_s(arrival.at_s))
            tick.planned[int(planned_s)] = tick.planned.get(int(planned_s), 0) + 1
            tick.due_ks.append(person_no)
            journey = self.schedule.scenario.journeys[arrival.journey].name
            tick.ends.append(
                PersonEnd(person_no, journey, arrival.role, "dropped", "", NOBODY_THERE, planned_s, -1.0, now_s)
            )
        return tick

    def lost_tick(self, worker: str, seq: int, ks: Iterable[int], now_s: float, clock: SimClock) -> Tick:
        """A tick in a lost worker's name that closes the books on ``ks``: each is lost, and counted once."""
        tick = Tick(worker, seq, int(now_s))
        scenario = self.schedule.scenario
        for person_no in ks:
            arrival = self.schedule.arrival(person_no)
            planned_s = now_s if arrival.place >= 0 else min(now_s, clock.real_s(arrival.at_s))
            known = self._get(person_no)
            second = int(planned_s)
            if not known & _DUE:
                tick.planned[second] = tick.planned.get(second, 0) + 1
                tick.due_ks.append(person_no)
            if not known & _STARTED:
                tick.delivered[second] = tick.delivered.get(second, 0) + 1
                tick.started_ks.append(person_no)
            journey = scenario.journeys[arrival.journey].name
            tick.ends.append(PersonEnd(person_no, journey, arrival.role, "lost", "", LOST, planned_s, planned_s, now_s))
        return tick
