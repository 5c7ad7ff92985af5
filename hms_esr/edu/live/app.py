"""Owns the addresses of the live page: the page, its WebSocket, its figures as JSON, its own style and script.

Knows nothing of who may look: it asks. Nothing here changes a run; records are opened read-only.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from hms_esr.edu.live.feed import Feed, Feeds
from hms_esr.edu.live.observers import Observer
from hms_esr.edu.live.page import Links, base_css, document
from hms_esr.edu.live.placeholder_pages import not_found, waiting
from hms_esr.errors import EsrError
from hms_esr.store.layout import MANIFEST, REPORT

MaySee = Callable[[Any, str], bool]
"""Whether who asks (a request or a WebSocket's handshake: starlette's HTTPConnection) may see a run."""
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
}
_REPORT_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,120}")
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_HELLO_S = 10.0
MOST_HELLO = 300
FOREIGN, FORBIDDEN, NO_RUN, FULL, BEHIND = 4403, 4401, 4404, 4429, 4408
"""Codes a WebSocket is closed with."""


def everybody(_: HTTPConnection, __: str) -> bool:
    """For servers on loopback that one person started for themselves."""
    return True


def dashboard_routes(out: Path, may_see: MaySee = everybody, *, runs: str = "", expected: str = "") -> list[BaseRoute]:
    """Routes of the live pages of all runs in ``out``, to be mounted at the root of an ASGI app.

    ``/dashboard/{run_id}``, ``…/live`` (WebSocket), ``…/state.json``, ``…/report``, ``/dashboard/assets/*``.
    ``runs``: address of a list of runs, linked from the page. ``expected``: a run that was started this moment, so its
    page waits for it. Who may not see a run gets 401.
    """
    pages = _Pages(out, may_see, runs, expected)
    return [
        Route("/dashboard/assets/{name}", _asset, methods=["GET"]),
        Route("/dashboard/{run_id}", pages.page, methods=["GET"]),
        Route("/dashboard/{run_id}/state.json", pages.state, methods=["GET"]),
        Route("/dashboard/{run_id}/report", pages.report, methods=["GET"]),
        WebSocketRoute("/dashboard/{run_id}/live", pages.live),
    ]


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name == "base.css":
        return Response(base_css(), media_type=_KINDS[".css"], headers=HEADERS)
    place = files("hms_esr.edu.live").joinpath("assets")
    known = {one.name for one in place.iterdir()}
    kind = _KINDS.get(Path(name).suffix)
    if name not in known or kind is None:
        return JSONResponse({"error": f"there is no file {name[:80]!r} here"}, 404, headers=HEADERS)
    return Response(place.joinpath(name).read_text(encoding="utf-8"), media_type=kind, headers=HEADERS)


class _Pages:
    """The addresses of runs."""

    def __init__(self, out: Path, may_see: MaySee, runs: str, expected: str) -> None:
        self._out, self._may_see, self._runs, self._expected = out, may_see, runs, expected
        self._feeds = Feeds(out)

    def _there(self, run: str) -> bool:
        return bool(_RUN_ID.fullmatch(run)) and (self._out / run / MANIFEST).is_file()

    async def page(self, request: Request) -> Response:
        """The page, complete."""
        run = request.path_params["run_id"]
        if not self._may_see(request, run):
            return JSONResponse({"error": "this run is not yours to see; ask for a link"}, 401, headers=HEADERS)
        if not self._there(run):
            waits = run == self._expected or (bool(_RUN_ID.fullmatch(run)) and (self._out / run).is_dir())
            return HTMLResponse(*((waiting(run), 200) if waits else (not_found(run), 404)), headers=HEADERS)
        try:
            feed = await self._feeds.of(run)
        except EsrError as error:
            return JSONResponse({"error": str(error)}, 409, headers=HEADERS)
        query = f"?{request.url.query}" if request.url.query else ""
        links = Links(run, runs=self._runs, query=query)
        made = document(feed.body, feed.ledger.slots, links, feed.epoch, feed.ledger.number)
        return HTMLResponse(made, headers=HEADERS)

    async def state(self, request: Request) -> Response:
        """The figures as JSON."""
        run = request.path_params["run_id"]
        if not self._may_see(request, run):
            return JSONResponse({"error": "this run is not yours to see; ask for a link"}, 401, headers=HEADERS)
        if not self._there(run):
            return JSONResponse({"error": f"there is no run {run[:80]!r}"}, 404, headers=HEADERS)
        try:
            feed = await self._feeds.of(run)
            return JSONResponse(await feed.state(), headers=HEADERS)
        except EsrError as error:
            return JSONResponse({"error": str(error)}, 409, headers=HEADERS)

    async def report(self, request: Request) -> Response:
        """The report, when the run is over."""
        run = request.path_params["run_id"]
        if not self._may_see(request, run):
            return JSONResponse({"error": "this run is not yours to see; ask for a link"}, 401, headers=HEADERS)
        path = self._out / run / REPORT
        if not self._there(run) or not path.is_file():
            words = "the report comes when the run is over" if self._there(run) else f"there is no run {run[:80]!r}"
            return JSONResponse({"error": words}, 404, headers=HEADERS)
        headers = HEADERS | {"content-security-policy": _REPORT_CSP}
        return FileResponse(path, media_type="text/html; charset=utf-8", headers=headers)

    async def live(self, socket: WebSocket) -> None:
        """One observer: says the last moment it has, gets what it missed, then one message a second."""
        run = socket.path_params["run_id"]
        refusal = self._refusal(socket, run)
        await socket.accept()
        if refusal:
            await socket.close(refusal)
            return
        try:
            feed = await self._feeds.of(run)
            epoch, number = await _hello(socket)
        except (EsrError, ValueError, KeyError, TimeoutError, WebSocketDisconnect, RuntimeError):  # KeyError: bytes
            with suppress(RuntimeError):
                await socket.close(NO_RUN)
            return
        if feed.observers.full:
            await socket.close(FULL)
            return
        observer = feed.observers.join()
        try:
            observer.offer(feed.catch_up(epoch, number))
            await _serve(socket, observer, feed)
        finally:
            feed.observers.leave(observer)

    def _refusal(self, socket: WebSocket, run: str) -> int:
        origin = socket.headers.get("origin")
        if origin and urlsplit(origin).netloc != socket.headers.get("host"):
            return FOREIGN
        if not self._may_see(socket, run):
            return FORBIDDEN
        return 0 if self._there(run) else NO_RUN


async def _hello(socket: WebSocket) -> tuple[str, int]:
    """(epoch, number) the observer had last."""
    said = await asyncio.wait_for(socket.receive_text(), _HELLO_S)
    if len(said) > MOST_HELLO:
        raise ValueError("too long")
    found = json.loads(said)
    if not isinstance(found, dict) or not isinstance(found.get("n", -1), int):
        raise ValueError("not a moment")
    return str(found.get("e", "")), found.get("n", -1)


async def _serve(socket: WebSocket, observer: Observer, feed: Feed) -> None:
    """Send until it leaves, falls behind, or the final figures were sent."""
    tasks = [
        asyncio.create_task(_send(socket, observer, feed)),
        asyncio.create_task(_until_left(socket)),
        asyncio.create_task(observer.gone.wait()),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _send(socket: WebSocket, observer: Observer, feed: Feed) -> None:
    while True:
        text = await observer.next()
        await socket.send_text(text)
        if feed.over and '"over":true' in text[:80]:
            await socket.close(1000)
            return


async def _until_left(socket: WebSocket) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive_text()
