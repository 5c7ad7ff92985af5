"""Owns the kinds of persona fields: one file each, one line each in this table.

Knows nothing of persons or templates. A new kind is one file here and one line in the table (or an entry point).
"""

from __future__ import annotations

from hms_esr.personas.fields.field import Field
from hms_esr.registry import Registry

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

__all__ = ["FIELDS", "Field"]
