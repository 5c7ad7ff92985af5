"""Owns sites that draw forms and errors as Rails, ASP.NET, the USWDS and GOV.UK do, without those frameworks."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import Flask, redirect, request, session

PAGE = "<!doctype html><html lang=en><head><title>{title}</title></head><body><main>{body}</main></body></html>"
Drawn = tuple[str, int]
"""Body of the page, and the status it comes with."""


def rails(wrong: bool, token: str) -> Drawn:
    """Rails 7 scaffold: a summary over the form, wrapped labels and inputs, 422."""
    summary = """<div id="error_explanation" style="color: red"><h2>1 error prohibited this from being saved:</h2>
<ul><li>Email is not of this county</li></ul></div>"""
    field = '<input type="email" value="" name="permit[email]" id="permit_email" />'
    label = '<label style="display: block" for="permit_email">Email</label>'
    if wrong:
        field = f'<div class="field_with_errors">{field}</div>'
        label = f'<div class="field_with_errors">{label}</div>'
    return (
        f"""<p style="color: green"></p><h1>New permit</h1><form action="{{here}}" accept-charset="UTF-8" method="post">
<input type="hidden" name="authenticity_token" value="{token}" autocomplete="off" />{summary if wrong else ""}
<div><label style="display: block" for="permit_name">Name</label>
<input type="text" name="permit[name]" id="permit_name" /></div><div>{label}{field}</div>
<div><input type="submit" name="commit" value="Create Permit" data-disable-with="Create Permit" /></div></form>""",
        422 if wrong else 200,
    )


def aspnet(wrong: bool, token: str) -> Drawn:
    """ASP.NET Core MVC with tag helpers: spans that wait for a message, a summary, 200."""
    said = "The county of this address is not served." if wrong else ""
    state = "error" if wrong else "valid"
    mark = " input-validation-error" if wrong else ""
    summary = f"<ul><li>{said}</li></ul>" if wrong else '<ul><li style="display:none"></li></ul>'
    return (
        f"""<h1>Create</h1><form action="{{here}}" method="post">
<div class="text-danger validation-summary-{state}{"s" if wrong else ""}" data-valmsg-summary="true">{summary}</div>
<div class="form-group"><label class="control-label" for="Name">Name</label>
<input class="form-control" type="text" data-val="true" data-val-required="The Name field is required." id="Name"
 name="Name" value="" /><span class="text-danger field-validation-valid" data-valmsg-for="Name"
 data-valmsg-replace="true"></span></div>
<div class="form-group"><label class="control-label" for="Email">Email</label>
<input class="form-control{mark}" type="email" id="Email" name="Email" value="" />
<span class="text-danger field-validation-{state}" data-valmsg-for="Email"
 data-valmsg-replace="true">{said}</span></div>
<div class="form-group"><input type="submit" value="Create" class="btn btn-primary" /></div>
<input name="__RequestVerificationToken" type="hidden" value="{token}" /></form>""",
        200,
    )


def webforms(wrong: bool, token: str) -> Drawn:
    """ASP.NET WebForms: the whole page is one form, validators are hidden until they fail, 200."""
    shown = "" if wrong else "visibility:hidden;"
    return (
        f"""<form method="post" action="{{here}}" id="aspnetForm">
<input type="hidden" name="__VIEWSTATE" value="{token}" />
<div class="header">County of Polk</div><h1>Apply</h1>
<input name="ctl00$Main$txtName" type="text" id="ctl00_Main_txtName" />
<span id="ctl00_Main_reqName" style="color:Red;visibility:hidden;">Enter your name</span><br />
<input name="ctl00$Main$txtParcel" type="text" id="ctl00_Main_txtParcel" />
<span id="ctl00_Main_valParcel" style="color:Red;{shown}">No such parcel in this county</span><br />
<input type="submit" name="ctl00$Main$btnSend" value="Send" id="ctl00_Main_btnSend" /></form>""",
        200,
    )


def uswds(wrong: bool, token: str) -> Drawn:
    """U.S. Web Design System 3: an error message over the input, 200."""
    group, message, mark = "", "", ""
    if wrong:
        group, mark = " usa-form-group--error", " usa-input--error"
        message = (
            '<span class="usa-error-message" id="zip-error" role="alert">This office does not serve that area</span>'
        )
    return (
        f"""<form class="usa-form" action="{{here}}" method="post"><input type="hidden" name="csrf" value="{token}">
<p>Required fields have an asterisk (<abbr title="required" class="usa-hint usa-hint--required">*</abbr>).</p>
<div class="usa-form-group"><label class="usa-label" for="full-name">Full name
<abbr title="required" class="usa-label--required">*</abbr></label>
<input class="usa-input" id="full-name" name="full-name" required aria-required="true"></div>
<div class="usa-form-group{group}"><label class="usa-label" for="zip">ZIP code</label>
<div class="usa-hint" id="zip-hint">Five digits</div>{message}
<input class="usa-input{mark}" id="zip" name="zip" autocomplete="postal-code"
 aria-describedby="zip-hint zip-error"></div>
<button class="usa-button" type="submit">Continue</button></form>""",
        200,
    )


def govuk(wrong: bool, token: str) -> Drawn:
    """GOV.UK Design System 5: a summary that links to the field, the message again beside it, 200."""
    summary = message = described = mark = group = ""
    if wrong:
        summary = """<div class="govuk-error-summary" data-module="govuk-error-summary"><div role="alert">
<h2 class="govuk-error-summary__title">There is a problem</h2><div class="govuk-error-summary__body">
<ul class="govuk-list govuk-error-summary__list"><li><a href="#licence">Enter a licence that is still valid</a></li>
</ul></div></div></div>"""
        message = """<p id="licence-error" class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span>
Enter a licence that is still valid</p>"""
        described, mark, group = ' aria-describedby="licence-error"', " govuk-input--error", " govuk-form-group--error"
    return (
        f"""{summary}<form action="{{here}}" method="post" novalidate>
<input type="hidden" name="_csrf" value="{token}"><div class="govuk-form-group">
<label class="govuk-label" for="full-name">Full name</label>
<input class="govuk-input" id="full-name" name="fullName" type="text" autocomplete="name"></div>
<div class="govuk-form-group{group}"><label class="govuk-label" for="licence">Licence number</label>{message}
<input class="govuk-input{mark}" id="licence" name="licence" type="text"{described}></div>
<button type="submit" class="govuk-button" data-module="govuk-button">Save and continue</button></form>""",
        200,
    )


SITES: dict[str, Callable[[bool, str], Drawn]] = {
    "rails": rails,
    "aspnet": aspnet,
    "webforms": webforms,
    "uswds": uswds,
    "govuk": govuk,
}


def make_site(draw: Callable[[bool, str], Drawn]) -> Flask:
    """The site of one way to draw a form."""
    site = Flask(__name__)
    site.secret_key = "for tests alone"

    def form(shut: bool) -> Any:
        sent = request.method == "POST"
        if sent and session.get("token") not in request.form.values():
            return PAGE.format(title="Too old", body="<h1>Open the form again</h1>"), 403
        if sent and not shut:
            return redirect("thanks", 303)
        session["token"] = secrets.token_hex(8)
        body, status = draw(sent, session["token"])
        return PAGE.format(title="Apply", body=body.replace("{here}", request.script_root + request.path)), status

    site.add_url_rule("/open", "open", lambda: form(False), methods=["GET", "POST"])
    site.add_url_rule("/shut", "shut", lambda: form(True), methods=["GET", "POST"])
    site.add_url_rule("/thanks", "thanks", lambda: PAGE.format(title="Thank you", body="<h1>Thank you</h1>"))
    return site
