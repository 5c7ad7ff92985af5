"""Owns what becomes of the people of a worker that goes: books closed on those who came, the rest shared out at once.

Knows nothing of sockets or of how a worker's end is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hms_esr.engine.cluster.accounts import Accounts
from hms_esr.engine.cluster.duties import Duty, unstarted
from hms_esr.engine.cluster.member import Member
from hms_esr.engine.cluster.start_log import StartLog
from hms_esr.engine.timing import RunClock
from hms_esr.events import ClockChanged, Happened
from hms_esr.profiles.crowd import Crowd
from hms_esr.record import Tick
from hms_esr.wording import count, plural

Tell = Callable[[Happened | ClockChanged], None]


class Estate:
    """The people of a run and whose they are."""

    def __init__(self, crowd: Crowd, log: StartLog, clock: RunClock, tell: Tell) -> None:
        self.accounts = Accounts(crowd)
        self._crowd = crowd
        self._log = log
        self._clock = clock
        self._tell = tell

    def books_of(self, member: Member) -> Tick | None:
        """A tick in which everybody who came with ``member`` and whose end is not known is lost; None: nobody is."""
        ks = self.accounts.not_ended(self._log.started_by(member.index))
        for duty in member.duties:
            first = duty.residue + -((duty.residue - self._log.open_total) // duty.modulus) * duty.modulus
            for place in range(max(first, duty.residue), self._crowd.total, duty.modulus):
                last = self._log.last_of(place)
                if last is not None:
                    ks += self.accounts.place_not_ended(place, last)
        if not ks:
            return None
        tick = self.accounts.lost_tick(member.name, member.next_seq, ks, self._clock.now_s(), self._clock.sim)
        member.next_seq += 1
        self.accounts.fold(tick)
        return tick

    def lost(self, member: Member, why: str, members: Iterable[Member], people_lost: int) -> None:
        """``member`` is gone: its unstarted people go to the others."""
        people, taken = self._share_out(member, members)
        text = f"{member.name} {why}: {plural(people_lost, 'person', 'people')} lost, {count(taken)} taken over"
        details = {"people": people, "taken_over": taken, "lost": people_lost}
        self._happened("worker_lost", text, member.name, details)

    def left(self, member: Member, members: Iterable[Member]) -> None:
        """``member`` starts nobody any more: its unstarted people go to the others."""
        people, taken = self._share_out(member, members)
        text = f"{member.name} leaves: {plural(taken, 'person', 'people')} taken over"
        kind = "note" if taken >= people else "worker_lost"
        self._happened(kind, text, member.name, {"people": people, "taken_over": taken})

    def _share_out(self, member: Member, members: Iterable[Member]) -> tuple[int, int]:
        """(people of ``member`` who have not started, how many of them others take over)."""
        heirs = [one for one in members if one.state == "working"]
        parts: dict[int, list[Duty]] = {}
        people = 0
        for duty in member.duties:
            n, rest = unstarted(duty, self._crowd, self._log, self._clock.sim_s())
            people += n
            for number, part in enumerate(rest.among(len(heirs)) if n and heirs else []):
                parts.setdefault(number, []).append(part)
        member.duties = []
        for number, duties in parts.items():
            heirs[number].duties += duties
            heirs[number].order("take", duties=[duty.packed() for duty in duties], taken=[], anew=False)
        return people, people if heirs else 0

    def _happened(self, kind: str, text: str, ref: str, details: dict[str, int]) -> None:
        self._tell(Happened(kind, text, self._clock.now_s(), self._clock.sim_s(), ref, details))
