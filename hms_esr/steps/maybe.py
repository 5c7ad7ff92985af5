"""Owns the step that only a share of people does. Knows nothing of chance: the share is drawn before the journey."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from hms_esr.schema.types import Number
from hms_esr.steps.parse import AnyStep
from hms_esr.steps.step import Step, StepActor


class Maybe(Step):
    """``maybe: {share: 0.1, steps: [...]}``: a seeded share of people do these steps."""

    verb: ClassVar[str] = "maybe"
    sends: ClassVar[bool] = False
    share: Number = Field(ge=0, le=1)
    steps: tuple[AnyStep, ...] = Field(min_length=1)

    def perform(self, actor: StepActor) -> None:
        """Do the steps, if this person is of the share (journeys are usually unfolded before they start)."""
        if actor.uniform("maybe") < self.share:
            for step in self.steps:
                step.perform(actor)

    def written(self) -> Any:
        """Share and steps."""
        return self.model_dump(by_alias=True, exclude={"name", "save"})
