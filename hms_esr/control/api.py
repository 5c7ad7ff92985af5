"""Owns the routes of the run API: who may do what, in which shapes, with which status; every action is audited.

Knows nothing of processes, files or pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response, WebSocket
from fastapi.security import HTTPBearer
from starlette.websockets import WebSocketDisconnect

from hms_esr.control import shapes
from hms_esr.control.bodies import read_body
from hms_esr.control.described import BODY, options_as_parameters, refusals_at
from hms_esr.control.following import Following
from hms_esr.control.gate import Who, need
from hms_esr.control.refusals import Refused
from hms_esr.control.ticket import Ticket
from hms_esr.control.tower import Tower
from hms_esr.control.wanted import read_wanted
from hms_esr.errors import EsrError

_BEARER = HTTPBearer(auto_error=False, description="A token: hms-esr token create --scope run|observe")
_MOST_FOLLOWED = 100_000_000


def routes(tower: Tower) -> APIRouter:
    """All of them."""
    router = APIRouter(dependencies=[Depends(_BEARER)])
    _starting(router, tower)
    _seeing(router, tower)
    for wish in ("pause", "resume", "stop"):
        _steering(router, tower, wish)
    _events(router, tower)
    return router


def _starting(router: APIRouter, tower: Tower) -> None:
    @router.post(
        "/run",
        status_code=201,
        response_model=shapes.Accepted,
        responses=refusals_at(400, 401, 403, 408, 409, 413, 422, 429)
        | {
            200: {"model": shapes.Accepted, "description": "The same idempotency key and body came before: that run"},
            202: {"model": shapes.Accepted, "description": "Waits in the queue"},
        },
        openapi_extra={"requestBody": BODY, "parameters": options_as_parameters()},
        summary="Start a run",
    )
    async def start_run(
        request: Request, response: Response, idempotency_key: Annotated[str, Header(max_length=200)] = ""
    ) -> Any:
        """Start a run, or put it in the queue.

        The body is a scenario in any accent, as JSON or YAML, whatever its content type says; beside it may stand
        `target` and `options`. Options in the address win. Files on the server are out of reach: what a scenario
        uploads is made up, data files and certificates are refused. With an Idempotency-Key a repeated request starts
        nothing.
        """
        with _audited(tower, request, "run.start", "") as note:
            who = need(request, "run")
            raw = await read_body(request, tower.settings.body_s)
            key = sha256(f"{who.name}\0{idempotency_key}".encode()).hexdigest() if idempotency_key else ""
            sent = sha256(raw + b"\0" + request.url.query.encode()).hexdigest()
            ticket = _repeated(tower, key, sent)
            if ticket is None:
                query = dict(request.query_params)
                wanted = await asyncio.to_thread(read_wanted, raw, query, tower.settings, tower.own)
                ticket = _repeated(tower, key, sent)
            if ticket is None:
                note["run"], note["target"] = wanted.run_id, wanted.target or "city"
                accepted = Ticket(
                    wanted.run_id,
                    wanted.scenario,
                    wanted.target,
                    wanted.target_requested,
                    wanted.options,
                    who.name,
                    datetime.now(UTC).isoformat(timespec="milliseconds"),
                    key,
                    sent,
                )
                tower.audit.note(who.name, "run.start", wanted.run_id, "asked", target=wanted.target or "city")
                ticket = tower.desk.accept(accepted, raw)
                response.status_code = 202 if tower.desk.place(ticket.run_id) else 201
            else:
                note["run"], response.status_code = ticket.run_id, 200
            state = tower.sight.state(ticket.run_id)
            note["result"] = f"{response.status_code} {state}"
            base = tower.base(request)
            response.headers["location"] = f"{base}/run/{ticket.run_id}/summary"
            return shapes.Accepted(
                run_id=ticket.run_id,
                state=state,
                place=tower.desk.place(ticket.run_id),
                dashboard_url=f"{base}/dashboard/{ticket.run_id}",
                summary_url=f"{base}/run/{ticket.run_id}/summary",
            )


def _repeated(tower: Tower, key: str, sent: str) -> Ticket | None:
    """The run this key was used for before. Refused when something else was sent with it then."""
    known = tower.desk.known(key)
    if known is not None and known.body != sent:
        raise Refused(409, f"this idempotency key was used for another request, which is run {known.run_id}")
    return known


def _seeing(router: APIRouter, tower: Tower) -> None:
    @router.get(
        "/run/{run_id}/summary",
        response_model=shapes.Summary,
        responses=refusals_at(400, 401, 403, 404, 429),
        summary="A run's state, verdict and figures",
    )
    async def summary(request: Request, run_id: str) -> Any:
        """A run: `state` is QUEUED, RUNNING, PAUSED, or FINISHED however it ended; `verdict` is null before the end.

        Once it is over everything of its summary.json is here.
        """
        need(request, "observe", run_id)
        there(tower, run_id)
        seen = tower.sight.see(run_id)
        return seen.summary | {"dashboard_url": f"{tower.base(request)}/dashboard/{run_id}"}

    @router.get(
        "/runs",
        response_model=shapes.Runs,
        responses=refusals_at(400, 401, 403, 422, 429),
        summary="Runs, the last first",
    )
    async def runs(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 50,
        scenario: Annotated[str, Query(max_length=200, description="Only of this scenario.")] = "",
        state: Annotated[shapes.State | None, Query(description="Only in this state.")] = None,
    ) -> Any:
        """Runs of this server's folder, also those started from a command line. A token for one run sees that one."""
        who = need(request, "observe", _only(request))
        found = [one for one in await tower.lines(who) if scenario in ("", one.scenario) and state in (None, one.state)]
        base = tower.base(request)
        listed = [
            shapes.RunLine(
                run_id=one.run_id,
                scenario=one.scenario,
                state=one.state,
                verdict=one.verdict or None,
                place=one.place,
                started_at=one.started_at or None,
                real_s=one.real_s,
                people=one.people,
                dashboard_url=f"{base}/dashboard/{one.run_id}",
            )
            for one in found[:limit]
        ]
        return shapes.Runs(runs=listed, total=len(found))


