"""Owns what becomes of the people of a worker that goes: books closed on those who came, the rest shared out at once.

Knows nothing of sockets or of how a worker's end is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from hms_esr.engine.cluster.ledger import LOST, PersonLedger
from hms_esr.engine.cluster.shards import Shard, places_of, unstarted
from hms_esr.engine.cluster.start_log import MOST_WORKERS, StartLog
from hms_esr.engine.cluster.worker_state import WorkerState
from hms_esr.engine.loop.run_clock import RunClock
from hms_esr.events import ClockChanged, Happened
from hms_esr.formatting import count, plural
from hms_esr.record import Tick
from hms_esr.schedule.arrivals import ArrivalSchedule

LEAVE_AHEAD_S = 1.0
"""A worker that leaves starts its people for so long yet, so that those who take over know in time."""

Tell = Callable[[Happened | ClockChanged], None]


class Reassignment:
    """The people of a run and whose they are."""

    def __init__(self, schedule: ArrivalSchedule, log: StartLog, clock: RunClock, tell: Tell) -> None:
        self.accounts = PersonLedger(schedule)
        self._schedule = schedule
        self.log = log
        self._clock = clock
        self._tell = tell

    def books_of(self, member: WorkerState) -> Tick | None:
        """A tick in which everybody who came with ``member`` and whose end is not known is lost; None: nobody is."""
        ks = self.accounts.not_ended(self.log.started_by(member.index))
        for place, last in member.last_places.items():
            ks += self.accounts.place_not_ended(place, last)
        if not ks:
            return None
        tick = self.accounts.lost_tick(member.name, member.next_seq, ks, self._clock.now_s(), self._clock.sim)
        member.next_seq += 1
        self.accounts.fold(tick)
        return tick

    def gap(self, member: WorkerState, over_s: float) -> Tick:
        """After all workers were lost: a tick, in the last one's name, that drops who was due and never came."""
        sim = self._clock.sim
        tick = self.accounts.dropped_tick(member.name, member.next_seq, over_s, sim)
        member.next_seq += 1
        self.accounts.fold(tick)
        return tick

    def lost(
        self, member: WorkerState, why: str, members: Iterable[WorkerState], people_lost: int, *, again: bool
    ) -> None:
        """``member`` is gone: its unstarted people go to the others. ``again``: that was told before."""
        text = f"{member.name} {why}: {plural(people_lost, 'person', 'people')} lost"
        if again:
            self._happened("note", text, member.name, {"lost": people_lost})
            return
        people, taken = self._share_out(member, members, self._clock.sim_s())
        details = {"people": people, "taken_over": taken, "lost": people_lost}
        self._happened("worker_lost", f"{text}, {count(taken)} taken over", member.name, details)

    def left(self, member: WorkerState, members: Iterable[WorkerState]) -> None:
        """``member`` wants to leave: from a moment soon on, its people are the others'."""
        clock = self._clock
        from_s = clock.sim.sim_s(clock.now_s() + LEAVE_AHEAD_S)
        before = [replace(shard, until_s=min(shard.until_s, from_s)) for shard in member.shards]
        people, taken = self._share_out(member, members, from_s)
        member.shards = before
        member.order("leave", at_s=from_s)
        text = f"{member.name} leaves: {plural(taken, 'person', 'people')} taken over"
        kind = "note" if taken >= people else "worker_lost"
        self._happened(kind, text, member.name, {"people": people, "taken_over": taken})

    def _share_out(self, member: WorkerState, members: Iterable[WorkerState], from_s: float) -> tuple[int, int]:
        """(people of ``member`` unstarted or due from ``from_s`` on, how many of them others take over)."""
        heirs = [one for one in members if one.state == "working"]
        leaves = member.state == "leaving"
        people = 0
        shards: list[list[Shard]] = [[] for _ in heirs]
        places: list[list[Shard]] = [[] for _ in heirs]
        for shard in member.shards:
            later = replace(shard, from_s=max(shard.from_s, from_s)) if leaves else shard
            n, rest = unstarted(later, self._schedule, self.log, from_s)
            people += n
            for part, mine in zip(rest.among(len(heirs)) if n and heirs else [], shards, strict=False):
                mine.append(part)
        for shard in member.places if from_s < self._schedule.length_s else []:
            people += len(places_of(shard, self._schedule))
            if member.remote:
                self._leave_numbers(member, shard)
            for part, mine in zip(
                replace(shard, from_s=from_s).among(len(heirs)) if heirs else [], places, strict=False
            ):
                mine.append(part)
        for heir, some, where in zip(heirs, shards, places, strict=True):
            if some or where:
                self.give(heir, some, where)
        member.shards, member.places = [], []
        return people, people if heirs else 0

    def _leave_numbers(self, member: WorkerState, shard: Shard) -> None:
        """Who came last to a remote worker's places is not known for sure: others go on with numbers far from it."""
        for place in places_of(shard, self._schedule):
            last = self.accounts.last_of_generation(place, self.log.last_of(place))
            self.log.note(member.index, replace(self._schedule.arrival(place), person_no=last))

    def give(self, heir: WorkerState, shards: list[Shard], places: list[Shard]) -> None:
        """These people and places are ``heir``'s too. A remote worker is told who of them has started."""
        heir.shards = heir.shards + shards
        heir.places = heir.places + places
        taken = _taken(self._schedule, self.log, self._clock.sim_s(), shards, places) if heir.remote else []
        packed = {"shards": [shard.packed() for shard in shards], "places": [shard.packed() for shard in places]}
        heir.order("take", taken=taken, **packed)

    def told(self, member: WorkerState, tick: Tick) -> Tick:
        """A tick came, and is entered. What a remote worker told of is entered in the log for it.

        People whom a worker stopped because its lease had ended are lost.
        """
        if member.state == "lost":
            tick.ends = [
                end._replace(state="lost", reason=LOST) if end.state == "unfinished" else end for end in tick.ends
            ]
        self.accounts.fold(tick)
        for person_no in tick.due_ks:
            if person_no >= self.log.open_total:
                place = self.log.open_total + (person_no - self.log.open_total) % self._schedule.places
                member.last_places[place] = max(person_no, member.last_places.get(place, person_no))
            if member.remote:
                self.log.note(member.index, self._schedule.arrival(person_no))
        return tick

    def doubt(self, member: WorkerState) -> None:
        """Whom a worker that is lost may have started and not told of counts as started by it.

        A child's entries in the log say who that is; of a remote worker, everybody its grants allowed.
        """
        if not member.remote:
            places = [place for shard in member.places for place in places_of(shard, self._schedule)]
            lasts = {place: self.log.last_of(place) for place in places}
            member.last_places |= {place: last for place, last in lasts.items() if last is not None}
            return
        until_s = self._clock.sim.sim_s(member.granted_until_s)
        for shard in member.shards:
            for arrival in self._schedule.in_order(shard.residue, shard.modulus, shard.from_s, closed=False):
                if arrival.at_s > min(until_s, shard.until_s):
                    break
                self.log.note(member.index, arrival)

    def share_with(self, joiner: WorkerState, members: Iterable[WorkerState]) -> None:
        """From a moment soon on, ``joiner`` has its part of everybody's people; places stay where they are."""
        clock = self._clock
        from_s = clock.sim.sim_s(clock.now_s() + LEAVE_AHEAD_S)
        worker_pool = [one for one in members if one.state == "working"]
        for member in worker_pool:
            keeps: list[Shard] = []
            gives: list[Shard] = []
            for shard in member.shards:
                later = replace(shard, from_s=max(shard.from_s, from_s))
                first, *rest = later.among(len(worker_pool) + 1)
                keeps += [replace(shard, until_s=min(shard.until_s, from_s)), *rest]
                gives.append(first)
            member.shards = keeps
            member.order("give", shards=[shard.packed() for shard in gives])
            self.give(joiner, gives, [])
        self._happened("worker_joined", f"{joiner.name} joined", joiner.name, {})

    def _happened(self, kind: str, text: str, ref: str, details: dict[str, int]) -> None:
        self._tell(Happened(kind, text, self._clock.now_s(), self._clock.sim_s(), ref, details))


def _taken(
    schedule: ArrivalSchedule, log: StartLog, sim_s: float, shards: list[Shard], places: list[Shard]
) -> list[tuple[int, int]]:
    """(number, worker) of those of these duties and places who have started, as far as the log knows."""
    found = []
    for shard in shards:
        for arrival in schedule.in_order(shard.residue, shard.modulus, shard.from_s, closed=False):
            if arrival.at_s >= shard.until_s or arrival.at_s > sim_s:
                break
            if not log.is_free(arrival.person_no):
                found.append((arrival.person_no, MOST_WORKERS - 1))
    lasts = [log.last_of(place) for shard in places for place in places_of(shard, schedule)]
    return found + [(last, MOST_WORKERS - 1) for last in lasts if last is not None]
