"""Owns the step that waits for an outcome behind a status link. Knows nothing of polling: the actor's host looks."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from hms_esr.errors import StepFailed
from hms_esr.schema.types import Duration, Text
from hms_esr.steps.step import Outcome, Step, StepActor, address_in


class Await(Step):
    """``await: {status: decided, within: 48h}``; ``every`` looks more often, ``path`` replaces the status link."""

    verb: ClassVar[str] = "await"
    sends: ClassVar[bool] = False
    status: Text = "decided"
    within_s: Duration = Field(alias="within", gt=0)
    every_s: Duration | None = Field(None, alias="every", gt=0)
    path: Text | None = None

    def perform(self, actor: StepActor) -> None:
        """Hand the waiting over; it is counted from the simulated time told with the request that gave the link."""
        answer = actor.answer
        if answer is None:
            raise StepFailed("scenario", "await has nothing to wait for: nothing was sent yet")
        link = address_in(self.path, actor) if self.path else actor.status_link()
        if not link:
            raise StepFailed("expectation", f"no status link on {answer.path}")
        actor.wait_for(Outcome(link, self.status, answer.sent_sim_s, self.within_s, self.every_s))

    def written(self) -> Any:
        """All that differs."""
        return self.model_dump(by_alias=True, exclude_defaults=True, exclude={"name", "save"})
