"""Owns a small Flask site nobody of ours wrote for rehearsals: CSRF, redirect after POST, multipart."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Flask, redirect, request, session

PAGE = """<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"""
FORM = """
<form method="post" action="/permit" enctype="multipart/form-data">
  <input type="hidden" name="csrf" value="{token}">
  <label for="who">Your name</label><input id="who" name="who" required>
  <label for="mail">E-mail</label><input id="mail" name="mail" type="email" required>
  <label for="kind">Kind</label>
  <select id="kind" name="kind"><option value="">choose</option><option value="f">Fence</option>
  <option value="s">Shed</option></select>
  <label for="drawing">Drawing</label><input id="drawing" type="file" name="drawing">
  <button type="submit">Send it in</button>
</form>"""


def make_site() -> Flask:
    """The site, with ``received`` (forms taken) in its config."""
    site = Flask(__name__)
    site.secret_key = "for tests alone"
    site.config["received"] = []

    @site.get("/permit")
    def form() -> str:
        session["csrf"] = secrets.token_hex(8)
        return PAGE.format(title="Ask for a permit", body=FORM.format(token=session["csrf"]))

    @site.post("/permit")
    def take() -> Any:
        if request.form.get("csrf") != session.pop("csrf", None):
            return PAGE.format(title="Form is too old", body='<p class="error">Open the form again</p>'), 403
        drawing = request.files.get("drawing")
        if drawing is None or not drawing.read(5).startswith(b"%PDF-"):
            return PAGE.format(title="No drawing", body='<p role="alert">The drawing must be a PDF</p>'), 400
        site.config["received"].append(dict(request.form))
        return redirect("/permit/thanks", 303)

    @site.route("/again", methods=["GET", "POST"])
    def again() -> str:
        alert = '<p class="error">Applications are closed on Sundays</p>' if request.method == "POST" else ""
        return PAGE.format(title="Ask for a permit", body=alert + FORM.format(token="").replace("/permit", "/again"))

    @site.get("/permit/thanks")
    def thanks() -> str:
        return PAGE.format(title="Thank you", body="<p>We have it</p>")

    return site
