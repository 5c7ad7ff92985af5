"""Owns the log of who has started: one entry per person, in memory shared by processes, which no death erases.

Knows nothing of times or of what people do. Nobody starts without an entry, and an entry is made once.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
from typing import Any

from hms_esr.schedule.arrivals import Arrival, ArrivalSchedule

MOST_WORKERS = 250
_PLACE_BYTES = 8


class StartLog:
    """People of open loads have a byte each (0: not started, else worker + 1), places of closed loads who came last.

    Each worker makes its entries under a lock of its own, which the master takes to shut it out.
    """

    def __init__(self, schedule: ArrivalSchedule, fd: int = -1) -> None:
        self.places = schedule.places
        self.open_total = schedule.total - self.places
        self._places_at = MOST_WORKERS + self.open_total
        size = self._places_at + self.places * _PLACE_BYTES
        self.fd = fd
        if fd >= 0 and os.fstat(fd).st_size < size:
            os.ftruncate(fd, size)
        self._memory: Any = mmap.mmap(fd, size) if fd >= 0 else bytearray(size)

    @classmethod
    def shared(cls, schedule: ArrivalSchedule) -> StartLog:
        """A log in a file without a name, for children to inherit by ``fd``; gone when the last one closes it."""
        with tempfile.TemporaryFile(prefix="hms-esr-") as file:
            return cls(schedule, os.dup(file.fileno()))

    def claim(self, worker: int, arrival: Arrival) -> bool:
        """Make the entry that ``arrival`` starts now; False when there is one, or ``worker`` was shut out."""
        if self.fd < 0:
            return self._enter(worker, arrival)
        fcntl.lockf(self.fd, fcntl.LOCK_EX, 1, worker)
        try:
            return not self._memory[worker] and self._enter(worker, arrival)
        finally:
            fcntl.lockf(self.fd, fcntl.LOCK_UN, 1, worker)

    def _enter(self, worker: int, arrival: Arrival) -> bool:
        if arrival.place < 0:
            at = MOST_WORKERS + arrival.person_no
            if self._memory[at]:
                return False
            self._memory[at] = worker + 1
            return True
        last = self.last_of(arrival.place)
        if last is not None and last >= arrival.person_no:
            return False
        at = self._slot(arrival.place)
        self._memory[at : at + _PLACE_BYTES] = (arrival.person_no + 1).to_bytes(_PLACE_BYTES, "little")
        return True

    def note(self, worker: int, arrival: Arrival) -> None:
        """Enter what a worker without this memory told of; an entry that is there stays."""
        self._enter(worker, arrival)

    def shut_out(self, worker: int) -> bool:
        """From now on ``worker`` can make no entry; False when it stands still in the middle of one."""
        try:
            fcntl.lockf(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, worker)
        except OSError:
            return False
        self._memory[worker] = 1
        fcntl.lockf(self.fd, fcntl.LOCK_UN, 1, worker)
        return True

    def is_free(self, person_no: int) -> bool:
        """Whether person ``person_no`` of an open load has not started."""
        return not self._memory[MOST_WORKERS + person_no]

    def started_by(self, worker: int) -> list[int]:
        """People of open loads whom ``worker`` has started."""
        entries = bytes(self._memory[MOST_WORKERS : self._places_at])
        found, at = [], entries.find(worker + 1)
        while at >= 0:
            found.append(at)
            at = entries.find(worker + 1, at + 1)
        return found

    def free_of(self, first_k: int, last_k: int, step: int) -> tuple[int, int]:
        """(how many, the lowest) of ``range(first_k, last_k, step)`` who have not started; (0, -1) without any."""
        entries = bytes(self._memory[MOST_WORKERS + first_k : MOST_WORKERS + last_k : step])
        index = entries.find(0)
        return entries.count(0), -1 if index < 0 else first_k + index * step

    def _slot(self, place: int) -> int:
        return self._places_at + (place - self.open_total) * _PLACE_BYTES

    def last_of(self, place: int) -> int | None:
        """The number of who came last at a place of a closed load, named by who came there first."""
        at = self._slot(place)
        entry = int.from_bytes(self._memory[at : at + _PLACE_BYTES], "little")
        return entry - 1 if entry else None

    def close(self) -> None:
        """Give the memory back."""
        if self.fd >= 0:
            self._memory.close()
            os.close(self.fd)
            self.fd = -1
