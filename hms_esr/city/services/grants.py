"""Owns the same-day tuition grant: state and transcript, by form; state alone by JSON.

Knows nothing of other services.
"""

from __future__ import annotations

from hms_esr.city.city_state import CityState
from hms_esr.city.html import CityField, CityForm, file_of
from hms_esr.city.routes import Route
from hms_esr.city.services.shared import show_form, show_problem, show_text
from hms_esr.city.states import STATES, state_name
from hms_esr.city.wire import CityAnswer, CityRequest, RequestRefused, as_json, redirect

TITLE = "Apply for a tuition grant"
GRANT = CityForm(
    "/apply",
    (
        CityField("full_name", "Student's name", autocomplete="name"),
        CityField(
            "state",
            "State",
            "select",
            required=True,
            autocomplete="address-level1",
            options=tuple(STATES.values()),
        ),
        CityField("transcript", "Transcript", "file", required=True, accept="pdf"),
    ),
)


def show(city: CityState, request: CityRequest) -> CityAnswer:
    """The form: state and transcript."""
    intro = "<p>Decided the same day. You need your transcript as a PDF of at most 5 MB.</p>"
    return show_form(city, request, TITLE, GRANT, intro)


def _state_problem(state: str) -> tuple[int, str] | None:
    return None if state_name(state) else (422, f"State or territory not recognized: {state[:60]}")


def apply(city: CityState, request: CityRequest) -> CityAnswer:
    """Take an application: 303 to the receipt, or the form again with 400, 413, 422."""
    problem = GRANT.problem(request) or _state_problem(request.fields()["state"])
    if problem:
        return show_problem(city, request, TITLE, GRANT, problem)
    number = city.receive(request, "grant")
    transcript = file_of(request, "transcript")
    if transcript:
        city.ledger.add_upload(
            number, request.run, "transcript", transcript.filename, transcript.data, transcript.digest
        )
    return redirect("/apply/received")


def received(city: CityState, request: CityRequest) -> CityAnswer:
    """The receipt."""
    return show_text(city, request, "Application received", "<p>Your application was received.</p>")


def submit_json(city: CityState, request: CityRequest) -> CityAnswer:
    """Take ``{"state": …}`` as JSON: 200, or 400 and 422 with the reason."""
    body = request.json()
    state = body.get("state") if isinstance(body, dict) else None
    if not isinstance(state, str) or not state.strip():
        raise RequestRefused(400, 'an application is a JSON object with "state"')
    problem = _state_problem(state)
    if problem:
        raise RequestRefused(*problem)
    return as_json({"received": True, "number": city.receive(request, "grant"), "state": state_name(state)})


ROUTES = (
    Route("GET", "/apply", "grants-svc", show),
    Route("POST", "/apply", "grants-svc", apply, asks=("db",), form=GRANT),
    Route("GET", "/apply/received", "grants-svc", received),
    Route("POST", "/submit", "grants-svc", submit_json, asks=("db",)),
)
