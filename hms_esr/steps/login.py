"""Owns the step that logs a person in. Knows nothing of sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hms_esr.errors import StepFailed
from hms_esr.schema.types import Text
from hms_esr.steps.step import Form, Step, StepActor, address_in


class Login(Step):
    """``login`` (at ``/login``) or ``login: /path``: find and complete the login form with the persona's account."""

    verb: ClassVar[str] = "login"
    path: Text = "/login"

    @classmethod
    def shorthand(cls, value: Any) -> Mapping[str, Any]:
        """Nothing, a path, or ``{path: …}``."""
        if value is None:
            return {}
        return value if isinstance(value, Mapping) else {"path": value}

    def perform(self, actor: StepActor) -> None:
        """Visit the page, fill e-mail or user name and password, send; the same form again is a refusal."""
        answer = actor.request("GET", address_in(self.path, actor))
        form = actor.form(with_kind="password")
        if form is None:
            why = f"it answers {answer.status}" if answer.status >= 400 else "if JavaScript draws it, use `request`"
            raise StepFailed("no_form", f"no login form on {answer.path}; {why}", answer.status)
        for field in form.fields:
            if field.locked or not field.name:
                continue
            if field.kind == "password":
                actor.filled[field.name] = actor.fields["password"]
            elif field.kind in ("email", "text", "tel", "search", "") and field.name not in actor.filled:
                is_email = field.kind == "email" or "mail" in field.name.lower() or "user" in field.name.lower()
                if is_email:
                    actor.filled[field.name] = actor.fields["email"]
        actor.submit(form)
        after = actor.form(with_kind="password")
        if after is not None and _asked(form) <= _asked(after):
            raise StepFailed("expectation", "the login form came back")

    def written(self) -> Any:
        """The path, unless it is the usual one."""
        return None if self.path == "/login" else self.path


def _asked(form: Form) -> set[str]:
    """Names of what a person types into a form; a page that lets one change a password asks for other things."""
    return {field.name for field in form.fields if field.kind in ("password", "email", "text")}
