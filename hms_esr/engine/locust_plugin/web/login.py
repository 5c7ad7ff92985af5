"""Owns the login of the web UI: one name and password, from a file, asked for by Locust's own login page.

Knows nothing of what is behind it.
"""

from __future__ import annotations

import hmac
from secrets import token_hex
from typing import Any

import gevent
from flask import redirect, request, session, url_for
from flask_login import UserMixin, login_user

from hms_esr.errors import BadInput, Problem

SHORTEST_PASSWORD = 12
WRONG_TAKES_S = 1.0
"""An answer to a wrong password takes so long."""


def read_login(text: str, source: str) -> tuple[str, str]:
    """(name, password) of a login file, one line ``name:password``; BadInput when it is none."""
    lines = [line for line in text.splitlines() if line.strip()]
    name, colon, password = lines[0].partition(":") if len(lines) == 1 else ("", "", "")
    if not colon or not name.strip() or len(password.strip()) < SHORTEST_PASSWORD:
        wanted = f"one line name:password, the password of {SHORTEST_PASSWORD} characters or more"
        raise BadInput([Problem(source, 0, 0, f"is no login; it is {wanted}")])
    return name.strip(), password.strip()


class _Operator(UserMixin):
    def __init__(self, name: str) -> None:
        self.id = name


def ask_for(web_ui: Any, login: tuple[str, str]) -> None:
    """Have Locust's login page ask for ``login``; the web UI was made with ``web_login=True``."""
    app, (name, password) = web_ui.app, login
    app.secret_key = token_hex(32)
    app.config.update(SESSION_COOKIE_SAMESITE="Strict", SESSION_COOKIE_HTTPONLY=True)
    web_ui.login_manager.user_loader(lambda found: _Operator(name) if found == name else None)
    web_ui.auth_args = {"username_password_callback": "login_submit", "title": "Rehearsals"}

    def submit() -> Any:
        same_name = hmac.compare_digest(request.form.get("username", "").encode(), name.encode())
        same_password = hmac.compare_digest(request.form.get("password", "").encode(), password.encode())
        if same_name and same_password:
            session["auth_error"] = None
            login_user(_Operator(name))
            return redirect(url_for("locust.index"))
        gevent.sleep(WRONG_TAKES_S)
        session["auth_error"] = "This name and password are not right"
        return redirect(url_for("locust.login"))

    app.add_url_rule("/login_submit", "esr_login_submit", submit, methods=["POST"])
