"""Owns what becomes of the people of a worker that goes: books closed on those who came, the rest shared out at once.

Knows nothing of sockets or of how a worker's end is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from hms_esr.engine.cluster.accounts import Accounts
from hms_esr.engine.cluster.duties import FOR_EVER, Duty, unstarted
from hms_esr.engine.cluster.member import Member
from hms_esr.engine.cluster.start_log import MOST_WORKERS, StartLog
from hms_esr.engine.timing import RunClock
from hms_esr.events import ClockChanged, Happened
from hms_esr.profiles.crowd import Crowd
from hms_esr.record import Tick
from hms_esr.wording import count, plural

LEAVE_AHEAD_S = 1.0
"""A worker that leaves starts its people for so long yet, so that those who take over know in time."""

Tell = Callable[[Happened | ClockChanged], None]


class Estate:
    """The people of a run and whose they are."""

    def __init__(self, crowd: Crowd, log: StartLog, clock: RunClock, tell: Tell) -> None:
        self.accounts = Accounts(crowd)
        self._crowd = crowd
        self.log = log
        self._clock = clock
        self._tell = tell

    def books_of(self, member: Member) -> Tick | None:
        """A tick in which everybody who came with ``member`` and whose end is not known is lost; None: nobody is."""
        ks = self.accounts.not_ended(self.log.started_by(member.index))
        for duty in member.duties:
            first = duty.residue + -((duty.residue - self.log.open_total) // duty.modulus) * duty.modulus
            for place in range(max(first, duty.residue), self._crowd.total, duty.modulus):
                last = self.log.last_of(place)
                if last is not None:
                    ks += self.accounts.place_not_ended(place, last)
        if not ks:
            return None
        tick = self.accounts.lost_tick(member.name, member.next_seq, ks, self._clock.now_s(), self._clock.sim)
        member.next_seq += 1
        self.accounts.fold(tick)
        return tick

    def lost(self, member: Member, why: str, members: Iterable[Member], people_lost: int, *, again: bool) -> None:
        """``member`` is gone: its unstarted people go to the others. ``again``: that was told before."""
        text = f"{member.name} {why}: {plural(people_lost, 'person', 'people')} lost"
        if again:
            self._happened("note", text, member.name, {"lost": people_lost})
            return
        people, taken = self._share_out(member, members, self._clock.sim_s())
        details = {"people": people, "taken_over": taken, "lost": people_lost}
        self._happened("worker_lost", f"{text}, {count(taken)} taken over", member.name, details)

    def left(self, member: Member, members: Iterable[Member]) -> None:
        """``member`` wants to leave: from a moment soon on, its people are the others'."""
        clock = self._clock
        from_s = clock.sim.sim_s(clock.now_s() + LEAVE_AHEAD_S)
        before = [replace(duty, until_s=min(duty.until_s, from_s)) for duty in member.duties]
        people, taken = self._share_out(member, members, from_s)
        member.duties = before
        member.order("leave", at_s=from_s)
        text = f"{member.name} leaves: {plural(taken, 'person', 'people')} taken over"
        kind = "note" if taken >= people else "worker_lost"
        self._happened(kind, text, member.name, {"people": people, "taken_over": taken})

    def _share_out(self, member: Member, members: Iterable[Member], from_s: float) -> tuple[int, int]:
        """(people of ``member`` unstarted or due from ``from_s`` on, how many of them others take over).

        Places of closed loads go to others only if it is certain who came there last: not from a lost remote worker.
        """
        heirs = [one for one in members if one.state == "working"]
        parts: dict[int, list[Duty]] = {}
        people = taken = 0
        leaves = member.state == "leaving"
        places = leaves or not member.remote
        for duty in member.duties:
            later = replace(duty, from_s=max(duty.from_s, from_s)) if leaves else duty
            n, rest = unstarted(later, self._crowd, self.log, from_s)
            people += n
            taken += n if places else unstarted(later, self._crowd, self.log, FOR_EVER)[0]
            for number, part in enumerate(rest.among(len(heirs)) if n and heirs else []):
                parts.setdefault(number, []).append(part)
        for number, duties in parts.items():
            self.give(heirs[number], duties, places=places)
        if member.state == "lost" and not member.books_open:
            member.duties = []
        return people, taken if heirs else 0

    def give(self, heir: Member, duties: list[Duty], *, places: bool = True) -> None:
        """These people are ``heir``'s too. A remote worker is told who of them has started."""
        heir.duties = heir.duties + duties
        taken = [entry for duty in duties for entry in self._entries(duty)] if heir.remote else []
        heir.order("take", duties=[duty.packed() for duty in duties], taken=taken, places=places)

    def _entries(self, duty: Duty) -> list[tuple[int, int]]:
        """(number, worker) of those of ``duty`` who have started, as far as the log knows."""
        found = []
        for arrival in self._crowd.in_order(duty.residue, duty.modulus, duty.from_s, closed=False):
            if arrival.at_s >= duty.until_s or arrival.at_s > self._clock.sim_s():
                break
            if not self.log.is_free(arrival.k):
                found.append((arrival.k, MOST_WORKERS - 1))
        for arrival in self._crowd.in_order(duty.residue, duty.modulus, closed=True):
            last = self.log.last_of(arrival.place)
            if last is not None:
                found.append((last, MOST_WORKERS - 1))
        return found

    def told(self, member: Member, tick: Tick) -> Tick:
        """A tick came, and is entered. What a remote worker told of is entered for it."""
        self.accounts.fold(tick)
        if member.remote:
            for k in tick.due_ks:
                self.log.note(member.index, self._crowd.arrival(k))
        return tick

    def doubt(self, member: Member) -> None:
        """Whom a remote worker may have started since it was heard last, by its grants, count as started by it."""
        until_s = self._clock.sim.sim_s(member.granted_until_s)
        for duty in member.duties:
            for arrival in self._crowd.in_order(duty.residue, duty.modulus, duty.from_s, closed=False):
                if arrival.at_s > min(until_s, duty.until_s):
                    break
                self.log.note(member.index, arrival)

    def share_with(self, joiner: Member, members: Iterable[Member]) -> None:
        """From a moment soon on, ``joiner`` has its part of everybody's people; places stay where they are."""
        clock = self._clock
        from_s = clock.sim.sim_s(clock.now_s() + LEAVE_AHEAD_S)
        team = [one for one in members if one.state == "working"]
        for member in team:
            keeps: list[Duty] = []
            gives: list[Duty] = []
            for duty in member.duties:
                later = replace(duty, from_s=max(duty.from_s, from_s))
                first, *rest = later.among(len(team) + 1)
                keeps += [replace(duty, until_s=min(duty.until_s, from_s)), *rest]
                gives.append(first)
            member.duties = keeps
            member.order("give", duties=[duty.packed() for duty in gives])
            self.give(joiner, gives, places=False)
        self._happened("worker_joined", f"{joiner.name} joined", joiner.name, {})

    def _happened(self, kind: str, text: str, ref: str, details: dict[str, int]) -> None:
        self._tell(Happened(kind, text, self._clock.now_s(), self._clock.sim_s(), ref, details))
