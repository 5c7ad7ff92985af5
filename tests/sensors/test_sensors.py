"""What middleware measures and tells, on WSGI and ASGI."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hms_esr.sensors import PATH, AsgiSensors, Meter, MeterGauge, WsgiSensors
from hms_esr.sensors.meter import MOST_ROUTES, OTHER, without_ids


def wsgi_get(app: Any, path: str, **extra: str) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body of one GET."""
    seen: list[Any] = []
    parts = app({"REQUEST_METHOD": "GET", "PATH_INFO": path} | extra, lambda *given: seen.extend(given))
    body = b"".join(parts)
    getattr(parts, "close", lambda: None)()
    return seen[0], dict(seen[1]), body


def asgi_get(app: Any, path: str, accept: bytes = b"*/*", query: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one GET."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "headers": [(b"accept", accept)],
        "query_string": query,
    }
    asyncio.run(app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:])


def hello(environ: Any, start_response: Any) -> list[bytes]:
    """A WSGI application."""
    start_response("500 No" if environ["PATH_INFO"] == "/bad" else "200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


async def ahello(scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
    """An ASGI application."""
    status = 500 if scope["path"] == "/bad" else 200
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


def test_wsgi_counts_by_route_and_tells() -> None:
    """Requests, errors and times are counted by route; the application's own answer passes untouched."""
    meter = Meter()
    app = WsgiSensors(hello, service="permits", meter=meter)
    status, headers, body = wsgi_get(app, "/claims/4711")
    assert (status, body, headers["X-ESR-Service"]) == ("200 OK", b"hello", "permits")
    wsgi_get(app, "/claims/4712")
    wsgi_get(app, "/bad")
    _, headers, body = wsgi_get(app, PATH)
    told = json.loads(body)
    assert headers["Content-Type"] == "application/json"
    routes = {one["route"]: one for one in told["routes"]}
    assert routes["GET /claims/{id}"]["requests"] == 2
    assert routes["GET /bad"]["errors"] == 1
    assert sum(n for _, n in routes["GET /claims/{id}"]["buckets"]) == 2
    assert told["process"]["memory_bytes"] > 1_000_000
    assert told["in_flight"] == 0


def test_asgi_counts_by_route_and_tells() -> None:
    """The same under ASGI; what is no HTTP passes untouched."""
    app = AsgiSensors(ahello, service="permits", meter=Meter())
    assert asgi_get(app, "/a")[1]["x-esr-service"] == "permits"
    asgi_get(app, "/bad")
    told = json.loads(asgi_get(app, PATH)[2])
    assert {one["route"]: (one["requests"], one["errors"]) for one in told["routes"]} == {
        "GET /a": (1, 0),
        "GET /bad": (1, 1),
    }


def test_an_application_that_fails_is_counted() -> None:
    """An exception counts as an error and goes on to the server."""

    def broken(environ: Any, start_response: Any) -> list[bytes]:
        raise RuntimeError

    meter = Meter()
    with pytest.raises(RuntimeError):
        wsgi_get(WsgiSensors(broken, meter=meter), "/x")
    assert meter.told()["routes"][0]["errors"] == 1
    assert meter.in_flight == 0


@pytest.mark.parametrize(("accept", "query"), [(b"text/plain;version=0.0.4", b""), (b"*/*", b"format=prometheus")])
def test_prometheus_reads_text(accept: bytes, query: bytes) -> None:
    """Asked the way Prometheus asks, the same figures come as its text, counters as counters."""
    meter = Meter()
    meter.gauge("db.waits").set(3)
    app = AsgiSensors(ahello, service='per"mits', meter=meter)
    asgi_get(app, "/a")
    _, headers, body = asgi_get(app, PATH, accept, query)
    lines = body.decode().splitlines()
    assert headers["content-type"].startswith("text/plain")
    assert "esr_db_waits 3" in lines
    assert 'esr_request_duration_seconds_count{route="GET /a",service="per\\"mits"} 1' in lines
    assert all(line.startswith("#") or len(line.rpartition(" ")[2]) for line in lines)


def test_a_forked_process_begins_anew() -> None:
    """A server that loads the application and then forks: each child tells its own figures, under a name of its own."""
    meter = Meter()
    meter.began()
    meter.ended("GET /", "", 200, 1.0)
    reading, writing = os.pipe()
    if os.fork() == 0:
        told = meter.told()
        os.write(writing, json.dumps([told["instance"], told["routes"]]).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        instance, routes = json.load(pipe)
    os.wait()
    assert routes == []
    assert instance != meter.told()["instance"]


def test_gauges() -> None:
    """A gauge is set, counted or asked; one whose function fails is left out."""
    meter = Meter()
    meter.gauge("a").set(2)
    meter.gauge("a").add()
    meter.gauge("b").read(lambda: 7)
    meter.gauge("c").read(lambda: 1 / 0)
    assert meter.told()["gauges"] == {"a": 3.0, "b": 7.0}
    assert isinstance(meter.gauge("a"), MeterGauge)
    with pytest.raises(ValueError, match="no name for a gauge"):
        meter.gauge("no name")


def test_routes_are_few() -> None:
    """Ids in paths are one route, and beyond a limit the rest is one too."""
    meter = Meter()
    for number in range(MOST_ROUTES + 50):
        meter.began()
        meter.ended(f"GET /{'abcdefghij'[number % 10]}{'k' * (number // 10)}", "", 200, 1.0)
    routes = meter.told()["routes"]
    assert len(routes) == MOST_ROUTES + 1
    assert {one["route"]: one["requests"] for one in routes}[OTHER] == 50
    assert without_ids("/a/12/b/3f2a9c1d-aaaa-bbbb-cccc-0123456789ab") == "/a/{id}/b/{id}"
    assert without_ids("/apply-subsidy/step2") == "/apply-subsidy/step2"


def test_frameworks_name_their_routes() -> None:
    """Flask, Starlette and FastAPI know their routes better than paths do."""
    from fastapi import FastAPI
    from flask import Flask
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    flask_app = Flask("x")
    flask_app.add_url_rule("/user/<name>", view_func=lambda name: name)
    around: dict[str, Any] = {"SERVER_NAME": "x", "SERVER_PORT": "80", "wsgi.url_scheme": "http"}
    fast = FastAPI()
    fast.get("/user/{name}")(lambda name: name)
    starlette = Starlette(routes=[Route("/user/{name}", lambda request: PlainTextResponse("x"))])
    meters = [Meter(), Meter(), Meter()]
    wsgi_get(WsgiSensors(flask_app.wsgi_app, meter=meters[0]), "/user/ann", **around)
    asgi_get(AsgiSensors(fast, meter=meters[1]), "/user/ann")
    asgi_get(AsgiSensors(starlette, meter=meters[2]), "/user/ann")
    found = [meter.told()["routes"][0]["route"] for meter in meters]
    assert found == ["GET /user/<name>", "GET /user/{name}", "GET /user/{name}"]


def test_it_needs_nothing_but_the_standard_library() -> None:
    """A service that mounts sensors loads nothing else of this project, and nothing from elsewhere."""
    code = "import sys, hms_esr.sensors as s; print(sorted({n.partition('.')[0] for n in sys.modules}))"
    more = "print(sorted(n for n in sys.modules if n.startswith('hms_esr.') and not n.startswith('hms_esr.sensors')))"
    done = subprocess.run([sys.executable, "-S", "-c", f"{code}; {more}"], capture_output=True, text=True, check=True)
    tops, ours = done.stdout.splitlines()
    assert ours == "[]"
    assert not {"locust", "gevent", "pydantic", "yaml", "psutil"} & set(eval(tops))
