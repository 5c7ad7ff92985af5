"""Owns the queue of runs: how many go on at once, who is next, what becomes of runs an earlier server left.

Knows nothing of requests. What it decides is on disk before it is done, so that a kill at any moment loses no run.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hms_esr.control import children
from hms_esr.control import queued_run as tickets
from hms_esr.control.children import RunProcess
from hms_esr.control.queued_run import DOCUMENT, QueuedRun
from hms_esr.control.settings import MOST_WAITING
from hms_esr.errors import EnvironmentProblem, EsrError
from hms_esr.launch.subprocess_run import last_words
from hms_esr.store.layout import MANIFEST, SUMMARY

KEEP_WAITING_S = 3600.0
"""A run that waited longer than this while no server was there is not started any more."""
Told = Callable[[QueuedRun, str], None]


class Full(EsrError):
    """No more runs can wait."""


class RunQueue:
    """Runs that were asked for, in ``out``: waiting, under way, over. One per folder.

    Used from one thread. ``told`` hears of each run that began or ended.
    """

    def __init__(self, out: Path, max_runs: int, always: tuple[str, ...] = (), told: Told = lambda *_: None) -> None:
        self.out = out
        self._max_runs, self._always, self._told = max_runs, always, told
        self._tickets: dict[str, QueuedRun] = {}
        self._keys: dict[str, str] = {}
        self._waiting: list[str] = []
        self._running: dict[str, RunProcess] = {}
        self._lock = _locked(out)
        self._take_over()

    def close(self) -> None:
        """Let another server have the folder. Runs go on."""
        os.close(self._lock)

    def accept(self, ticket: QueuedRun, document: bytes) -> QueuedRun:
        """Take a run on: start it, or let it wait. Full when too many wait; EnvironmentProblem: disk."""
        if len(self._waiting) >= MOST_WAITING:
            raise Full(f"{MOST_WAITING} runs wait already; try again when some are over")
        folder = self.out / ticket.run_id
        try:
            folder.mkdir()
            (folder / DOCUMENT).write_bytes(document)
        except OSError as error:
            raise EnvironmentProblem(f"{folder}  cannot be written: {error.strerror or error}") from None
        self._keep(ticket)
        self._waiting.append(ticket.run_id)
        self.look()
        return self._tickets[ticket.run_id]

    def known(self, key: str) -> QueuedRun | None:
        """The run that was asked for with this idempotency key, if it is still there."""
        return self.ticket(self._keys[key]) if key and key in self._keys else None

    def ticket(self, run_id: str) -> QueuedRun | None:
        """The ticket of a run; None when it was not asked for here, or its folder is gone."""
        ticket = self._tickets.get(run_id)
        if ticket is not None and not (self.out / run_id).is_dir():
            self._tickets.pop(run_id)
            return None
        return ticket

    def tickets(self) -> list[QueuedRun]:
        """All of them, the last first."""
        found = (self.ticket(run_id) for run_id in list(self._tickets))
        return sorted(filter(None, found), key=lambda one: (one.accepted_at, one.run_id), reverse=True)

    def place(self, run_id: str) -> int:
        """Place in the queue from 1 on; 0 when it does not wait."""
        return self._waiting.index(run_id) + 1 if run_id in self._waiting else 0

    def stop(self, run_id: str, who: str) -> bool:
        """Take it out of the queue, or ask its process to end, once; False when there is nothing to stop."""
        ticket = self._tickets[run_id]
        if run_id in self._waiting:
            self._waiting.remove(run_id)
            self._over(replace(ticket, stopped_by=who), "INTERRUPTED", f"stopped by {who} before it began", 130)
            return True
        child = self._running.get(run_id)
        if child is None:
            return False
        if not ticket.stopped_by:
            self._keep(replace(ticket, stopped_by=who))
            child.end()
        return True

    def stop_all(self, who: str) -> None:
        """Stop everything; processes that still end are told by :meth:`running`."""
        for run_id in [*self._waiting, *self._running]:
            self.stop(run_id, who)

    def running(self) -> list[str]:
        """Runs that have a process."""
        return list(self._running)

    def look(self) -> None:
        """Bury runs that are over and start those whose turn it is. To be called often."""
        for run_id, child in list(self._running.items()):
            if not child.lives():
                del self._running[run_id]
                self._settle(self._tickets[run_id], child.code())
        while self._waiting and len(self._running) < self._max_runs:
            self._start(self._waiting.pop(0))

    def _start(self, run_id: str) -> None:
        if self.ticket(run_id) is None:
            return
        begun = replace(self._tickets[run_id], started_at=_now())
        try:
            self._keep(begun)
            child = children.start(begun, self.out, self._always)
        except EsrError as error:
            self._over(begun, "INVALID", str(error), error.exit_code)
            return
        self._running[run_id] = child
        self._keep(replace(begun, process=child.known))
        self._told(begun, "began")

    def _settle(self, ticket: QueuedRun, code: int | None) -> None:
        """Write down that a run ended, and how if it left no summary."""
        folder = self.out / ticket.run_id
        if (folder / SUMMARY).is_file() or not folder.is_dir():
            self._note_end(ticket)
            return
        self._over(ticket, *_without_summary(folder, ticket, code))

    def _note_end(self, ticket: QueuedRun) -> None:
        noted = replace(ticket, end_noted=True)
        self._tickets[ticket.run_id] = noted
        if (self.out / ticket.run_id).is_dir():
            with suppress(EnvironmentProblem):
                self._keep(noted)
        self._told(noted, "ended")

    def _over(self, ticket: QueuedRun, verdict: str, reason: str, code: int) -> None:
        ended = {"verdict": verdict, "reason": reason, "exit_code": code, "ended_at": _now()}
        over = replace(ticket, ended=ended, end_noted=True)
        self._tickets[ticket.run_id] = over
        with suppress(EnvironmentProblem):  # it is over for us, whether or not the disk takes it
            self._keep(over)
        self._told(over, "ended")

    def _keep(self, ticket: QueuedRun) -> None:
        tickets.keep(self.out, ticket)
        self._tickets[ticket.run_id] = ticket
        if ticket.key:
            self._keys[ticket.key] = ticket.run_id

    def _take_over(self) -> None:
        """Find again what an earlier server left: runs that go on, runs that ended meanwhile, runs that waited."""
        lives: dict[str, RunProcess] | None = None
        for ticket in tickets.all_queued(self.out):
            run_id, folder = ticket.run_id, self.out / ticket.run_id
            self._tickets[run_id] = ticket
            if ticket.key:
                self._keys[ticket.key] = run_id
            if ticket.ended or (folder / SUMMARY).is_file():
                if not ticket.end_noted:  # it ended while no server was there
                    self._note_end(ticket)
                continue
            lives = children.running_by_id() if lives is None else lives
            if run_id in lives:
                self._running[run_id] = lives[run_id]
                self._keep(replace(ticket, process=lives[run_id].known))
            elif (folder / MANIFEST).is_file() or last_words(folder):
                self._settle(ticket, None)
            elif _age_s(ticket.accepted_at) > KEEP_WAITING_S:
                text = "it waited in the queue while no server was there, for too long to be started now; ask again"
                self._over(ticket, "INTERRUPTED", text, 130)
            else:
                self._waiting.append(run_id)


def _without_summary(folder: Path, ticket: QueuedRun, code: int | None) -> tuple[str, str, int]:
    """Verdict, reason and exit code of a run that left no summary; ``code``: its process's, when it is known."""
    if ticket.stopped_by or code == 130:
        return "INTERRUPTED", f"stopped by {ticket.stopped_by or 'a signal'} before its report", 130
    if (folder / MANIFEST).is_file():
        return "INVALID", f"its process ended before its report; make one with: hms-esr report {ticket.run_id}", 3
    said = last_words(folder) or "its process ended and said nothing"
    return "INVALID", f"The rehearsal did not take place: {said}", 3 if code is None else code


def _locked(out: Path) -> int:
    """The lock on ``out``, held until it is closed. EnvironmentProblem: another server has it, or no such folder."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = os.open(out / ".serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise EnvironmentProblem(f"--out {out}  cannot be written: {(error.strerror or str(error)).lower()}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise EnvironmentProblem(f"--out {out}  is served already by another hms-esr serve; choose another") from None
    return lock


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _age_s(moment: str) -> float:
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
    except (ValueError, TypeError):
        return float("inf")


def as_summary(ticket: QueuedRun) -> dict[str, Any]:
    """What is known of a run by its ticket alone."""
    told = {"target": ticket.target, "target_requested": ticket.target_requested, "started_at": ticket.started_at}
    always = {"run_id": ticket.run_id, "scenario": ticket.scenario, "sim": True, "accepted_at": ticket.accepted_at}
    return always | {name: value for name, value in told.items() if value}