def _only(request: Request) -> str:
    """The run a token is for, so that asking for the list of runs is asking for that one."""
    who: Who = request.scope["state"]["who"]
    return who.run


def there(tower: Tower, run_id: str) -> None:
    """Refused (404) when there is no such run."""
    if not tower.sight.exists(run_id):
        raise Refused(404, f"there is no run {run_id[:200]!r}")


def _steering(router: APIRouter, tower: Tower, wish: str) -> None:
    words = {
        "pause": "The simulated clock stands still, nobody new comes, requests under way finish.",
        "resume": "A paused run goes on.",
        "stop": "Nobody new comes, faults are undone, the report is written (INTERRUPTED). A queued run never begins.",
    }

    @router.post(
        f"/run/{{run_id}}/{wish}",
        response_model=shapes.Steered,
        responses=refusals_at(400, 401, 403, 404, 409, 429)
        | {202: {"model": shapes.Steered, "description": "Asked; it takes longer than some seconds"}},
        summary=f"{wish.capitalize()} a run",
        description=words[wish],
        name=f"{wish}_run",
    )
    async def steer(request: Request, response: Response, run_id: str) -> Any:
        with _audited(tower, request, f"run.{wish}", run_id) as note:
            who = need(request, "run", run_id)
            there(tower, run_id)
            tower.audit.note(who.name, f"run.{wish}", run_id, "asked")
            state = await tower.steering.carry_out(run_id, wish, who.name)
            done = tower.steering.done(wish, state)
            response.status_code = 200 if done else 202
            note["result"] = f"{response.status_code} {state}"
            return shapes.Steered(run_id=run_id, state=state, asked=wish, done=done)


@contextmanager
def _audited(tower: Tower, request: Request, what: str, run_id: str) -> Iterator[dict[str, str]]:
    """A line in the audit log for what became of an action: its result, or why it was refused."""
    note = {"run": run_id, "result": ""}
    who: Who = request.scope["state"]["who"]
    try:
        yield note
    except Refused as error:
        note["result"] = f"refused: {error.status} {error.text}"
        raise
    except EsrError as error:
        note["result"] = f"refused: {str(error)[:500]}"
        raise
    finally:
        more = {key: value for key, value in note.items() if key not in ("run", "result")}
        tower.audit.note(who.name, what, note["run"][:200], note["result"] or "broken off", **more)


def _events(router: APIRouter, tower: Tower) -> None:
    @router.websocket("/run/{run_id}/events")
    async def events(socket: WebSocket, run_id: str) -> None:
        """One message a second at most: ``{"events": [{"n": 1, "event": …}], "now": {"state": …}}``."""
        try:
            need(socket, "observe", run_id)
            there(tower, run_id)
            after = _after(socket.query_params.get("after", "0"))
        except Refused:
            await socket.close(1008)  # before it was accepted: the handshake is answered with 403
            return
        following = tower.followings.of(run_id)
        if following.observers.full:
            await socket.close(1013)
            return
        await socket.accept()
        await _send_all(socket, following, after)


def _after(text: str) -> int:
    if not text.isdecimal() or int(text) > _MOST_FOLLOWED:
        raise Refused(422, f"after={text[:40]} is no number of an event")
    return int(text)


async def _send_all(socket: WebSocket, following: Following, after: int) -> None:
    """Everything until the run is over, they leave, or they fall too far behind."""
    observer = await following.join(after)
    tasks = [asyncio.create_task(coroutine) for coroutine in (_left(socket), observer.gone.wait())]
    try:
        while True:
            following_message = asyncio.create_task(observer.next())
            done, _ = await asyncio.wait([following_message, *tasks], return_when=asyncio.FIRST_COMPLETED)
            if following_message not in done:
                following_message.cancel()
                break
            text = following_message.result()
            await asyncio.wait_for(socket.send_text(text), 10)
            if '"state": "FINISHED"' in text:
                break
        with suppress(RuntimeError):
            await socket.close(1013 if observer.gone.is_set() else 1000)
    except (WebSocketDisconnect, TimeoutError, RuntimeError):
        pass
    finally:
        following.leave(observer)
        for task in tasks:
            task.cancel()


async def _left(socket: WebSocket) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive()
            if socket.client_state.name == "DISCONNECTED":
                return
