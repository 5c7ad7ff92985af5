"""Owns the routes of the run API: who may do what, in which shapes, with which status; every action is audited.

Knows nothing of processes, files or pages.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Depends, Request, Response, WebSocket
from fastapi.security import HTTPBearer
from starlette.websockets import WebSocketDisconnect

from hms_esr.control import shapes
from hms_esr.control.audited_action import audited, there
from hms_esr.control.auth import need
from hms_esr.control.event_stream import EventStream
from hms_esr.control.http_errors import Refused
from hms_esr.control.openapi import refusals_at
from hms_esr.control.routes_read import add_read_routes
from hms_esr.control.routes_start import add_start_routes
from hms_esr.control.services import Services

_BEARER = HTTPBearer(auto_error=False, description="A token: hms-esr token create --scope run|observe")
_MOST_FOLLOWED = 100_000_000


def routes(services: Services) -> APIRouter:
    """All of them."""
    router = APIRouter(dependencies=[Depends(_BEARER)])
    add_start_routes(router, services)
    add_read_routes(router, services)
    for wish in ("pause", "resume", "stop"):
        _steering(router, services, wish)
    _events(router, services)
    return router


def _steering(router: APIRouter, services: Services, wish: str) -> None:
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
        with audited(services, request, f"run.{wish}", run_id) as note:
            who = need(request, "run", run_id)
            there(services, run_id)
            services.audit.note(who.name, f"run.{wish}", run_id, "asked")
            state = await services.steering.run(run_id, wish, who.name)
            done = services.steering.done(wish, state)
            response.status_code = 200 if done else 202
            note["result"] = f"{response.status_code} {state}"
            return shapes.Steered(run_id=run_id, state=state, asked=wish, done=done)


def _events(router: APIRouter, services: Services) -> None:
    @router.websocket("/run/{run_id}/events")
    async def events(socket: WebSocket, run_id: str) -> None:
        """One message a second at most: ``{"events": [{"n": 1, "event": …}], "now": {"state": …}}``."""
        try:
            need(socket, "observe", run_id)
            there(services, run_id)
            after = _after(socket.query_params.get("after", "0"))
        except Refused:
            await socket.close(1008)  # before it was accepted: the handshake is answered with 403
            return
        following = services.followings.of(run_id)
        if following.observers.full:
            await socket.close(1013)
            return
        await socket.accept()
        await _send_all(socket, following, after)


def _after(text: str) -> int:
    if not text.isdecimal() or int(text) > _MOST_FOLLOWED:
        raise Refused(422, f"after={text[:40]} is no number of an event")
    return int(text)


async def _send_all(socket: WebSocket, following: EventStream, after: int) -> None:
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
