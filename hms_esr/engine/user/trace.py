"""Owns what somebody sees who follows a single person closely. Knows nothing of who that is."""

from __future__ import annotations

from typing import Protocol

from hms_esr.engine.user.state import UserState
from hms_esr.errors import StepFailed
from hms_esr.html.form_submission import Submission
from hms_esr.http.response import HttpAnswer
from hms_esr.schedule.journey_steps import NamedStep


class StepTrace(Protocol):
    """Who follows people closely (``try``, listeners of Locust's events); most runs have none."""

    def exchanged(self, virtual_user: UserState, hop: HttpAnswer) -> None:
        """A request went out and was answered, or not."""
        ...

    def submitted(self, virtual_user: UserState, sent: Submission) -> None:
        """A form is about to be sent."""
        ...

    def saved(self, virtual_user: UserState, names: tuple[str, ...]) -> None:
        """A step saved values under these names."""
        ...

    def failed(self, virtual_user: UserState, named: NamedStep, failure: StepFailed) -> None:
        """A step failed."""
        ...
