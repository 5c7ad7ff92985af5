"""Owns waking at a moment: a kernel timer (timerfd) where there is one, the event loop's own timers elsewhere.

Knows nothing of who sleeps. The loop's timers alone are a millisecond coarse.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from contextlib import suppress
from time import perf_counter
from typing import Any

from gevent.event import Event
from gevent.hub import Waiter, get_hub

_CLOCK_MONOTONIC = 1
_TFD_FLAGS = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)
_SPEC = struct.Struct("qqqq")


def _timerfd() -> tuple[int, Any] | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        fd = libc.timerfd_create(_CLOCK_MONOTONIC, _TFD_FLAGS)
        return (fd, libc.timerfd_settime) if fd >= 0 else None
    except (OSError, AttributeError):
        return None


class Timer:
    """One sleeper's alarm clock: :meth:`sleep` a while, :meth:`ring` wakes it early from another greenlet."""

    def __init__(self) -> None:
        timer = _timerfd()
        self._fd: int = timer[0] if timer is not None else -1
        self._settime: Any = timer[1] if timer is not None else None
        self._watcher: Any = get_hub().loop.io(self._fd, 1) if self._fd >= 0 else None
        self._event = Event()
        self._sleeper: Waiter[None] | None = None
        self._until = 0.0

    @property
    def rest_s(self) -> float:
        """Seconds until the sleeper wakes by itself; 0 while it is awake."""
        return max(0.0, self._until - perf_counter())

    def _set(self, seconds: float) -> None:
        whole = int(seconds)
        nanoseconds = max(1, int((seconds - whole) * 1e9))
        self._settime(self._fd, 0, _SPEC.pack(0, 0, whole, nanoseconds), None)

    def sleep(self, seconds: float) -> None:
        """Sleep ``seconds`` of real time, or until somebody rings; a ring before the sleep is not lost."""
        self._until = perf_counter() + seconds
        if self._watcher is None or self._event.is_set():
            self._event.wait(max(0.0, seconds))
            self._event.clear()
            return
        self._set(max(seconds, 1e-9))
        self._sleeper = sleeper = Waiter()
        self._watcher.start(sleeper.switch, None)
        try:
            sleeper.get()
        finally:
            self._sleeper = None
            self._watcher.stop()
        self._event.clear()
        with suppress(BlockingIOError):
            os.read(self._fd, 8)

    def ring(self) -> None:
        """Wake the sleeper now; one who is about to sleep does not. (Setting the timer to now costs more.)"""
        if self._sleeper is not None and not self._event.is_set():
            get_hub().loop.run_callback(self._sleeper.switch, None)
        self._event.set()

    def close(self) -> None:
        """Give the timer back."""
        if self._fd >= 0:
            self._watcher.close()
            os.close(self._fd)
            self._fd = -1
