"""Owns taking turns on the event loop: after a crowd of answers at once, those who must start on time go first.

Knows nothing of people or requests. Without it 400 answers that come together hold everybody else up for 100 ms.
"""

from __future__ import annotations

from collections import deque
from time import perf_counter
from typing import Any

from gevent import getcurrent, sleep
from gevent.hub import get_hub

TURN_S = 0.003
"""A turn of the loop that has lasted longer makes those with answers in hand wait for the next."""
BREATH_S = 0.001
"""Of long work, so that the loop looks at its timers and sockets."""


def yield_to_loop() -> None:
    """Let people go on amid long work of this loop: nobody is to start late for it."""
    sleep(BREATH_S)


class FairTurns:
    """One event loop's turns. :meth:`step_back` is called by a greenlet whose answer is complete and timed."""

    def __init__(self) -> None:
        hub = get_hub()
        self._hub: Any = hub
        self._loop: Any = hub.loop
        self._began = perf_counter()
        self._waiting: deque[list[Any]] = deque()
        self._scheduled = False
        self._watcher = self._loop.check()
        self._watcher.start(self._begin)

    def _begin(self) -> None:
        self._began = perf_counter()

    def step_back(self, now: float) -> None:
        """Go on at once in a short turn, else when the loop has looked at timers and starts again.

        ``now``: what ``time.perf_counter()`` says.
        """
        if now - self._began < TURN_S and not self._waiting:
            return
        place: list[Any] = [getcurrent()]
        self._waiting.append(place)
        if not self._scheduled:
            self._scheduled = True
            self._loop.run_callback(self._go_on)
        try:
            self._hub.switch()
        finally:
            place.clear()

    def _go_on(self) -> None:
        until = perf_counter() + TURN_S
        while self._waiting and perf_counter() < until:
            place = self._waiting.popleft()
            if place:
                place.pop().switch()
        self._scheduled = bool(self._waiting)
        if self._scheduled:
            self._loop.run_callback(self._go_on)

    def close(self) -> None:
        """Stop looking at turns."""
        self._watcher.stop()
        self._watcher.close()
