"""Owns the import name ``hms_esr_client``: a scenario by keywords, runs started and waited for over HTTP.

Knows nothing of its own: it re-exports.
"""

from hms_esr.control.client import launch, report
from hms_esr.dialects.keywords import Scenario

__all__ = ["Scenario", "launch", "report"]
