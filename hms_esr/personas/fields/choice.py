"""Owns the field kind ``choice``: one of some values, each as often as its weight says.

Knows nothing of what the values mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hms_esr.personas.safe import Draw, real_looking
from hms_esr.personas.tables import Table
from hms_esr.schema.types import as_text


class ChoiceField:
    """``{choice: [corn, soy]}``, or with weights ``{choice: {corn: 3, soy: 1}}``."""

    uses: tuple[str, ...] = ()

    def __init__(self, spec: Any, locale: str) -> None:
        if not isinstance(spec, (list, tuple, Mapping)) or not spec:
            raise ValueError("choice takes a list of values, or values with weights such as {corn: 3, soy: 1}")
        self.values = [as_text(value) for value in spec]
        for value in self.values:
            if not isinstance(value, str):
                raise ValueError(f"choice takes texts and numbers, found {type(value).__name__}")
            if reason := real_looking(value):
                raise ValueError(reason)
        self._table = Table(self.values, _weights(spec) if isinstance(spec, Mapping) else None)

    def make(self, draw: Draw, person: Mapping[str, str]) -> str:
        """One of the values."""
        return self._table.at(draw(0) >> 32)


def _weights(spec: Mapping[Any, Any]) -> list[float]:
    for value, weight in spec.items():
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight < float("inf"):
            raise ValueError(f"the weight of '{value}' is a number of 0 or more, found {weight!r}")
    return [float(weight) for weight in spec.values()]
