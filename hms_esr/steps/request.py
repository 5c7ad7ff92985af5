"""Owns the step that makes one API call. Knows nothing of connections."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar
from urllib.parse import quote, urlencode

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, field_validator

from hms_esr.schema.types import Frozen, Text, as_text
from hms_esr.schema.validation_errors import found
from hms_esr.steps.step import Step, StepActor, address_in, filled_in

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_FORM = "application/x-www-form-urlencoded"
_TEXT = "text/plain; charset=utf-8"


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    """Values that can stand in a query: texts, numbers, true, false, or lists of them."""
    for name, value in values.items():
        for one in value if isinstance(value, (list, tuple)) else (value,):
            if one is None or isinstance(one, (list, tuple, Mapping)):
                raise ValueError(f"'{name}' takes a text, a number, true, false or a list of them, found {found(one)}")
    return values


def _words(value: Any) -> Any:
    """What a file writes, as it is spelled: ``014`` stays ``014``."""
    if isinstance(value, Mapping):
        return {
            name: [as_text(one) for one in inner] if isinstance(inner, (list, tuple)) else as_text(inner)
            for name, inner in value.items()
        }
    return value


_PAIR = {"type": ["string", "number", "boolean"]}
_PAIRS = {"type": "object", "additionalProperties": {"anyOf": [_PAIR, {"type": "array", "items": _PAIR}]}}
Pairs = Annotated[dict[str, Any], BeforeValidator(_words), AfterValidator(_flat), WithJsonSchema(_PAIRS)]
"""Names with a value each, or with a list of values: the name is repeated then."""


class FileBody(Frozen):
    """A body that is a file's bytes: found and made up as those of ``upload``."""

    file: Text


class Request(Step):
    """``request: {method: POST, path: /api, query: …, headers: …, json: … | form: … | data: … | data: {file: …}}``.

    The media type is the one of ``headers``; without it the usual one of the body.
    """

    verb: ClassVar[str] = "request"
    method: Text = "GET"
    path: Text
    query: Pairs = {}
    headers: dict[str, Text] = {}
    json_body: Any = Field(None, alias="json")
    form: Pairs | None = None
    data: FileBody | Text | None = None

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
        """Refuse two bodies, two media types, and a path whose query would be cut in two."""
        if sum(body is not None for body in (self.json_body, self.form, self.data)) > 1:
            raise ValueError("request takes one of json, form, data")
        if sum(name.lower() == "content-type" for name in self.headers) > 1:
            raise ValueError("request takes one Content-Type")
        if self.query and "#" in self.path:
            raise ValueError("request takes no '#' in a path beside query; write %23 for the character")

    def sent_files(self) -> tuple[str, ...]:
        """The file that is the body, if one is."""
        return (self.data.file,) if isinstance(self.data, FileBody) else ()

    def perform(self, actor: StepActor) -> None:
        """Send it."""
        body, media_type = self._body(actor)
        headers = {name: actor.render(text) for name, text in self.headers.items()}
        if any(name.lower() == "content-type" for name in headers):
            media_type = ""
        address = address_in(self.path, actor)
        if self.query:
            pairs = urlencode(list(_pairs(self.query, actor)), quote_via=quote, safe="")
            address += ("&" if "?" in address else "?") + pairs
        actor.request(self.method, address, headers=headers, body=body, media_type=media_type)

    def _body(self, actor: StepActor) -> tuple[bytes, str]:
        if self.json_body is not None:
            return json.dumps(filled_in(self.json_body, actor)).encode(), "application/json"
        if self.form is not None:
            return urlencode(list(_pairs(self.form, actor))).encode(), _FORM
        if isinstance(self.data, FileBody):
            file = actor.file(actor.render(self.data.file), None)
            return file.content, file.media_type
        if self.data is not None:
            return actor.render(self.data).encode(), _TEXT
        return b"", ""


def _pairs(values: Mapping[str, Any], actor: StepActor) -> Iterator[tuple[str, str]]:
    """Names and texts to send; a list, also one that a template stands for, repeats its name."""
    for name, value in filled_in(values, actor).items():
        for one in value if isinstance(value, list) else (value,):
            yield name, one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)
