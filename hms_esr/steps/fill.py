"""Owns the step that remembers values for the current form. Knows nothing of forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import model_validator

from hms_esr.schema.types import Text, Texts, as_text
from hms_esr.steps.step import Step, StepActor


class Fill(Step):
    """``fill: {name: value, …}``, ``fill: {field: name, value: text}``, or ``fill: name`` with ``value`` beside it.

    A list of values is for fields of one name, in page order, or for a control that takes several choices.
    """

    verb: ClassVar[str] = "fill"
    sends: ClassVar[bool] = False
    values: dict[str, Texts] = {}
    field: Text | None = None
    value: Texts | None = None

    @classmethod
    def shorthand(cls, value: Any) -> Mapping[str, Any]:
        """One of the three forms; a form whose fields are called ``field`` and ``value`` needs the first, nested."""
        if not isinstance(value, Mapping):
            return {"field": value}
        if set(value) == {"field", "value"}:
            return value
        if set(value) == {"values"} and isinstance(value["values"], Mapping):
            return value
        return {"values": value}

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, data: Any) -> Any:
        """However it was written, one field with its value becomes an entry of ``values``, so that equal is equal."""
        if not isinstance(data, Mapping) or data.get("values") or not {"field", "value"} <= set(data):
            return data
        name = as_text(data["field"])
        rest = {key: inner for key, inner in data.items() if key not in ("field", "value", "values")}
        return rest | {"values": {name: data["value"]}} if isinstance(name, str) else data

    def model_post_init(self, context: Any) -> None:
        """Refuse a fill without values."""
        if (self.field is None) != (self.value is None):
            raise ValueError("fill takes 'name: value' pairs, or a field's name with 'value:' beside it")
        if not self.values and self.field is None:
            raise ValueError("fill needs at least one 'name: value' pair")

    def texts(self) -> dict[str, str | tuple[str, ...]]:
        """All values by field name, templates not yet filled in."""
        one = {self.field: self.value} if self.field is not None and self.value is not None else {}
        return dict(self.values) | one

    def perform(self, actor: StepActor) -> None:
        """Remember them."""
        for name, text in self.texts().items():
            several = not isinstance(text, str)
            actor.filled[name] = tuple(map(actor.render, text)) if several else actor.render(text)  # type: ignore[arg-type]

    def written(self) -> Any:
        """``{name: value, …}``, nested under ``values`` where the names would be read as another form."""
        texts = {name: value if isinstance(value, str) else list(value) for name, value in self.texts().items()}
        return {"values": texts} if set(texts) == {"field", "value"} else texts
