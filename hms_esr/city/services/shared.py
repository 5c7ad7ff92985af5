"""Owns what every service's pages have in common: a page with its form, and the same page again with a message.

Knows nothing of any single service.
"""

from __future__ import annotations

from html import escape

from hms_esr.city.city_state import Case, CityState
from hms_esr.city.clerks import to_iso
from hms_esr.city.html import CityForm, alert, page
from hms_esr.city.wire import JSON, CityAnswer, CityRequest, as_json


def show_form(
    city: CityState,
    request: CityRequest,
    title: str,
    form: CityForm,
    intro: str = "",
    values: dict[str, str] | None = None,
) -> CityAnswer:
    """A page with one form; ``intro`` is HTML."""
    body = intro + form.html(city.token(request, form.action), values)
    return CityAnswer(200, page(title, body, city.person(request)))


def show_problem(
    city: CityState, request: CityRequest, title: str, form: CityForm, problem: tuple[int, str]
) -> CityAnswer:
    """The page again with a message, holding what was typed; ``problem`` is status and message."""
    status, message = problem
    values = {name: value for name, value in request.fields().items() if name not in form.hidden}
    body = alert(message) + form.html(city.token(request, form.action), values)
    return CityAnswer(status, page(title, body, city.person(request)))


def show_text(city: CityState, request: CityRequest, title: str, body: str) -> CityAnswer:
    """A page without a form; ``body`` is HTML."""
    return CityAnswer(200, page(title, body, city.person(request)))


def status_link(path: str) -> tuple[bytes, bytes]:
    """The header ``Link: </claims/…/status>; rel="status"`` (RFC 8288)."""
    return b"link", f'<{path}>; rel="status"'.encode()


def show_status(city: CityState, request: CityRequest, case: Case, title: str) -> CityAnswer:
    """A case's status as of the request's time: JSON, or a page when ``Accept`` prefers HTML."""
    status = case.status(city.now_us(request))
    if not request.prefers_html():
        answer = as_json(status)
        answer.kind = JSON
        return answer
    decided = status["decided_at"]
    body = (
        f'<dl><dt>Number</dt><dd id="case-id">{escape(case.id)}</dd>'
        f'<dt>Status</dt><dd id="status">{status["status"]}</dd>'
        f'<dt>Submitted</dt><dd><time id="submitted-at" datetime="{to_iso(case.submitted_us)}">'
        f"{to_iso(case.submitted_us)}</time></dd>"
    )
    if decided:
        body += f'<dt>Decided</dt><dd><time id="decided-at" datetime="{decided}">{decided}</time></dd>'
    return show_text(city, request, title, body + "</dl>")
