"""Owns a Flask site with Flask-WTF, its errors drawn as Flask's and WTForms' own guides draw them."""

from __future__ import annotations

from typing import Any

from flask import Flask, redirect, render_template_string
from flask_wtf import FlaskForm
from wtforms import EmailField, RadioField, StringField, SubmitField, TextAreaField
from wtforms.validators import DataRequired, Email, ValidationError

SAID = "This county takes no applications"
TEMPLATE = """<!doctype html><title>Apply</title><h1>Apply</h1><form method="post" novalidate>{{ form.hidden_tag() }}
{% for field in form if field.type not in ("CSRFTokenField", "SubmitField") %}
<dt>{{ field.label }}<dd>{{ field() }}
{% if field.errors %}<ul class=errors>{% for error in field.errors %}<li>{{ error }}</li>{% endfor %}</ul>{% endif %}
</dd>{% endfor %}{{ form.send() }}</form>"""


class Application(FlaskForm):
    """Who applies, and why."""

    name = StringField("Your name", validators=[DataRequired()])
    email = EmailField("E-mail", validators=[DataRequired(), Email(check_deliverability=False, test_environment=True)])
    county = RadioField("County", choices=[("p", "Polk"), ("s", "Story")], validators=[DataRequired()])
    why = TextAreaField("Why", validators=[DataRequired()])
    send = SubmitField("Apply")


class Shut(Application):
    """The same, from nobody."""

    def validate_county(self, field: Any) -> None:
        """No county will do."""
        raise ValidationError(SAID)


site = Flask(__name__)
site.secret_key = "for tests alone"


def show(kind: type[FlaskForm]) -> Any:
    """Draw the form, or take it."""
    form = kind()
    return redirect("thanks") if form.validate_on_submit() else render_template_string(TEMPLATE, form=form)


site.add_url_rule("/open", "open", lambda: show(Application), methods=["GET", "POST"])
site.add_url_rule("/shut", "shut", lambda: show(Shut), methods=["GET", "POST"])
site.add_url_rule("/thanks", "thanks", lambda: "<h1>Thank you</h1>")
