"""Owns what carries faults out, as an order sees it. Knows nothing of any target: injectors are handed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Injector(Protocol):
    """Makes a target sick and well again.

    All three raise EnvironmentProblem when the target does not answer as it should, NothingListens when it is gone.
    """

    def inject(self, order: Mapping[str, Any]) -> str:
        """Carry an order out; the fault's id. The target itself ends it after ``for_s``."""
        ...

    def undo(self, fault_id: str) -> None:
        """End a fault; one that is over already is no error."""
        ...

    def active(self) -> Mapping[str, str]:
        """Every fault that is on, by the target's own word: its id, and the service that is sick."""
        ...
