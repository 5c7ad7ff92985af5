"""Owns the fault of a slow service. Knows nothing of how it is carried out."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from hms_esr.faults.fault import Fault
from hms_esr.schema.types import Number


class Latency(Fault):
    """Each call of the service takes ``latency_ms`` real milliseconds longer."""

    latency_ms: Number = Field(gt=0, le=600_000)

    @property
    def title(self) -> str:
        """``eligibility-svc +800 ms``."""
        return self.label or f"{self.service} +{self.latency_ms:g} ms"

    def order(self, real_for_s: float) -> dict[str, Any]:
        """With the added time."""
        return super().order(real_for_s) | {"latency_ms": self.latency_ms}
