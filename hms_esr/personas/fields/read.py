"""Owns how a file writes a field: its kind, and what it is made from.

Knows nothing of persons or templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.personas.fields import FIELDS

_NEED_MORE = frozenset({"faker", "choice", "range", "template"})


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
