"""Owns the middleware for WSGI applications (Flask, Django, Pyramid …): time from call to last byte, by route.

Knows nothing of what the application does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Any

from hms_esr.sensors.meter import METER, Meter, without_ids
from hms_esr.sensors.telling import PATH, body, wants_text

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]


class WsgiSensors:
    """``app = WsgiSensors(app, service="permits")``. Answers :data:`hms_esr.sensors.PATH` itself."""

    def __init__(self, app: App, service: str = "", meter: Meter = METER) -> None:
        self._app = app
        self._meter = meter
        self._service = service
        meter.service = service or meter.service

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        meter = self._meter
        if environ.get("PATH_INFO") == PATH:
            text = wants_text(environ.get("HTTP_ACCEPT", ""), environ.get("QUERY_STRING", ""))
            kind, content = body(meter.told(), text)
            headers = [("Content-Type", kind), ("Content-Length", str(len(content))), ("Cache-Control", "no-store")]
            start_response("200 OK", headers)
            return [content]
        meter.began()
        return _Timed(self._app, environ, start_response, meter, self._service)


class _Timed:
    """The application's answer, passed on; when it is closed the request is over."""

    __slots__ = ("_began", "_ended", "_environ", "_meter", "_parts", "_route", "_service", "_status")

    def __init__(self, app: App, environ: Environ, start_response: StartResponse, meter: Meter, service: str) -> None:
        self._environ, self._meter, self._service = environ, meter, service
        self._status = 0
        self._route = ""
        self._ended = False
        self._began = perf_counter()

        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            self._status = int(status[:3])
            self._route = _route(environ)
            if service:
                headers.append(("X-ESR-Service", service))
            return start_response(status, headers, *rest)

        try:
            self._parts = app(environ, started)
        except BaseException:
            self._end(0)
            raise

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        """The server sent everything, or gave up."""
        try:
            close = getattr(self._parts, "close", None)
            if close is not None:
                close()
        finally:
            self._end(self._status)

    def _end(self, status: int) -> None:
        if not self._ended:
            self._ended = True
            took_ms = (perf_counter() - self._began) * 1000
            self._meter.ended(self._route or _route(self._environ), self._service, status, took_ms)


def _route(environ: Environ) -> str:
    """Method and route as the framework names it (Flask, until its answer begins), or the path without its ids."""
    rule = getattr(getattr(environ.get("werkzeug.request"), "url_rule", None), "rule", None)
    return f"{environ.get('REQUEST_METHOD', 'GET')} {rule or without_ids(environ.get('PATH_INFO') or '/')}"
