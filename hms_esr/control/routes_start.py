"""Owns the route that starts runs: what was sent is checked, written down, queued; the same request twice is one run.

Knows nothing of processes.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from hms_esr.control import shapes
from hms_esr.control.audited_action import audited
from hms_esr.control.auth import need
from hms_esr.control.http_errors import Refused
from hms_esr.control.openapi import BODY, options_as_parameters, refusals_at
from hms_esr.control.queued_run import QueuedRun
from hms_esr.control.request_body import read_body
from hms_esr.control.run_body import RunBody, read_run_body
from hms_esr.control.services import Services

_MORE: dict[int | str, dict[str, Any]] = {
    200: {"model": shapes.Accepted, "description": "The same idempotency key and body came before: that run"},
    202: {"model": shapes.Accepted, "description": "Waits in the queue"},
}


def add_start_routes(router: APIRouter, services: Services) -> None:
    """``POST /run``."""

    @router.post(
        "/run",
        status_code=201,
        response_model=shapes.Accepted,
        responses=refusals_at(400, 401, 403, 408, 409, 413, 422, 429) | _MORE,
        openapi_extra={"requestBody": BODY, "parameters": options_as_parameters()},
        summary="Start a run",
    )
    async def start_run(
        request: Request, response: Response, idempotency_key: Annotated[str, Header(max_length=200)] = ""
    ) -> Any:
        """Start a run, or put it in the queue.

        The body is a scenario in any dialect, as JSON or YAML, whatever its content type says; beside it may stand
        `target` and `options`. Options in the address win. Files on the server are out of reach: what a scenario
        uploads is made up, data files and certificates are refused. With an Idempotency-Key a repeated request starts
        nothing.
        """
        with audited(services, request, "run.start", "") as note:
            who = need(request, "run")
            raw = await read_body(request, services.settings.body_s)
            key = sha256(f"{who.name}\0{idempotency_key}".encode()).hexdigest() if idempotency_key else ""
            ticket, status = await _take_on(services, request, raw, who.name, key)
            note["run"], note["target"] = ticket.run_id, ticket.target or "city"
            made = _accepted(services, ticket, services.base(request))
            note["result"] = f"{status} {made.state}"
            response.status_code, response.headers["location"] = status, made.summary_url
            return made


async def _take_on(services: Services, request: Request, raw: bytes, who: str, key: str) -> tuple[QueuedRun, int]:
    """The run and the answer's status. Between the last look for the key and the ticket nothing else happens."""
    sent = sha256(raw + b"\0" + request.url.query.encode()).hexdigest()
    known = _repeated(services, key, sent)
    if known is not None:
        return known, 200
    wanted = await asyncio.to_thread(read_run_body, raw, dict(request.query_params), services.settings, services.own)
    known = _repeated(services, key, sent)
    if known is not None:
        return known, 200
    services.audit.note(who, "run.start", wanted.run_id, "asked", target=wanted.target or "city")
    ticket = services.queue.accept(_ticket(wanted, who, key, sent), raw)
    return ticket, 202 if services.queue.place(ticket.run_id) else 201


def _ticket(wanted: RunBody, who: str, key: str, sent: str) -> QueuedRun:
    return QueuedRun(
        run_id=wanted.run_id,
        scenario=wanted.scenario,
        target=wanted.target,
        target_requested=wanted.target_requested,
        options=wanted.options,
        who=who,
        accepted_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        key=key,
        body=sent,
    )


def _repeated(services: Services, key: str, sent: str) -> QueuedRun | None:
    """The run this key was used for before. Refused when something else was sent with it then."""
    known = services.queue.known(key)
    if known is not None and known.body != sent:
        raise Refused(409, f"this idempotency key was used for another request, which is run {known.run_id}")
    return known


def _accepted(services: Services, ticket: QueuedRun, base: str) -> shapes.Accepted:
    return shapes.Accepted.model_validate(
        {
            "run_id": ticket.run_id,
            "state": services.status.state(ticket.run_id),
            "place": services.queue.place(ticket.run_id),
            "dashboard_url": f"{base}/dashboard/{ticket.run_id}",
            "summary_url": f"{base}/run/{ticket.run_id}/summary",
        }
    )
