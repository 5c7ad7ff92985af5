"""Owns the way of one request through the city: counted, made sick, checked, answered. An ASGI application.

Knows nothing of single services, nor of how it is served.
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from urllib.parse import quote

from hms_esr.city.city_state import CityState
from hms_esr.city.faults import FaultEffect
from hms_esr.city.html import TOKEN, alert, page
from hms_esr.city.routes import Found, Route, Router
from hms_esr.city.services import ROUTES
from hms_esr.city.wire import (
    COOKIE,
    HTML,
    CityAnswer,
    CityRequest,
    Header,
    Receive,
    RequestRefused,
    Scope,
    Send,
    as_json,
    read_body,
)
from hms_esr.errors import BadInput
from hms_esr.sensors import gauge

OPERATOR = "/__city/"
WAITS = gauge("db.waits")
"""Requests that a slow service is keeping waiting now."""
REJECTIONS = gauge("policy.rejections")
"""Requests that a rule refused, since the city began."""
NOWHERE = "(not found)"

_ALWAYS: list[Header] = [(b"x-esr-city", b"sim=true")]
_PAGE: list[Header] = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'"),
]


class CityApp:
    """The mock city government as an ASGI application over one :class:`CityState`."""

    def __init__(self, city: CityState) -> None:
        self.city = city
        self._router = Router(ROUTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; nothing a client sends ends in a traceback."""
        if scope["type"] != "http":
            return
        request = CityRequest(scope)
        found = self._router.find(request.path)
        ticket = None
        if not request.path.startswith(OPERATOR):
            ticket = self.city.counts.arrived(request.method, found.path if found else NOWHERE, request.run)
        answer = await self._answer(request, found, receive)
        if answer is None:
            return
        if ticket is not None:
            self.city.counts.answered(ticket, answer.status)
        headers = self._headers(request, answer)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _headers(self, request: CityRequest, answer: CityAnswer) -> list[Header]:
        headers = [
            (b"content-type", answer.kind),
            (b"content-length", str(len(answer.body)).encode()),
            (b"x-esr-service", answer.service.encode()),
            *_ALWAYS,
            *answer.headers,
        ]
        if answer.kind is HTML:
            headers += _PAGE
        if request.sim_text:
            headers.append((b"x-esr-sim-time", request.sim_text))
        if request.new_session:
            cookie = f"{COOKIE}={request.new_session}; Path=/; HttpOnly; SameSite=Lax"
            headers.append((b"set-cookie", cookie.encode()))
        return headers

    async def _answer(self, request: CityRequest, found: Found | None, receive: Receive) -> CityAnswer | None:
        """The answer; None when the client went away before it could be given."""
        service = "gateway"
        try:
            request.sim_us()
            if not await read_body(request, receive):
                return None
            route = self._route(request, found)
            service = route.service
            if self.city.faults and service != "city" and not await self._pass(route, receive):
                return None
            answer = self._carry_out(route, request)
        except RequestRefused as refusal:
            service = refusal.service or service
            answer = self._refusal(request, refusal.status, refusal.message)
        except BadInput as error:
            answer = self._refusal(request, 400, "; ".join(problem.text for problem in error.problems))
        except Exception:
            traceback.print_exc(file=sys.stderr)
            answer = self._refusal(request, 500, "a mistake inside the mock city; see its own output")
        answer.service = service
        if service != "city" and answer.status in (400, 402, 403, 413, 422):
            REJECTIONS.add(1)
        return answer

    def _route(self, request: CityRequest, found: Found | None) -> Route:
        if found is None:
            raise RequestRefused(404, f"no such page: {request.path[:200]}")
        request.ids = found.ids
        route = found.by_method.get("GET" if request.method == "HEAD" else request.method)
        if route is None:
            raise RequestRefused(
                405, f"{request.method[:20]} is not allowed here; allowed: {', '.join(found.by_method)}"
            )
        if route.service == "city" and self._is_foreign(request):
            raise RequestRefused(403, "requests from pages of another origin are refused")
        if self.city.seen.on and route.service != "city":
            values = request.values_seen(route.hidden)
            self.city.seen.add(request.run, request.header(b"x-esr-person"), request.method, found.path, values)
        return route

    @staticmethod
    def _is_foreign(request: CityRequest) -> bool:
        origin = request.header(b"origin")
        return bool(origin) and origin.partition("://")[2] != request.header(b"host")

    def _carry_out(self, route: Route, request: CityRequest) -> CityAnswer:
        if route.needs_login and self.city.account(request) is None:
            after = quote(request.path, safe="/")
            return CityAnswer(303, b"", HTML, [(b"location", f"/login?next={after}".encode())])
        if route.form is not None:
            token = request.fields().get(TOKEN, "")
            if not self.city.token_is_good(request, route.form.action, token):
                raise RequestRefused(
                    403, "the form's security token is missing or wrong (CSRF); please open the form again"
                )
        return route.handle(self.city, request)

    async def _pass(self, route: Route, receive: Receive) -> bool:
        """Meet the faults of every service on the way; False when the client went away meanwhile."""
        services = dict.fromkeys(("gateway", route.service, *route.asks))
        for trouble in [found for name in services if (found := self.city.faults.trouble(name))]:
            if trouble.delay_ms:
                WAITS.add(1)
                try:
                    if not await _wait(trouble, receive):
                        return False
                finally:
                    WAITS.add(-1)
            if trouble.status:
                raise RequestRefused(trouble.status, trouble.message, trouble.service)
        return True

    def _refusal(self, request: CityRequest, status: int, message: str) -> CityAnswer:
        wants_json = request.path.startswith(("/api/", OPERATOR)) or request.is_json() or request.path == "/submit"
        if wants_json or b"json" in request.headers.get(b"accept", b""):
            return as_json({"error": message, "status": status}, status)
        return CityAnswer(status, page("Sorry", alert(message), self.city.person(request)))


async def _wait(trouble: FaultEffect, receive: Receive) -> bool:
    """Wait as long as the fault says; False when the client goes away before that."""
    gone = asyncio.ensure_future(receive())
    done, _ = await asyncio.wait({gone}, timeout=trouble.delay_ms / 1000)
    if done:
        return False
    gone.cancel()
    return True
