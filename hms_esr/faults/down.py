"""Owns the fault of a service that is not there at all. Knows nothing of how it is carried out."""

from __future__ import annotations

from hms_esr.faults.fault import Fault


class Down(Fault):
    """The service does not answer: who calls it gets 503 at once."""

    @property
    def title(self) -> str:
        """``db down``."""
        return self.label or f"{self.service} down"
