"""Owns the control plane as one ASGI application: gate, run API, pages, live pages.

Knows nothing of sockets or processes.
"""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.openapi.utils import get_openapi
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Scope

from hms_esr.control import http_errors, page
from hms_esr.control.auth import Auth, who_asks
from hms_esr.control.http_errors import Refused
from hms_esr.control.routes import routes
from hms_esr.control.services import Services
from hms_esr.control.shapes import RunOptions
from hms_esr.edu.live.app import dashboard_routes
from hms_esr.errors import EnvironmentProblem

MOST_SHOWN = 200
DESCRIPTION = """Rehearsals started, followed and steered over HTTP. Every figure is of a simulation (sim=true).

Who asks sends `Authorization: Bearer TOKEN`; a server in --dev needs none. Scope `observe` sees runs, scope `run` also
starts and steers them. Every refusal is JSON: `{"error": words, "problems": [{source, line, column, text}]}`.

A run's events come over a WebSocket at /run/{run_id}/events: `{"events": [{"n": 1, "event": ...}], "now": {"state":
...}}`, at most once a second; `?after=N` begins behind event N. A browser sends the token as `?token=`."""


def make_app(services: Services) -> ASGIApp:
    """The application of one tower."""
    app = FastAPI(title="HMS-ESR run API", version=_version(), description=DESCRIPTION, docs_url=None, redoc_url=None)
    http_errors.install(app)
    app.include_router(routes(services))
    _pages(app, services)
    app.router.routes.append(_WithoutRecord(services))
    app.router.routes.extend(dashboard_routes(services.settings.out, _may_see, runs="/"))
    app.openapi = lambda: _description(app)  # type: ignore[method-assign]

    def told(connection: HTTPConnection, error: Refused) -> None:
        who, method = connection.scope.get("state", {}).get("who"), connection.scope.get("method", "WEBSOCKET")
        with suppress(EnvironmentProblem):
            name = who.name if who else "-"
            services.audit.note(
                name, f"{method} {connection.url.path[:200]}", "", f"refused: {error.status} {error.text}"
            )

    return Auth(app, services.settings, services.tokens, told)


def _version() -> str:
    try:
        return version("hms-esr")
    except PackageNotFoundError:
        return "unknown"


def _may_see(connection: HTTPConnection, run_id: str) -> bool:
    return who_asks(connection).may("observe", run_id)


def _pages(app: FastAPI, services: Services) -> None:
    @app.get("/", include_in_schema=False)
    async def runs(request: Request, limit: Annotated[int, Query(ge=1, le=1000)] = MOST_SHOWN) -> Response:
        """All runs."""
        who = who_asks(request)
        if not who.may("observe", who.run):
            return page.locked_page(who.why or "this token does not allow it")
        rows = await services.lines(who)
        return page.runs_page(rows[:limit], len(rows))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        """The API in words."""
        return page.api_page(app.openapi())

    @app.get("/health", summary="Whether the server is there", response_model=dict[str, Any])
    async def health() -> dict[str, Any]:
        """Answers without a token, and says nothing of runs."""
        return {"status": "ok"}


class _WithoutRecord(Route):
    """The address of a run that waits, or ended before it left a record; of others the live page answers."""

    def __init__(self, services: Services) -> None:
        self._services = services
        super().__init__("/dashboard/{run_id}", self._page, methods=["GET"], include_in_schema=False)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Only such runs, and only for who may see them."""
        match, found = super().matches(scope)
        if match is not Match.FULL:
            return Match.NONE, {}
        run_id = found["path_params"]["run_id"]
        mine = _may_see(HTTPConnection(scope), run_id) and self._services.status.waits(run_id)
        return (match, found) if mine else (Match.NONE, {})

    async def _page(self, request: Request) -> Response:
        seen = self._services.status.see(request.path_params["run_id"])
        return page.run_without_record(seen.run_id, seen.summary, seen.place)


def _description(app: FastAPI) -> dict[str, Any]:
    """OpenAPI, with the options of a run among the shapes."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        made["components"]["schemas"]["RunOptions"] = RunOptions.model_json_schema()
        app.openapi_schema = made
    return app.openapi_schema
