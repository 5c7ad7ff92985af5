"""Owns the step that pauses. Knows nothing of clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from hms_esr.schema.types import Duration
from hms_esr.steps.step import Step, StepActor
from hms_esr.units import duration_text


class Think(Step):
    """``think: 5s``: that pause instead of the persona's own before the next step; simulated time."""

    verb: ClassVar[str] = "think"
    sends: ClassVar[bool] = False
    for_s: Duration = Field(alias="for", ge=0)

    @classmethod
    def shorthand(cls, value: Any) -> Mapping[str, Any]:
        """The duration itself, or ``{for: …}``."""
        return value if isinstance(value, Mapping) else {"for": value}

    def perform(self, actor: StepActor) -> None:
        """Wait."""
        actor.pause(self.for_s)

    def written(self) -> Any:
        """The duration."""
        return duration_text(self.for_s)
