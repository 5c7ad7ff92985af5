"""Owns the step that sends the current form. Knows nothing of encodings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hms_esr.schema.types import Text
from hms_esr.steps.step import Step, StepActor


class Submit(Step):
    """``submit``: as a browser would; ``submit: Text`` presses that button. Without a form: filled values as JSON."""

    verb: ClassVar[str] = "submit"
    button: Text = ""

    @classmethod
    def shorthand(cls, value: Any) -> Mapping[str, Any]:
        """Nothing, the button's text, or ``{button: …}``."""
        if value is None:
            return {}
        return value if isinstance(value, Mapping) else {"button": value}

    def perform(self, actor: StepActor) -> None:
        """Send it; files waiting choose the form with a file input."""
        form = actor.form(with_kind="file") if actor.uploads else None
        actor.submit(form or actor.form(), button=actor.render(self.button))

    def written(self) -> Any:
        """The button, if any."""
        return self.button or None
