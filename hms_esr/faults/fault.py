"""Owns what a fault is: a named service made sick for a while, at a simulated time.

Knows nothing of how it is carried out or undone.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from hms_esr.schema.types import Duration, Frozen, Text


class Fault(Frozen):
    """One fault of a scenario. ``fault`` names its kind; times are simulated; without ``for`` it lasts to the end."""

    fault: Text
    service: Text
    at_s: Duration = Field(0.0, alias="at", ge=0)
    for_s: Duration | None = Field(None, alias="for", gt=0)
    label: Text | None = Field(None, alias="name")

    @property
    def title(self) -> str:
        """What people call it, and ``recovery_s{fault="…"}`` selects it by."""
        return self.label or f"{self.service} {self.fault}"

    def order(self, real_for_s: float) -> dict[str, Any]:
        """The injector's order: kind, service, own settings, and the real seconds after which it ends by itself."""
        return {"fault": self.fault, "service": self.service, "for_s": real_for_s}
