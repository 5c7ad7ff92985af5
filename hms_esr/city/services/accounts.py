"""Owns logins and accounts: the pages, and the JSON API that makes and deletes test accounts.

Knows nothing of what people do once they are in.
"""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import quote

from hms_esr.city.city_state import CityState, is_made_up
from hms_esr.city.html import CityField, CityForm
from hms_esr.city.routes import Route
from hms_esr.city.services.shared import show_form, show_problem, show_text
from hms_esr.city.wire import CityAnswer, CityRequest, RequestRefused, as_json, redirect

LOGIN = CityForm(
    "/login",
    (
        CityField("next", "", "hidden"),
        CityField("email", "E-mail", "email", required=True, autocomplete="username"),
        CityField("password", "Password", "password", required=True, autocomplete="current-password"),
    ),
    button="Log in",
)
LOGOUT = CityForm("/logout", (), button="Log out")
MOST_ACCOUNTS = 100_000


def local_path(text: str) -> str:
    """A path of this city, safe in a header; ``/`` for anything else."""
    if not text.startswith("/") or text.startswith("//") or "\\" in text:
        return "/"
    return quote(text[:1000], safe="/?&=%+-._~:")


def show_login(city: CityState, request: CityRequest) -> CityAnswer:
    """The form; the path to go to afterwards is a hidden field."""
    after = request.query("next")
    return show_form(city, request, "Log in", LOGIN, "", {"next": local_path(after)} if after else None)


def log_in(city: CityState, request: CityRequest) -> CityAnswer:
    """Log in: 303 to where the person wanted to go, or the form again with 400 or 401."""
    values = request.fields()
    problem = LOGIN.problem(request)
    if problem is None and not city.log_in(request, values["email"].strip(), values["password"]):
        problem = 401, "E-mail or password not recognized"
    if problem:
        return show_problem(city, request, "Log in", LOGIN, problem)
    return redirect(local_path(values.get("next", "")))


def show_account(city: CityState, request: CityRequest) -> CityAnswer:
    """Who is logged in."""
    account = city.account(request)
    name, email = (account.name, account.email) if account else ("", "")
    body = f'<p>{escape(name)}, {escape(email)}</p><p><a href="/logout">Log out</a></p>'
    return show_text(city, request, "Your account", body)


def show_logout(city: CityState, request: CityRequest) -> CityAnswer:
    """A page with one button."""
    return show_form(city, request, "Log out", LOGOUT)


def log_out(city: CityState, request: CityRequest) -> CityAnswer:
    """Forget the session: 303 to the home page."""
    city.sessions.pop(request.session_id, None)
    return redirect("/")


def make(city: CityState, request: CityRequest) -> CityAnswer:
    """Make accounts: one ``{"email", "password", "name", "role"}`` or ``{"accounts": [...]}``; all or none, 201."""
    body = request.json()
    wanted = body["accounts"] if isinstance(body, dict) and "accounts" in body else [body]
    if not isinstance(wanted, list) or not 0 < len(wanted) <= MOST_ACCOUNTS:
        raise RequestRefused(400, f"accounts is a list of 1 to {MOST_ACCOUNTS} accounts")
    problems = [text for number, one in enumerate(wanted) for text in _problems(number, one)]
    if problems:
        more = f" (and {len(problems) - 20} more)" if len(problems) > 20 else ""
        raise RequestRefused(422, "; ".join(problems[:20]) + more)
    created = sum(
        city.open_account(one["email"], one.get("name", ""), one.get("role", ""), one["password"], "api")
        for one in wanted
    )
    return as_json({"created": created, "renewed": len(wanted) - created}, 201)


def _problems(number: int, account: Any) -> list[str]:
    if not isinstance(account, dict):
        return [f"account {number}: not an object with email, password, name, role"]
    found = [
        f"account {number}: {key} is not a text"
        for key in ("email", "password", "name", "role")
        if not isinstance(account.get(key, "" if key in ("name", "role") else None), str)
    ]
    if not found and not is_made_up(account["email"]):
        email = account["email"][:80]
        found.append(f"account {number}: {email!r} is not a made-up e-mail; allowed: under .test or example.com, .net")
    return found


def delete(city: CityState, request: CityRequest) -> CityAnswer:
    """Delete accounts: ``{"emails": [...]}``; those that do not exist are no mistake."""
    body = request.json()
    emails = body.get("emails") if isinstance(body, dict) else None
    if not isinstance(emails, list) or not all(isinstance(email, str) for email in emails):
        raise RequestRefused(400, 'allowed: {"emails": ["…", …]}')
    return as_json({"deleted": sum([city.close_account(email) for email in emails])})


ROUTES = (
    Route("GET", "/login", "accounts", show_login),
    Route("POST", "/login", "accounts", log_in, asks=("db",), form=LOGIN),
    Route("GET", "/logout", "accounts", show_logout),
    Route("POST", "/logout", "accounts", log_out, form=LOGOUT),
    Route("GET", "/account", "accounts", show_account, needs_login=True),
    Route("POST", "/api/accounts", "accounts", make, asks=("db",)),
    Route("DELETE", "/api/accounts", "accounts", delete, asks=("db",)),
)
