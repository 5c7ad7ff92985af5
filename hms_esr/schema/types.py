"""Owns the kinds of values a scenario is made of, and the frozen model they live in.

Knows nothing of which keys a scenario has.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from hms_esr.registry import did_you_mean
from hms_esr.schema.validation_errors import found, plain
from hms_esr.units import duration_s, duration_text


class Frozen(BaseModel):
    """Immutable, no unknown keys; a wrong key is answered with the nearest right one. Files use the aliases."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, validate_default=False)

    @classmethod
    def key_names(cls) -> list[str]:
        """Names as files write them."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    @model_validator(mode="wrap")
    @classmethod
    def _name_the_nearest_key(cls, data: Any, handler: Any) -> Any:
        try:
            return handler(data)
        except ValidationError as error:
            raise suggest_keys(error, cls.__name__, cls.key_names()) from None


_MOST_HINTS = 50
"""Unknown keys of one place that get a suggestion; who has more has pasted something else."""


def suggest_keys(error: ValidationError, title: str, keys: list[str]) -> ValidationError:
    """The same mistakes, unknown keys of this level answered with a suggestion (every message a plain sentence)."""
    lines: list[InitErrorDetails] = []
    for one in error.errors(include_url=False):
        kind, text, loc = one["type"], plain(one), one["loc"]
        if kind == "extra_forbidden" and len(loc) == 1:
            hint = did_you_mean(str(loc[0]), keys) if len(lines) < _MOST_HINTS else ""
            kind, text = "unknown_key", f"unknown key '{str(loc[0])[:80]}'.{hint}"
        lines.append(InitErrorDetails(type=PydanticCustomError(kind, text), loc=loc, input=one["input"]))
    return ValidationError.from_exception_data(title, lines)


def as_text(value: Any) -> Any:
    """Text as it was written: numbers read from a file carry their spelling in ``.text``, so ``014`` stays ``014``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return getattr(value, "text", None) or str(value)
    return value


def as_duration_s(value: Any) -> Any:
    """Seconds from ``5m`` or a timedelta; a bare number other than 0 is refused, for nobody knows its unit."""
    if hasattr(value, "total_seconds"):
        return value.total_seconds()
    text = as_text(value)
    if not isinstance(text, str):
        raise ValueError(f"a duration such as 30s or 5m is wanted here, found {found(value)}")
    return duration_s(text)


def as_number(value: Any) -> Any:
    """A finite number; true and false are none."""
    if isinstance(value, bool) or (isinstance(value, float) and not abs(value) < float("inf")):
        raise ValueError(f"a number is wanted here, such as 5, found {found(value)}")
    return value


def json_path(value: str) -> str:
    """``items.0.id``, also with ``$.`` before it; what other languages of paths can say is refused."""
    parts = value.removeprefix("$.").split(".")
    if not all(parts) or parts[0] == "$" or any(mark in value for mark in "[]*"):
        raise ValueError(f"{value!r} is not a path such as items.0.id: names and positions joined by dots")
    return value


_DURATION_SCHEMA = {
    "anyOf": [{"type": "string", "pattern": r"^\s*(0|(\d+(\.\d+)?\s*(ms|min|s|m|h|d))+)\s*$"}, {"const": 0}],
    "examples": ["250ms", "30s", "5m", "1h30m", "2d"],
}

Text = Annotated[str, BeforeValidator(as_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]
"""Text; numbers and booleans are taken as they were spelled."""
Texts = Text | tuple[Text, ...]
"""One text, or a list of them."""
Duration = Annotated[
    float,
    BeforeValidator(as_duration_s),
    PlainSerializer(duration_text, return_type=str),
    WithJsonSchema(_DURATION_SCHEMA),
]
"""Seconds as a float in Python, ``1h30m`` in files."""
Number = Annotated[float, BeforeValidator(as_number)]
"""A finite number."""
Count = Annotated[int, BeforeValidator(as_number)]
"""A whole number."""
JsonPath = Annotated[Text, AfterValidator(json_path)]
"""Where a value stands in JSON: ``items.0.id``."""
Moment = Annotated[datetime, PlainSerializer(lambda at: at.isoformat(), return_type=str)]
"""A local date and time without zone, ISO 8601."""
