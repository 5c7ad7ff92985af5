"""Owns when Python's memory collector walks through everything: at quiet moments, its pauses measured.

Knows nothing of people or requests: a pause stops them all, so it is asked who is under way and who is due.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

import gevent

LOOK_EVERY_S = 0.1
SHORT_S = 0.005
"""A walk that takes no longer is no pause worth waiting for."""
REST_S = 5.0
"""At least so long lies between two walks."""
GROWTH_BYTES = 128 * 2**20
"""From so much memory more than after the last walk on, the next is due, if there is garbage at all."""
WORTH = 20_000
"""Objects that short walks freed since the last full one: fewer, and a full one would free next to nothing."""
LONGEST_WAIT_S = 5.0
"""A walk that is due waits so long for a quiet moment, then it is made anyway."""
S_PER_BYTE = 0.3e-9
"""What a walk takes longer for each byte more of memory: a quarter of a second for 50,000 people, about 1 GB."""
NEVER = 1_000_000_000
YOUNG = 10_000
"""New objects between two looks at the new ones: at Python's 700 these looks take a tenth of a busy run."""
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_STATM = Path("/proc/self/statm")

Quiet = Callable[[], tuple[bool, float]]
"""(whether nobody is under way, real seconds until somebody is due)."""


def resident_bytes() -> int:
    """Memory this process has now; 0 where the system does not tell."""
    try:
        return int(_STATM.read_text(encoding="ascii").split()[1]) * _PAGE_BYTES
    except (OSError, ValueError, IndexError):
        return 0


class GcControl:
    """Keeps the collector's full walks (generation 2) out of people's way between :meth:`start` and :meth:`stop`.

    With 50,000 people a walk stops everybody for a quarter of a second, and Python makes it whenever it likes. Here
    what exists at the start is set aside for good, and walks are made when nobody is under way or due, when they are
    short, or when memory has grown, garbage is made, and no better moment came. People leave none: what they had is
    freed when they go. Every pause in ms goes to ``record_pause``.
    """

    def __init__(self, record_pause: Callable[[float], None], quiet: Quiet) -> None:
        self._record_pause = record_pause
        self._quiet = quiet
        self._thresholds = gc.get_threshold()
        self._began = 0.0
        self._walk_s = 0.0
        self._walked_at = 0.0
        self._due_at: float | None = None
        self._after_bytes = 0
        self._freed = 0

    def start(self) -> None:
        """Set aside what exists; no full walks but ours from now on."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG, self._thresholds[1], NEVER)
        gc.callbacks.append(self._paused)
        self._walked_at, self._after_bytes = perf_counter(), resident_bytes()

    def stop(self) -> None:
        """Everything as it was."""
        if self._paused in gc.callbacks:
            gc.callbacks.remove(self._paused)
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def watch(self) -> None:
        """Look for the moment, for as long as this greenlet lives."""
        while True:
            gevent.sleep(LOOK_EVERY_S)
            self.look(perf_counter(), resident_bytes())

    def look(self, now: float, memory_bytes: int) -> bool:
        """Walk if this is the moment for it; whether we did. ``now``: a monotonic clock's seconds."""
        if now - self._walked_at < REST_S:
            return False
        if memory_bytes > self._after_bytes + GROWTH_BYTES and self._freed > WORTH:
            self._due_at = self._due_at if self._due_at is not None else now
        nobody, free_s = self._quiet()
        expected_s = self._walk_s + max(0, memory_bytes - self._after_bytes) * S_PER_BYTE
        untroubled = free_s > expected_s
        overdue = self._due_at is not None and (untroubled or now - self._due_at > LONGEST_WAIT_S)
        if not (overdue or (untroubled and (nobody or expected_s <= SHORT_S))):
            return False
        gc.collect()
        self._due_at, self._freed = None, 0
        self._walked_at, self._after_bytes = perf_counter(), resident_bytes()
        return True

    def _paused(self, phase: str, info: dict[str, Any]) -> None:
        """Python calls this before and after each collection, in whatever thread makes it.

        Measured in processor time: when others keep us from the processor meanwhile, that is not the collector's doing.
        """
        if phase == "start":
            self._began = thread_time()
            return
        pause_s = thread_time() - self._began
        self._freed += info["collected"]
        if info["generation"] == 2:
            self._walk_s = pause_s
        self._record_pause(pause_s * 1000)
