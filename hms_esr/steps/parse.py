"""Owns steps of any kind as they are written: read by their verb, and written back.

Knows nothing of what a step does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, ValidationError, WithJsonSchema

from hms_esr.registry import did_you_mean
from hms_esr.schema.tagged_union import key_of, mistake, under
from hms_esr.schema.validation_errors import found
from hms_esr.steps import RESERVED, STEPS
from hms_esr.steps.step import Step


def parse_step(value: Any) -> Step:
    """A step from ``login``, ``{visit: /path, name: x}`` or a Step; every mistake with its place."""
    if isinstance(value, Step):
        return value
    if isinstance(value, str):
        value = {value: None}
    if not isinstance(value, Mapping):
        raise mistake(f"a step is a verb or 'verb: value', such as visit: /apply, found {found(value)}", (), value)
    for key in value:
        if key in RESERVED:
            raise mistake(f"'{key}' is reserved for later; leave it out", (key,), kind="key")
    common = ("name", "save")
    verb = key_of(STEPS, value, common)
    cls = STEPS.get(verb)
    return _build(cls, verb, value, common)


def _build(cls: type[Step], verb: str, value: Mapping[str, Any], common: tuple[str, ...]) -> Step:
    shared = {key: value[key] for key in value if key in common}
    beside = {key: value[key] for key in value if key not in common and key != verb}
    written = value[verb]
    as_fields = cls.written is Step.written and isinstance(written, Mapping) and set(written) <= set(cls.key_names())
    try:
        meant = written if as_fields else cls.shorthand(written)
        inner = dict(meant)
    except ValidationError as error:
        raise under(error, (verb,)) from None
    except ValueError as error:
        raise mistake(str(error), (verb,), value[verb]) from None
    for key in beside:
        if key not in cls.key_names() or key in inner:
            text = f"unknown key '{key}' beside '{verb}'.{did_you_mean(key, cls.key_names())}"
            raise mistake(text, (key,), kind="key")
    try:
        return cls.model_validate(inner | beside | shared, by_alias=True, by_name=meant is not value[verb])
    except ValidationError as error:
        raise _placed(error, verb, {*beside, *shared}) from None


def _placed(error: ValidationError, verb: str, outside: set[str]) -> ValidationError:
    """Mistakes moved below the verb, but for those in keys that stand beside it."""
    from pydantic_core import InitErrorDetails, PydanticCustomError

    lines = []
    for one in error.errors(include_url=False):
        loc = one["loc"] if one["loc"] and one["loc"][0] in outside else (verb, *one["loc"])
        lines.append(InitErrorDetails(type=PydanticCustomError(one["type"], one["msg"]), loc=loc, input=one["input"]))
    return ValidationError.from_exception_data(verb, lines)


def write_step(step: Step) -> Any:
    """The canonical form of ``step``: a bare verb, or a mapping that :func:`parse_step` reads back to an equal step."""
    inner = step.written()
    beside = step.model_dump(by_alias=True, exclude_defaults=True, include={"name", "save"})
    if inner is None and not beside:
        return step.verb
    return {step.verb: inner} | beside


AnyStep = Annotated[Step, PlainValidator(parse_step), PlainSerializer(write_step), WithJsonSchema({"x-kind": "step"})]
"""Any kind of step, chosen by the verb it is written with."""
