"""Owns the step that makes one API call. Knows nothing of connections."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from pydantic import Field, field_validator

from hms_esr.schema.types import Text
from hms_esr.steps.step import Step, StepActor

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


class Request(Step):
    """``request: {method: POST, path: /api, headers: …, json: … | form: … | data: …}``."""

    verb: ClassVar[str] = "request"
    method: Text = "GET"
    path: Text
    headers: dict[str, Text] = {}
    json_body: Any = Field(None, alias="json")
    form: dict[str, Text] | None = None
    data: Text | None = None

    @classmethod
    def shorthand(cls, value: Any) -> Mapping[str, Any]:
        """``GET /path`` as text, or fields."""
        if isinstance(value, str):
            method, _, path = value.rpartition(" ")
            return {"method": method.strip() or "GET", "path": path}
        return super().shorthand(value)

    @field_validator("method")
    @classmethod
    def _known(cls, value: str) -> str:
        if value.upper() not in METHODS:
            raise ValueError(f"unknown method '{value}'. Allowed: {', '.join(METHODS)}")
        return value.upper()

    def model_post_init(self, context: Any) -> None:
        """Refuse two bodies."""
        if sum(body is not None for body in (self.json_body, self.form, self.data)) > 1:
            raise ValueError("request takes one of json, form, data")

    def perform(self, actor: StepActor) -> None:
        """Send it."""
        body, media_type = self._body(actor)
        headers = {name: actor.render(text) for name, text in self.headers.items()}
        actor.request(self.method, actor.render(self.path), headers=headers, body=body, media_type=media_type)

    def _body(self, actor: StepActor) -> tuple[bytes, str]:
        if self.json_body is not None:
            return json.dumps(_rendered(self.json_body, actor)).encode(), "application/json"
        if self.form is not None:
            pairs = {name: actor.render(text) for name, text in self.form.items()}
            return urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        if self.data is not None:
            return actor.render(self.data).encode(), "text/plain; charset=utf-8"
        return b"", ""


def _rendered(value: Any, actor: StepActor) -> Any:
    if isinstance(value, str):
        return actor.render(value)
    if isinstance(value, Mapping):
        return {key: _rendered(inner, actor) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rendered(inner, actor) for inner in value]
    return value
