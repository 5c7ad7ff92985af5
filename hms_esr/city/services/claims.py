"""Owns unemployment claims: the form, the JSON API, and the status of a claim in simulated time.

Knows nothing of the law by which clerks decide.
"""

from __future__ import annotations

import secrets
from html import escape

from hms_esr.city.city_state import FLAGS, Case, CityState, is_made_up
from hms_esr.city.html import CityField, CityForm, file_of
from hms_esr.city.routes import Route
from hms_esr.city.services.shared import show_form, show_problem, show_status, show_text, status_link
from hms_esr.city.states import STATES, state_name
from hms_esr.city.wire import CityAnswer, CityRequest, RequestRefused, as_json, redirect

TITLE = "File an unemployment claim"
REASONS = ("laid off", "hours cut", "business closed")
CLAIM = CityForm(
    "/claims",
    (
        CityField("full_name", "Your name", required=True, autocomplete="name"),
        CityField("email", "E-mail", "email", required=True, autocomplete="email"),
        CityField("employer", "Last employer", required=True, autocomplete="organization"),
        CityField("state", "State", "select", autocomplete="address-level1", options=tuple(STATES.values())),
        CityField("reason", "Reason", "radio", options=REASONS),
        CityField("direct_deposit", "Pay by direct deposit", "checkbox"),
    ),
)
CLAIM_WITH_ID = CityForm(
    "/claims/done", (*CLAIM.fields, CityField("id_card", "Identity card (optional)", "file", accept="pdf"))
)


def _problem(values: dict[str, str]) -> tuple[int, str] | None:
    if not is_made_up(values.get("email", "").strip()):
        FLAGS.add(1)
        return 422, "E-mail is not a made-up one: it must end in .test or example.com, .net, .org"
    state = values.get("state", "")
    if state and state_name(state) is None:
        return 422, f"State or territory not recognized: {state[:60]}"
    if values.get("reason", REASONS[0]) not in REASONS:
        return 422, f"Reason not recognized; allowed: {', '.join(REASONS)}"
    return None


def show(city: CityState, request: CityRequest) -> CityAnswer:
    """The form on a page of its own; it takes an identity card as well."""
    account = city.account(request)
    values = {"full_name": account.name, "email": account.email} if account else None
    intro = (
        "<p>Claims are decided within 48 hours.</p>"
        f'<p>Draft number: <strong id="case-id">draft-{secrets.token_hex(6)}</strong></p>'
    )
    return show_form(city, request, TITLE, CLAIM_WITH_ID, intro, values)


def _file(city: CityState, request: CityRequest, form: CityForm) -> CityAnswer:
    problem = form.problem(request) or _problem(request.fields())
    if problem:
        return show_problem(city, request, TITLE, form, problem)
    case = city.file_claim(request)
    card = file_of(request, "id_card")
    if card:
        city.ledger.add_upload(case.id, request.run, "id_card", card.filename, card.data, card.digest)
    return _receipt(city, request, case)


def file_short(city: CityState, request: CityRequest) -> CityAnswer:
    """Take the home page's form. The receipt answers it, without a redirect, so that waiting counts from the filing."""
    return _file(city, request, CLAIM)


def file_long(city: CityState, request: CityRequest) -> CityAnswer:
    """Take the form of ``/claims/new``, in the same way."""
    return _file(city, request, CLAIM_WITH_ID)


def file_json(city: CityState, request: CityRequest) -> CityAnswer:
    """Take a claim as JSON: 202 with ``status_url`` and a ``Link`` header, or every mistake in ``error``."""
    body = request.json()
    if not isinstance(body, dict):
        raise RequestRefused(
            400, "a claim is a JSON object with full_name, email, employer and, if wanted, state, reason"
        )
    values = {str(key): value for key, value in body.items() if isinstance(value, str)}
    missing = [one.name for one in CLAIM.fields if one.required and not values.get(one.name, "").strip()]
    if missing:
        raise RequestRefused(400, f"missing, or not a text: {', '.join(missing)}")
    problem = _problem(values)
    if problem:
        raise RequestRefused(*problem)
    case = city.file_claim(request)
    status = case.status(city.now_us(request)) | {"status_url": _status_path(case)}
    return as_json(status, 202, [status_link(_status_path(case))])


def _status_path(case: Case) -> str:
    return f"/claims/{case.id}/status"


def _find(city: CityState, claim_id: str) -> Case:
    case = city.claims.get(claim_id)
    if case is None:
        raise RequestRefused(404, "no such claim")
    return case


def _receipt(city: CityState, request: CityRequest, case: Case) -> CityAnswer:
    """The claim's number and its status link, in the page and as a header."""
    path = _status_path(case)
    body = (
        "<p>Your claim was received. It will be decided within 48 hours.</p>"
        f'<p>Number: <strong id="case-id">{escape(case.id)}</strong></p>'
        f'<p><a rel="status" href="{path}">Status of your claim</a></p>'
    )
    answer = show_text(city, request, "Claim received", body)
    answer.headers.append(status_link(path))
    return answer


def again(city: CityState, request: CityRequest) -> CityAnswer:
    """Who opens a receipt's address anew is led to the form."""
    return redirect("/claims/new")


def status(city: CityState, request: CityRequest) -> CityAnswer:
    """Whether the claim is decided, as of the request's simulated time."""
    return show_status(city, request, _find(city, request.ids[0]), "Status of your claim")


ROUTES = (
    Route("GET", "/claims/new", "claims-svc", show),
    Route("POST", "/claims", "claims-svc", file_short, asks=("db",), form=CLAIM),
    Route("POST", "/claims/done", "claims-svc", file_long, asks=("db",), form=CLAIM_WITH_ID),
    Route("GET", "/claims", "claims-svc", again),
    Route("GET", "/claims/done", "claims-svc", again),
    Route("POST", "/api/claims", "claims-svc", file_json, asks=("db",)),
    Route("GET", "/claims/{id}/status", "claims-svc", status, asks=("db",)),
)
