"""Owns what can be told of a run: its state, its summary, its line in the list; from ticket, store and processes.

Changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hms_esr.control.queued_run import QueuedRun, is_run_id
from hms_esr.control.run_queue import RunQueue, as_summary
from hms_esr.errors import EsrError
from hms_esr.store import RunList, is_running, run_line
from hms_esr.store.clock import clock_stands
from hms_esr.store.layout import MANIFEST, SUMMARY
from hms_esr.store.listing import ListedRun
from hms_esr.store.manifest import manifest_json

VERDICTS = ("PASS", "FAIL", "INVALID", "INTERRUPTED")


@dataclass(frozen=True, slots=True)
class StatusView:
    """A run at a moment. ``summary`` is whole once it is over; ``verdict`` None before."""

    run_id: str
    state: str
    verdict: str | None
    place: int
    summary: dict[str, Any]


class RunStatus:
    """Looks at runs in the desk's folder, also at those started from a command line."""

    def __init__(self, queue: RunQueue) -> None:
        self._queue = queue
        self.out = queue.out
        self._runs = RunList(queue.out)

    def exists(self, run_id: str) -> bool:
        """Whether there is such a run."""
        folder = self.out / run_id
        if not is_run_id(run_id) or folder.is_symlink():
            return False
        return self._queue.ticket(run_id) is not None or (folder / MANIFEST).is_file()

    def waits(self, run_id: str) -> bool:
        """Whether there is such a run, without a record as yet."""
        return self._queue.ticket(run_id) is not None and not (self.out / run_id / MANIFEST).is_file()

    def place(self, run_id: str) -> int:
        """Its place in the queue from 1 on; 0 when it does not wait."""
        return self._queue.place(run_id)

    def state(self, run_id: str) -> str:
        """QUEUED, RUNNING, PAUSED, or FINISHED however it ended."""
        folder, ticket = self.out / run_id, self._queue.ticket(run_id)
        if self._queue.place(run_id):
            return "QUEUED"
        if (folder / SUMMARY).is_file() or (ticket is not None and ticket.ended):
            return "FINISHED"
        if ticket is None and not is_running(folder):
            line = run_line(folder)
            if line.state != "FINISHED" or not _reports(folder):
                return "FINISHED"
        try:
            return "PAUSED" if clock_stands(folder) else "RUNNING"
        except EsrError:
            return "RUNNING"

    def see(self, run_id: str) -> StatusView:
        """The run and all that is known of it."""
        state = self.state(run_id)
        place = self._queue.place(run_id)
        ticket = self._queue.ticket(run_id)
        known = _known(self.out / run_id) | (as_summary(ticket) if ticket else {})
        end = ending(self.out / run_id, ticket) if state == "FINISHED" else {"verdict": None}
        whole = {"reason": "", "exit_code": None} | known | end | {"state": state, "place": place, "sim": True}
        return StatusView(run_id, state, end["verdict"], place, whole)

    def lines(self) -> list[ListedRun]:
        """Every run, the last first; those that never left a record too. ``state`` is one of the four."""
        found = {line.run_id: line for line in self._runs.lines()}
        for ticket in self._queue.tickets():
            if ticket.run_id not in found:
                verdict = str((ticket.ended or {}).get("verdict", ""))
                line = ListedRun(ticket.run_id, ticket.scenario, "", verdict, ticket.accepted_at, None, None)
                found[ticket.run_id] = line
        return sorted(found.values(), key=lambda line: (line.started_at, line.run_id), reverse=True)

    def shown(self, line: ListedRun) -> tuple[str, str | None, int]:
        """State, verdict and place of a line."""
        state = "FINISHED" if line.state == "FINISHED" and line.verdict else self.state(line.run_id)
        if state != "FINISHED":
            return state, None, self._queue.place(line.run_id)
        ticket = self._queue.ticket(line.run_id)
        verdict = line.verdict or str(((ticket.ended if ticket else None) or {}).get("verdict", ""))
        return state, verdict if verdict in VERDICTS else "INVALID", 0


def _known(folder: Path) -> dict[str, Any]:
    """What the manifest says before there is a summary."""
    found: dict[str, Any] = {"run_id": folder.name, "scenario": "", "target": None, "target_requested": None}
    try:
        manifest = manifest_json(folder)
    except EsrError:
        return found
    scenario = manifest.get("scenario")
    name = scenario.get("name", "") if isinstance(scenario, dict) else ""
    told = {key: manifest.get(key) for key in ("target", "target_requested", "seed", "started_at") if manifest.get(key)}
    return found | {"scenario": str(name)} | told


def ending(folder: Path, ticket: QueuedRun | None) -> dict[str, Any]:
    """The summary of a run that is over, or what stands for it. A verdict is always there."""
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        if isinstance(summary, dict) and summary.get("verdict") in VERDICTS:
            return summary
    except (OSError, ValueError):
        pass
    if ticket is not None and ticket.ended:
        return dict(ticket.ended)
    reason = f"it ended without a report; make one with: hms-esr report {folder.name}"
    return {"verdict": "INVALID", "reason": reason, "exit_code": 3}


def _reports(folder: Path) -> bool:
    """Whether the process that wrote the record is still there, making the report."""
    from hms_esr.store import read_facts
    from hms_esr.store.process import find

    try:
        return find(read_facts(folder).get("process")) is not None
    except EsrError:
        return False
