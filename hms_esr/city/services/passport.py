"""Owns passport renewal: start with number and photo, eligibility, payment to the fake treasury, confirmation.

Knows nothing of which cards the treasury takes.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape

from hms_esr.city.city_state import CityState
from hms_esr.city.clerks import to_iso
from hms_esr.city.html import CityField, CityForm, file_of
from hms_esr.city.routes import Route
from hms_esr.city.services.shared import show_form, show_problem, show_text
from hms_esr.city.treasury import refusal
from hms_esr.city.wire import CityAnswer, CityRequest, redirect

FEES_USD = {"standard": 130, "expedited": 190}
START = CityForm(
    "/start",
    (
        CityField("passport_id", "Passport number", required=True, extra='pattern="[A-Za-z][0-9]{8}"'),
        CityField("full_name", "Name as in the passport", autocomplete="name"),
        CityField("speed", "Service", "radio", options=tuple(FEES_USD)),
        CityField("photo", "Photo", "file", required=True, accept="jpeg"),
    ),
    button="Continue",
)
PAY = CityForm(
    "/pay",
    (
        CityField("amount", "Amount", "hidden"),
        CityField("card_name", "Name on the card", autocomplete="cc-name"),
        CityField("card_number", "Card number", required=True, autocomplete="cc-number", extra='inputmode="numeric"'),
        CityField("card_expiry", "Expiry (MM/YY)", required=True, autocomplete="cc-exp"),
        CityField("card_cvc", "Security code", required=True, autocomplete="cc-csc", extra='inputmode="numeric"'),
    ),
    button="Pay",
)


def show(city: CityState, request: CityRequest) -> CityAnswer:
    """The form: passport number and photo."""
    intro = "<p>You need your passport number and a JPEG photo of at most 5 MB. The fee is 130 dollars.</p>"
    return show_form(city, request, "Renew a passport", START, intro)


def start(city: CityState, request: CityRequest) -> CityAnswer:
    """Take number and photo: 303 to ``/pay``, or the form again with 400, 413, 422."""
    values = request.fields()
    problem = START.problem(request)
    if problem is None and not re.fullmatch(r"[A-Za-z]\d{8}", values["passport_id"].strip(), re.ASCII):
        problem = 422, "Passport number not recognized: one letter and eight digits"
    fee_usd = FEES_USD.get(values.get("speed") or "standard")
    if problem is None and fee_usd is None:
        problem = 422, f"Service not recognized; allowed: {', '.join(FEES_USD)}"
    if problem is not None or fee_usd is None:
        return show_problem(city, request, "Renew a passport", START, problem or (422, ""))
    session = city.session(request)
    session.due_usd, session.number, session.receipt = fee_usd, city.receive(request, "passport"), ""
    photo = file_of(request, "photo")
    if photo:
        city.ledger.add_upload(session.number, request.run, "photo", photo.filename, photo.data, photo.digest)
    return redirect("/pay")


def _due_usd(city: CityState, request: CityRequest) -> int:
    session = city.sessions.get(request.session_id)
    return session.due_usd if session and session.due_usd else FEES_USD["standard"]


def _amount_shown(due_usd: int) -> str:
    return f"<p>To pay: <strong>{due_usd} dollars</strong>. Published test cards only.</p>"


def show_pay(city: CityState, request: CityRequest) -> CityAnswer:
    """The card page; ``amount`` is a hidden field and shown."""
    due_usd = _due_usd(city, request)
    return show_form(city, request, "Pay the fee", PAY, _amount_shown(due_usd), {"amount": str(due_usd)})


def pay(city: CityState, request: CityRequest) -> CityAnswer:
    """Pay: 303 to the confirmation, or the card page again with 400, 402 ``card declined``, 422."""
    values, due_usd = request.fields(), _due_usd(city, request)
    now = to_iso(city.now_us(request))
    problem = PAY.problem(request)
    if problem is None and values.get("amount") != str(due_usd):
        problem = 409, f"the amount to pay is {due_usd}; please open the page again"
    if problem is None:
        number = values["card_number"]
        today = datetime.fromisoformat(now).replace(tzinfo=UTC)
        problem = refusal(number, values["card_expiry"], values["card_cvc"], (today.year, today.month))
        receipt = f"pay-{city.receive(request, 'payment')}"
        city.ledger.add("payments", receipt, request.run, due_usd, number[-4:], problem is None, now)
    if problem is not None:
        answer = show_problem(city, request, "Pay the fee", PAY, problem)
        answer.body = answer.body.replace(b'name="amount" value=""', f'name="amount" value="{due_usd}"'.encode())
        return answer
    session = city.session(request)
    session.due_usd, session.receipt = 0, receipt
    return redirect("/confirmation")


def confirmation(city: CityState, request: CityRequest) -> CityAnswer:
    """The end of a renewal that was paid; back to the start for anybody else."""
    session = city.sessions.get(request.session_id)
    if session is None or not session.receipt:
        return redirect("/start")
    receipt = escape(session.receipt)
    body = f"<p>Your renewal was received and the fee is paid.</p><p>Receipt: <strong>{receipt}</strong></p>"
    return show_text(city, request, "Confirmation", body)


ROUTES = (
    Route("GET", "/start", "gateway", show),
    Route("POST", "/start", "eligibility-svc", start, asks=("db",), form=START),
    Route("GET", "/pay", "payments", show_pay),
    Route("POST", "/pay", "payments", pay, asks=("db",), form=PAY),
    Route("GET", "/confirmation", "gateway", confirmation),
)
