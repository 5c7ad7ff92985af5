"""Owns the fault of a service that answers with an error status. Knows nothing of how it is carried out."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from hms_esr.faults.fault import Fault
from hms_esr.schema.types import Count, Number


class ErrorStatus(Fault):
    """Calls of the service are answered with ``status``; ``share`` of them when not all."""

    status: Count = Field(503, ge=400, le=599)
    share: Number = Field(1.0, gt=0, le=1)

    @property
    def title(self) -> str:
        """``payments 504``."""
        return self.label or f"{self.service} {self.status}"

    def order(self, real_for_s: float) -> dict[str, Any]:
        """With status and share."""
        return super().order(real_for_s) | {"status": self.status, "share": self.share}
