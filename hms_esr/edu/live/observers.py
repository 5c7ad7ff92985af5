"""Owns those who look at a run: a short queue for each; one that does not read is let go, and harms nobody.

Knows nothing of what is sent.
"""

from __future__ import annotations

import asyncio

MOST_BEHIND = 8
"""Messages an observer may be behind; it is let go beyond that, and comes back for what it missed."""
MOST_OBSERVERS = 200


class Observer:
    """One who looks. ``gone`` is set when it fell too far behind."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str] = asyncio.Queue(MOST_BEHIND)
        self.gone = asyncio.Event()

    def offer(self, text: str) -> None:
        """Put a message in its queue; never waits."""
        try:
            self._queue.put_nowait(text)
        except asyncio.QueueFull:
            self.gone.set()

    async def next(self) -> str:
        """The next message."""
        return await self._queue.get()


class Observers:
    """All observers of one run."""

    def __init__(self) -> None:
        self._all: set[Observer] = set()

    def __len__(self) -> int:
        return len(self._all)

    @property
    def full(self) -> bool:
        """Whether no more are let in."""
        return len(self._all) >= MOST_OBSERVERS

    def join(self) -> Observer:
        """One more."""
        observer = Observer()
        self._all.add(observer)
        return observer

    def leave(self, observer: Observer) -> None:
        """One less."""
        self._all.discard(observer)

    def notify(self, text: str) -> None:
        """The same text to all; those too far behind are let go."""
        for observer in list(self._all):
            observer.offer(text)
            if observer.gone.is_set():
                self._all.discard(observer)
