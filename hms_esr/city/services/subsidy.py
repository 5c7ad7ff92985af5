"""Owns the farm subsidy: its form, and the new rule that last year's Schedule F comes with it.

Knows nothing of other services.
"""

from __future__ import annotations

from html import escape

from hms_esr.city.city_state import CityState
from hms_esr.city.html import CityField, CityForm, file_of
from hms_esr.city.routes import Route
from hms_esr.city.services.shared import show_form, show_problem, show_text
from hms_esr.city.wire import CityAnswer, CityRequest, redirect

TITLE = "Apply for a farm subsidy"
SUBSIDY = CityForm(
    "/apply-subsidy",
    (
        CityField("full_name", "Farmer's name", required=True, autocomplete="name"),
        CityField("farm_name", "Farm", autocomplete="organization"),
        CityField("county", "County", autocomplete="address-level2"),
        CityField("acres", "Acres", "number", extra='min="0" max="1000000" step="any"'),
        CityField("schedule_f", "Schedule F", "file", required=True, accept="pdf"),
    ),
)


def show(city: CityState, request: CityRequest) -> CityAnswer:
    """The form; the name of who is logged in is filled in."""
    person = city.person(request)
    intro = "<p>New rule: last year's IRS Schedule F must come with the application, as a PDF of at most 5 MB.</p>"
    return show_form(city, request, TITLE, SUBSIDY, intro, {"full_name": person} if person else None)


def apply(city: CityState, request: CityRequest) -> CityAnswer:
    """Take an application: 303 to the receipt, or the form again with 400 ``Schedule F missing``, 413, 422."""
    problem = SUBSIDY.problem(request) or _acres_problem(request.fields().get("acres", ""))
    if problem:
        return show_problem(city, request, TITLE, SUBSIDY, problem)
    number = city.receive(request, "subsidy")
    upload = file_of(request, "schedule_f")
    if upload:
        city.ledger.add_upload(number, request.run, "schedule_f", upload.filename, upload.data, upload.digest)
    return redirect(f"/apply-subsidy/received?number={number}")


def _acres_problem(text: str) -> tuple[int, str] | None:
    if not text.strip():
        return None
    try:
        acres = float(text.replace(",", ""))
    except ValueError:
        acres = -1.0
    return None if 0 <= acres <= 1_000_000 else (422, "Acres is not a number from 0 to 1000000")


def received(city: CityState, request: CityRequest) -> CityAnswer:
    """The receipt."""
    number = escape((request.query("number") or "")[:40])
    body = f'<p>Your application and Schedule F were received.</p><p>Number: <strong id="case-id">{number}</strong></p>'
    return show_text(city, request, "Application received", body)


ROUTES = (
    Route("GET", "/apply-subsidy", "subsidy-svc", show),
    Route("POST", "/apply-subsidy", "subsidy-svc", apply, asks=("db",), form=SUBSIDY),
    Route("GET", "/apply-subsidy/received", "subsidy-svc", received),
)
