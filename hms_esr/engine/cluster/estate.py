"""Owns what becomes of the people of a worker that goes: books closed on those who came, the rest shared out at once.

Knows nothing of sockets or of how a worker's end is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from hms_esr.engine.cluster.accounts import Accounts
from hms_esr.engine.cluster.duties import Duty, unstarted
from hms_esr.engine.cluster.member import Member
from hms_esr.engine.cluster.start_log import StartLog
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
        """(people of ``member`` unstarted or due from ``from_s`` on, how many of them others take over)."""
        heirs = [one for one in members if one.state == "working"]
        parts: dict[int, list[Duty]] = {}
        people = 0
        leaves = member.state == "leaving"
        for duty in member.duties:
            later = replace(duty, from_s=max(duty.from_s, from_s)) if leaves else duty
            n, rest = unstarted(later, self._crowd, self.log, from_s)
            people += n
            for number, part in enumerate(rest.among(len(heirs)) if n and heirs else []):
                parts.setdefault(number, []).append(part)
        member.duties = []
        for number, duties in parts.items():
            heirs[number].duties += duties
            heirs[number].order("take", duties=[duty.packed() for duty in duties])
        return people, people if heirs else 0

    def _happened(self, kind: str, text: str, ref: str, details: dict[str, int]) -> None:
        self._tell(Happened(kind, text, self._clock.now_s(), self._clock.sim_s(), ref, details))
