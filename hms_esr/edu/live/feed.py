"""Owns the feeds: each run that is looked at is read once a second, and what changed is made once for all who look.

Knows nothing of HTTP. A run nobody looks at is not read.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from hms_esr.charts.markup import Markup
from hms_esr.edu.live.observers import Observers
from hms_esr.edu.live.page import draw
from hms_esr.edu.live.page_diff import Change, PageDiff, PageState
from hms_esr.edu.live.run_watcher import RunWatcher
from hms_esr.edu.live.state import state
from hms_esr.errors import EsrError

EVERY_S = 1.0
IDLE_S = 30.0
"""A run that goes on and was not looked at for so long is no longer read."""
MOST_FEEDS = 32


class Feed:
    """One run. ``epoch`` tells this feed from every other; the number of a moment counts up from 0."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.epoch = secrets.token_hex(6)
        self.observers = Observers()
        self.used_at_s = monotonic()
        self.body = Markup("")
        self.ledger = PageDiff(PageState())
        self._watch: RunWatcher | None = None
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Lock()

    @property
    def over(self) -> bool:
        """Whether the figures are final."""
        return self._watch is not None and self._watch.final is not None

    async def ready(self) -> None:
        """Make sure that there is a moment to show, and that the next ones come. Raises BadInput: no run there."""
        self.used_at_s = monotonic()
        async with self._ready:
            if self._watch is None:
                self.body, slots = await asyncio.to_thread(self._first)
                self.ledger = PageDiff(slots)
            if not self.over and (self._task is None or self._task.done()):
                self._task = asyncio.create_task(self._follow())

    def _first(self) -> tuple[Markup, PageState]:
        watch = RunWatcher(self.folder)
        watch.look()
        self._watch = watch
        return draw(watch)

    def _next(self) -> tuple[Markup, PageState]:
        assert self._watch is not None
        self._watch.look()
        return draw(self._watch)

    async def _follow(self) -> None:
        next_s = monotonic()
        while not self.over and (len(self.observers) or monotonic() - self.used_at_s < IDLE_S):
            next_s = max(next_s + EVERY_S, monotonic())
            await asyncio.sleep(max(0.0, next_s - monotonic()))
            try:
                self.body, slots = await asyncio.to_thread(self._next)
            except Exception as error:
                self.observers.notify(
                    json.dumps({"e": self.epoch, "n": self.ledger.number, "problem": str(error)[:300]})
                )
                continue
            self.observers.notify(self.message(self.ledger.turn(slots)))

    def message(self, change: Change) -> str:
        """A change as it travels."""
        whole: dict[str, Any] = {"e": self.epoch, "n": self.ledger.number, "over": self.over}
        return json.dumps(whole | {key: part for key, part in change.items() if part}, separators=(",", ":"))

    def catch_up(self, epoch: str, number: int) -> str:
        """What somebody missed who last had moment ``number`` of ``epoch``."""
        known = epoch == self.epoch and 0 <= number <= self.ledger.number
        return self.message(self.ledger.since(number) if known else self.ledger.everything())

    async def state(self) -> dict[str, Any]:
        """The figures of now, plain."""
        assert self._watch is not None
        return await asyncio.to_thread(state, self._watch)

    async def close(self) -> None:
        """Read no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task


class Feeds:
    """Feeds by run; the one not looked at for longest goes when there are too many."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._feeds: dict[str, Feed] = {}

    async def of(self, run: str) -> Feed:
        """The feed of a run, with a moment to show. Raises BadInput when there is no such run."""
        feed = self._feeds.setdefault(run, Feed(self._out / run))
        try:
            await feed.ready()
        except EsrError:
            self._feeds.pop(run, None)
            raise
        await self._thin()
        return feed

    async def _thin(self) -> None:
        idle = sorted((f for f in self._feeds.items() if not len(f[1].observers)), key=lambda f: f[1].used_at_s)
        for run, feed in idle[: max(0, len(self._feeds) - MOST_FEEDS)]:
            del self._feeds[run]
            await feed.close()
