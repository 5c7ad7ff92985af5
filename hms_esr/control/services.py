"""Owns what all routes share: settings, desk, audit log, tokens, and how runs are looked at.

Knows nothing of routes.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.requests import HTTPConnection

from hms_esr.control.audit import Audit
from hms_esr.control.auth import Who
from hms_esr.control.event_stream import EventStreams
from hms_esr.control.page import Row
from hms_esr.control.queued_run import QueuedRun
from hms_esr.control.run_actions import RunActions
from hms_esr.control.run_queue import RunQueue
from hms_esr.control.run_status import RunStatus, ending
from hms_esr.control.settings import Settings
from hms_esr.control.tokens import TokenFile
from hms_esr.errors import EnvironmentProblem
from hms_esr.scenario.hosts import HostPort


class Services:
    """One control plane. ``own``: where it listens, so that no run loads it."""

    def __init__(self, settings: Settings, own: HostPort | None = None) -> None:
        self.settings, self.own = settings, own
        settings.out.mkdir(parents=True, exist_ok=True)
        self.audit = Audit(settings.out)
        self.tokens = TokenFile(settings.tokens)
        self.queue = RunQueue(settings.out, settings.max_runs, settings.always, self._told)
        self.status = RunStatus(self.queue)
        self.steering = RunActions(self.queue, self.status)
        self.followings = EventStreams(self.status)

    def _told(self, ticket: QueuedRun, what: str) -> None:
        result = str(ending(self.settings.out / ticket.run_id, ticket)["verdict"]) if what == "ended" else "began"
        with suppress(EnvironmentProblem):  # the run goes on, or is over, all the same
            self.audit.note(ticket.who, f"run.{what}", ticket.run_id, result)

    def base(self, connection: HTTPConnection) -> str:
        """How whoever asks reaches this server."""
        if self.settings.public_url:
            return self.settings.public_url.rstrip("/")
        return f"{connection.url.scheme}://{connection.headers['host']}"

    async def lines(self, who: Who) -> list[Row]:
        """Runs this one may see, the last first."""
        lines = await asyncio.to_thread(self.status.lines)
        rows = []
        for line in lines:
            if who.may("observe", line.run_id) and (self.settings.out / line.run_id).is_dir():
                state, verdict, place = self.status.shown(line)
                row = Row(
                    line.run_id, line.scenario, state, verdict or "", place, line.started_at, line.real_s, line.people
                )
                rows.append(row)
        return rows
