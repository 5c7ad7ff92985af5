"""Owns the step that checks the last answer. Knows nothing of how it came."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar
from urllib.parse import quote

from pydantic import BeforeValidator, Field

from hms_esr.errors import StepFailed
from hms_esr.schema.types import Count, JsonPath, Text
from hms_esr.schema.validation_errors import found
from hms_esr.steps.step import Answer, Step, StepActor, filled_in

_IN_PATHS = "/%!$&'()*+,;=:@-._~[]"
"""Characters that stay as they are in the path of an answer."""
_MOST = 80


def _statuses(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return [value]
    if value is not None and not isinstance(value, (list, tuple)):
        raise ValueError(f"a status is wanted here, such as 200, or a list of them, found {found(value)}")
    return value


_INDEX = re.compile("[0-9]{1,9}")


def at_path(document: Any, path: str) -> Any:
    """The value at ``a.b.0.c`` in parsed JSON; KeyError when there is none."""
    for part in path.removeprefix("$.").split("."):
        if isinstance(document, Mapping):
            document = document[part]
        elif isinstance(document, list) and _INDEX.fullmatch(part) and int(part) < len(document):
            document = document[int(part)]
        else:
            raise KeyError(part)
    return document


def _path_of(address: str) -> str:
    """The path of an absolute address, percent-encoded as that of an answer."""
    path = "/" + address.split("/", 3)[-1] if "://" in address else address
    return quote(path, safe=_IN_PATHS)


def _same(value: Any, wanted: Any) -> bool:
    """Whether two values of JSON are equal, types too; 5 and 5.0 are one number, true and 1 are not the same."""
    if isinstance(value, Mapping) and isinstance(wanted, Mapping):
        return value.keys() == wanted.keys() and all(_same(value[key], wanted[key]) for key in value)
    if isinstance(value, list) and isinstance(wanted, (list, tuple)):
        return len(value) == len(wanted) and all(map(_same, value, wanted))
    return _type(value) == _type(wanted) and bool(value == wanted)


def _type(value: Any) -> str:
    kinds = ((bool, "true or false"), ((int, float), "number"), (str, "text"), (Mapping, "object"))
    return "null" if value is None else next((name for kind, name in kinds if isinstance(value, kind)), "list")


def _told(value: Any) -> str:
    """A value and its type, ``"5" (text)``, at most 80 characters of it."""
    text = json.dumps(value, ensure_ascii=False)
    return f"{text if len(text) <= _MOST else text[:_MOST] + '…'} ({_type(value)})"


class Expect(Step):
    """``expect: {status: 200, page: /done, text: "received", json: {state: ok}}``: all that are given must hold."""

    verb: ClassVar[str] = "expect"
    sends: ClassVar[bool] = False
    status: Annotated[tuple[Count, ...] | None, BeforeValidator(_statuses, json_schema_input_type=int | list[int])] = (
        None
    )
    page: Text | None = None
    text: Text | None = None
    json_values: dict[JsonPath, Any] | None = Field(None, alias="json")

    @classmethod
    def shorthand(cls, value: Any) -> Mapping[str, Any]:
        """A status alone, or fields."""
        return {"status": value} if isinstance(value, int) else super().shorthand(value)

    def model_post_init(self, context: Any) -> None:
        """Refuse an expectation of nothing."""
        if self.status is None and self.page is None and self.text is None and self.json_values is None:
            raise ValueError("expect needs at least one of status, page, text, json")

    def accepts(self, status: int) -> bool:
        """Whether an answer with ``status`` is what the step before may get."""
        return self.status is not None and status in self.status

    def perform(self, actor: StepActor) -> None:
        """Raise the first expectation that does not hold."""
        answer = actor.answer
        if answer is None:
            raise StepFailed("expectation", "nothing was sent yet, so there is no answer to check")
        if self.status is not None and answer.status not in self.status:
            wanted = " or ".join(str(status) for status in self.status)
            raise StepFailed("expectation", f"status is {answer.status}, expected {wanted}", answer.status)
        page = _path_of(actor.address(self.page)) if self.page is not None else None
        if page is not None and answer.path != page:
            raise StepFailed("expectation", f"page is {answer.path}, expected {page}", answer.status)
        if self.text is not None:
            wanted = actor.render(self.text)
            if wanted not in answer.text:
                raise StepFailed("expectation", f"the text {wanted!r} is not on {answer.path}", answer.status)
        if self.json_values is not None:
            self._check_json(answer, actor)

    def _check_json(self, answer: Answer, actor: StepActor) -> None:
        document = answer.json()
        for path, wanted in (self.json_values or {}).items():
            wanted = filled_in(wanted, actor)
            try:
                value = at_path(document, path)
            except KeyError:
                raise StepFailed("expectation", f"the answer of {answer.path} has no '{path}'", answer.status) from None
            if not _same(value, wanted):
                said = f"'{path}' is {_told(value)} in {answer.path}, expected {_told(wanted)}"
                raise StepFailed("expectation", said, answer.status)

    def written(self) -> Any:
        """Fields; a single status as a number."""
        fields = self.model_dump(by_alias=True, exclude_defaults=True, exclude={"name", "save"})
        if self.status is not None:
            fields["status"] = self.status[0] if len(self.status) == 1 else list(self.status)
        return fields
