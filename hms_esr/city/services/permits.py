"""Owns building permits: the form for who is logged in, the status, and the clerks' queue in JSON.

Knows nothing of accounts beyond a name.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from html import escape
from itertools import islice

from hms_esr.city.city_state import Case, CityState
from hms_esr.city.clerks import HOUR_US, LAST_US, to_iso
from hms_esr.city.html import CityField, CityForm
from hms_esr.city.routes import Route
from hms_esr.city.services.shared import show_form, show_problem, show_status, show_text, status_link
from hms_esr.city.wire import CityAnswer, CityRequest, RequestRefused, as_json, redirect

TITLE = "Apply for a building permit"
WORK = ("new building", "extension", "solar panels", "fence", "demolition")
PERMIT = CityForm(
    "/permits/new",
    (
        CityField("full_name", "Applicant", required=True, autocomplete="name"),
        CityField("address", "Address of the site", required=True, autocomplete="street-address"),
        CityField("work", "Kind of work", "radio", options=WORK),
        CityField("plans", "Plans (optional)", "file", accept="pdf"),
    ),
)
MOST_SHOWN = 100


def show(city: CityState, request: CityRequest) -> CityAnswer:
    """The form, for who is logged in."""
    return show_form(city, request, TITLE, PERMIT, "", {"full_name": city.person(request)})


def apply(city: CityState, request: CityRequest) -> CityAnswer:
    """Take an application: 303 to the receipt, or the form again with 400, 413, 422."""
    values = request.fields()
    problem = PERMIT.problem(request)
    if problem is None and values.get("work", WORK[0]) not in WORK:
        problem = 422, f"Kind of work not recognized; allowed: {', '.join(WORK)}"
    if problem:
        return show_problem(city, request, TITLE, PERMIT, problem)
    submitted_us = city.now_us(request)
    decided_us = min(LAST_US, submitted_us + round(city.review_days * 24 * HOUR_US))
    case = Case(f"bp-{secrets.token_hex(8)}", request.run, submitted_us, decided_us)
    city.permits[case.id] = case
    city.permit_applicants[case.id] = values["full_name"]
    city.ledger.add("applications", case.id, case.run, "permit", values["full_name"], to_iso(submitted_us))
    return redirect(f"/permits/done?permit={case.id}")


def _find(city: CityState, permit_id: str) -> Case:
    case = city.permits.get(permit_id)
    if case is None:
        raise RequestRefused(404, "no such permit")
    return case


def done(city: CityState, request: CityRequest) -> CityAnswer:
    """The receipt with the status link."""
    case = _find(city, request.query("permit") or "")
    path = f"/permits/{case.id}/status"
    body = (
        f'<p>Your application was received. Number: <strong id="case-id">{escape(case.id)}</strong></p>'
        f'<p><a rel="status" href="{path}">Status of your permit</a></p>'
    )
    answer = show_text(city, request, "Application received", body)
    answer.headers.append(status_link(path))
    return answer


def status(city: CityState, request: CityRequest) -> CityAnswer:
    """Whether the permit is decided, as of the request's simulated time."""
    return show_status(city, request, _find(city, request.ids[0]), "Status of your permit")


def queue(city: CityState, request: CityRequest) -> CityAnswer:
    """What waits for the clerks of this run: at most 100, oldest first, and how many in all."""
    now_us, run = city.now_us(request), request.run
    waiting = [case for case in city.permits.values() if case.run == run and case.decided_us > now_us]
    shown = [
        {
            "id": case.id,
            "applicant": city.permit_applicants[case.id],
            "submitted_at": to_iso(case.submitted_us),
            "due_at": to_iso(case.decided_us),
        }
        for case in islice(waiting, MOST_SHOWN)
    ]
    return as_json({"waiting": len(waiting), "permits": shown})


def decide(city: CityState, request: CityRequest) -> CityAnswer:
    """A clerk decides now: ``{"decision": "approve" | "reject"}``; a permit decided before stays as it is."""
    case, body, now_us = _find(city, request.ids[0]), request.json(), city.now_us(request)
    if not isinstance(body, dict) or body.get("decision") not in ("approve", "reject"):
        raise RequestRefused(400, 'allowed: {"decision": "approve"} or {"decision": "reject"}')
    if now_us < case.decided_us:
        case = city.permits[case.id] = replace(case, decided_us=max(now_us, case.submitted_us))
    return as_json(case.status(now_us))


ROUTES = (
    Route("GET", "/permits/new", "permit-svc", show, needs_login=True),
    Route("POST", "/permits/new", "permit-svc", apply, asks=("db",), form=PERMIT, needs_login=True),
    Route("GET", "/permits/done", "permit-svc", done),
    Route("GET", "/permits/queue", "permit-svc", queue, asks=("db",)),
    Route("GET", "/permits/{id}/status", "permit-svc", status, asks=("db",)),
    Route("POST", "/permits/{id}/decision", "permit-svc", decide, asks=("db",)),
)
