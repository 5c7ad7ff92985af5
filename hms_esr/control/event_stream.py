"""Owns the following of runs by programs: a run's events and figures as JSON messages, made once for all who follow.

Knows nothing of who may. A run nobody follows is not read; one who does not read is let go, and harms nobody.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hms_esr.control.run_status import RunStatus
from hms_esr.edu.live.observers import Observer, Observers
from hms_esr.errors import EsrError
from hms_esr.events import as_dict
from hms_esr.store import RecordTail

EVERY_S = 1.0
_MOST_AT_ONCE = 200
"""Events in one message."""


class EventStream:
    """One run. Events are numbered from 1 in the order of the record, the same for everybody and every server."""

    def __init__(self, status: RunStatus, run_id: str) -> None:
        self._status, self.run_id = status, run_id
        self.observers = Observers()
        self.ended = False
        self._events: list[dict[str, Any]] = []
        self._last: dict[str, Any] = {}
        self._tail: RecordTail | None = None
        self._task: asyncio.Task[None] | None = None
        self._looking = asyncio.Lock()

    async def join(self, after: int) -> Observer:
        """One more who follows; gets every event after that number first."""
        if self._task is None or self._task.done():
            await self._look()
            self._task = asyncio.create_task(self._follow())
        observer = self.observers.join()
        missed = [event for event in self._events if event["n"] > after]
        observer.offer(json.dumps({"events": missed, "now": self._last}))
        return observer

    def leave(self, observer: Observer) -> None:
        """One less."""
        self.observers.leave(observer)
        if not len(self.observers) and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _follow(self) -> None:
        while not self.ended:
            await asyncio.sleep(EVERY_S)
            known, before = len(self._events), dict(self._last)
            await self._look()
            new = self._events[known:]
            if new or self._last != before:
                self.observers.notify(json.dumps({"events": new, "now": self._last}))

    async def _look(self) -> None:
        async with self._looking:
            state = self._status.state(self.run_id)  # before the record is read: nothing comes after FINISHED
            try:
                figures = await asyncio.to_thread(self._read)
            except EsrError as error:
                figures = {"problem": str(error)} if not self._status.waits(self.run_id) else {}
            seen = self._status.see(self.run_id) if state == "FINISHED" else None
            place = 0 if seen else self._status.place(self.run_id)
            told = {"run_id": self.run_id, "state": state, "place": place, "sim": True}
            if seen:
                told |= {"verdict": seen.verdict, "reason": seen.summary["reason"]}
                self.ended = True
            self._last = told | figures

    def _read(self) -> dict[str, Any]:
        if self._tail is None:
            self._tail = RecordTail(self._status.out / self.run_id)
        news, record = self._tail.advance(), self._tail.record
        for event in news.events:
            self._events.append({"n": len(self._events) + 1} | as_dict(event))
        intended = record.merged().intended
        return {
            "real_s": record.real_s,
            "simulated_s": record.sim_s,
            "planned": record.planned_total,
            "started": record.delivered,
            "completed": record.people("completed"),
            "failed": record.people("failed"),
            "requests": record.requests,
            "errors": record.error_count,
            "latency_p95_ms": round(intended.percentile(0.95), 3) if intended.count else None,
        }


class EventStreams:
    """All runs that are followed now."""

    def __init__(self, status: RunStatus) -> None:
        self._status = status
        self._runs: dict[str, EventStream] = {}

    def of(self, run_id: str) -> EventStream:
        """That of a run."""
        for name, one in list(self._runs.items()):
            if not len(one.observers):
                del self._runs[name]
        return self._runs.setdefault(run_id, EventStream(self._status, run_id))
