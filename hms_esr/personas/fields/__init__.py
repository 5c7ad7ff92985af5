"""Owns the kinds of persona fields: what a field is, their table, and how a file writes one.

Knows nothing of persons or templates. A new kind is one file here and one line in the table (or an entry point).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from hms_esr.personas.safe import Draw
from hms_esr.registry import Registry


class Field(Protocol):
    """One field of a template.

    Made once from what the file writes under its kind (``spec``) and the template's Faker locale; ValueError, in a
    sentence, for what it cannot take. A class attribute ``of_run = True`` marks identifiers that differ between runs
    under ``identity: per_run``.
    """

    uses: tuple[str, ...]
    """Names of the fields it reads."""

    def __init__(self, spec: Any, locale: str) -> None: ...

    def make(self, draw: Draw, person: Mapping[str, str]) -> str:
        """The value of one person: a pure function of ``draw(0)``, ``draw(1)``, … (64-bit numbers) and other fields."""
        ...


FIELDS: Registry[type[Field]] = Registry(
    "persona field",
    {
        "faker": "hms_esr.personas.fields.faker:FakerField",
        "choice": "hms_esr.personas.fields.choice:ChoiceField",
        "range": "hms_esr.personas.fields.range:RangeField",
        "template": "hms_esr.personas.fields.template:TemplateField",
        "uuid": "hms_esr.personas.fields.uuid:UuidField",
        "ssn": "hms_esr.personas.fields.ssn:SsnField",
        "phone": "hms_esr.personas.fields.phone:PhoneField",
        "email": "hms_esr.personas.fields.email:EmailField",
        "card": "hms_esr.personas.fields.card:CardField",
    },
)


def read_field(value: Any) -> tuple[str, Any]:
    """Kind and what it is made from: ``{choice: […]}``, a bare kind or Faker provider, or a text with ``{field}``."""
    if isinstance(value, str):
        if "{" in value:
            return "template", value
        known = FIELDS.table()
        return (value, None) if value in known and value not in _NEED_MORE else ("faker", value)
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, inner),) = value.items()
        try:
            FIELDS.get(str(kind))
        except KeyError as error:
            raise ValueError(str(error.args[0])) from None
        return str(kind), inner
    raise ValueError(
        f"a field is one kind with what it needs, such as {{choice: [corn, soy]}}, or the name of a Faker provider; "
        f"kinds: {', '.join(FIELDS.names())}"
    )


_NEED_MORE = frozenset({"faker", "choice", "range", "template"})
