"""Owns the step that opens a page. Knows nothing of how it is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hms_esr.schema.types import Text
from hms_esr.steps.step import Step, StepActor, address_in


class Visit(Step):
    """``visit: /path``: GET; the page becomes the current page."""

    verb: ClassVar[str] = "visit"
    path: Text

    @classmethod
    def shorthand(cls, value: Any) -> Mapping[str, Any]:
        """The path itself, or ``{path: …}``."""
        return value if isinstance(value, Mapping) else {"path": value}

    def perform(self, actor: StepActor) -> None:
        """Fetch it."""
        actor.request("GET", address_in(self.path, actor))

    def written(self) -> Any:
        """The path."""
        return self.path
