"""Owns pausing, resuming and stopping a run on somebody's wish, and waiting a moment until it came true.

Knows nothing of requests; a run stands still, goes on and ends by itself.
"""

from __future__ import annotations

import asyncio
from time import monotonic

import psutil

from hms_esr.control.http_errors import Refused
from hms_esr.control.run_queue import RunQueue
from hms_esr.control.run_status import RunStatus
from hms_esr.launch.subprocess_run import ask
from hms_esr.store import read_facts
from hms_esr.store.process import find

WITHIN_S = 5.0
_LOOK_S = 0.05
_WANTED = {"pause": "PAUSED", "resume": "RUNNING", "stop": "FINISHED"}


class RunActions:
    """Carries wishes out on the runs of one desk."""

    def __init__(self, queue: RunQueue, status: RunStatus) -> None:
        self._queue, self._status = queue, status
        self._asked_to_end: set[str] = set()

    async def run(self, run_id: str, wish: str, who: str) -> str:
        """Do it; the state after at most some seconds. Refused (409) when the run is not in a state for it."""
        state = self._status.state(run_id)
        if state == _WANTED[wish]:
            return state
        if state == "FINISHED":
            raise Refused(409, f"{run_id} is over; there is nothing to {wish}")
        if wish == "stop":
            self._stop(run_id, who)
        elif state == "QUEUED":
            raise Refused(409, f"{run_id} has not begun, so there is nothing to {wish}; stop takes it out of the queue")
        else:
            ask(self._status.out / run_id, wish)
        until_s = monotonic() + WITHIN_S
        while (state := self._status.state(run_id)) not in (_WANTED[wish], "FINISHED") and monotonic() < until_s:
            await asyncio.sleep(_LOOK_S)
        return state

    def done(self, wish: str, state: str) -> bool:
        """Whether ``state`` is what was wished for."""
        return state == _WANTED[wish]

    def _stop(self, run_id: str, who: str) -> None:
        """Ask once: a run that is asked twice leaves out what it does ``after``."""
        if self._queue.ticket(run_id) is not None and self._queue.stop(run_id, who):
            return
        process = find(read_facts(self._status.out / run_id).get("process"))
        if process is None or run_id in self._asked_to_end:
            return
        self._asked_to_end.add(run_id)
        try:
            process.terminate()
        except psutil.Error as error:
            raise Refused(409, f"{run_id} cannot be asked to end: {error}") from None
