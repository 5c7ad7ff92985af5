"""Owns the middleware for ASGI applications (Starlette, FastAPI, Django …): time from call to last byte, by route.

Knows nothing of what the application does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any

from hms_esr.sensors.meter import METER, Meter, without_ids
from hms_esr.sensors.telling import PATH, body, wants_text

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
_SERVICE = b"x-esr-service"


class AsgiSensors:
    """``app = AsgiSensors(app, service="permits")``. Answers :data:`hms_esr.sensors.PATH` itself.

    An application that names the service of an answer itself (header ``X-ESR-Service``) is taken at its word.
    """

    def __init__(self, app: App, service: str = "", meter: Meter = METER) -> None:
        self._app = app
        self._meter = meter
        self._service = service
        meter.service = service or meter.service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; anything else (lifespan, WebSocket) passes untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        meter = self._meter
        if scope["path"] == PATH:
            await _tell(meter, scope, send)
            return
        status, service = 0, self._service
        began = perf_counter()

        async def passed_on(message: Message) -> None:
            nonlocal status, service
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.get("headers") or []
                named = next((value for name, value in headers if name == _SERVICE), None)
                if named is not None:
                    service = named.decode("latin-1")
                elif service:
                    message["headers"] = [*headers, (_SERVICE, service.encode("latin-1", "replace"))]
            await send(message)

        meter.began()
        try:
            await self._app(scope, receive, passed_on)
        finally:
            meter.ended(_route(scope), service, status, (perf_counter() - began) * 1000)


async def _tell(meter: Meter, scope: Scope, send: Send) -> None:
    accept = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept"), "")
    kind, content = body(meter.told(), wants_text(accept, scope.get("query_string", b"").decode("latin-1")))
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": [*headers, (b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": content})


def _route(scope: Scope) -> str:
    """Method and route as the framework names it (FastAPI, Starlette), or the path without its ids."""
    template = getattr(scope.get("route"), "path", None)
    return f"{scope['method']} {template or without_ids(scope['path'])}"
