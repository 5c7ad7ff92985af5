"""Owns the records a worker keeps until its master has them: in memory, then in a file, then given up and counted.

Knows nothing of sockets: what is to be sent is asked for.
"""

from __future__ import annotations

import json
import tempfile
from collections import deque
from collections.abc import Callable
from typing import IO, Any

from hms_esr.engine.cluster.wire import lost_tick, packed_tick
from hms_esr.record import Tick
from hms_esr.store.tick_text import at_once

RESEND_S = 1.5
AT_ONCE = 16
"""So many records are under way at most: a master that comes back is not flooded."""
MOST_IN_MEMORY = 64 * 2**20
MOST_ON_DISK = 2**30
_HEAD_BYTES = 8

Packed = dict[str, Any]


class Backlog:
    """Records in order of their numbers. ``in_memory`` and ``on_disk`` are limits in bytes.

    The oldest are in memory, the file (gone with the process) holds those after them. What fits nowhere is kept as a
    word that it is lost, so that the master knows; until the file is empty again.
    """

    def __init__(self, in_memory: int = MOST_IN_MEMORY, on_disk: int = MOST_ON_DISK) -> None:
        self._most_in_memory = in_memory
        self._most_on_disk = on_disk
        self._memory: deque[tuple[Packed, int]] = deque()
        self._bytes = 0
        self._sent_at: dict[int, float] = {}
        self._file: IO[bytes] | None = None
        self._read_at = self._written = 0
        self._lost: deque[Packed] = deque()

    @property
    def _in_file(self) -> bool:
        return self._read_at < self._written

    def __len__(self) -> int:
        return len(self._memory) + self._in_file + len(self._lost)

    def add(self, tick: Tick, breathe: Callable[[], None] = at_once) -> None:
        """Keep one more; ``breathe`` is called now and then until it is packed."""
        packed = packed_tick(tick, breathe)
        size = len(packed["text"])
        if not self._in_file and not self._lost and self._bytes + size <= self._most_in_memory:
            self._keep(packed, size)
        elif self._lost or not self._write(packed):
            self._lost.append(lost_tick(tick))
        if not self._memory:
            self._refill()

    def _keep(self, packed: Packed, size: int) -> None:
        self._memory.append((packed, size))
        self._bytes += size

    def _write(self, packed: Packed) -> bool:
        """At the file's end; False when it is full or the disk is."""
        text = json.dumps(packed).encode()
        size = _HEAD_BYTES + len(text)
        if self._written + size > self._most_on_disk:
            return False
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="hms-esr-backlog-", buffering=0)  # noqa: SIM115  # kept open
            self._file.seek(self._written)
            whole = self._file.write(len(text).to_bytes(_HEAD_BYTES, "little") + text) == size
        except OSError:
            return False
        self._written += size if whole else 0
        return whole

    def _read(self, file: IO[bytes]) -> Packed:
        file.seek(self._read_at)
        size = int.from_bytes(file.read(_HEAD_BYTES), "little")
        self._read_at += _HEAD_BYTES + size
        packed: Packed = json.loads(file.read(size))
        return packed

    def _refill(self) -> None:
        """From the file, as memory has room again."""
        while self._file is not None and self._in_file and (self._bytes < self._most_in_memory or not self._memory):
            packed = self._read(self._file)
            self._keep(packed, len(packed["text"]))
        if self._in_file:
            return
        if self._file is not None:
            self._file.close()
            self._file, self._read_at, self._written = None, 0, 0
        while self._lost:
            packed = self._lost.popleft()
            self._keep(packed, len(packed["text"]))

    def acknowledged(self, below: int) -> None:
        """The master has all with a lower number."""
        while self._memory and self._memory[0][0]["seq"] < below:
            packed, size = self._memory.popleft()
            self._bytes -= size
            self._sent_at.pop(packed["seq"], None)
        self._refill()

    def due(self, now: float) -> list[Packed]:
        """What to send at ``now``: the oldest, if they were not sent yet; all again if the first stayed unanswered.

        They are taken in order only, so one that got lost makes all after it useless.
        """
        window = [self._memory[index][0] for index in range(min(AT_ONCE, len(self._memory)))]
        if window and now - self._sent_at.get(window[0]["seq"], now) >= RESEND_S:
            self._sent_at.clear()
        due = [packed for packed in window if packed["seq"] not in self._sent_at]
        self._sent_at |= {packed["seq"]: now for packed in due}
        return due
