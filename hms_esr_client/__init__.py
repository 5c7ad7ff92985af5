"""Owns the import name ``hms_esr_client``: a scenario by keywords.

Knows nothing of its own: it re-exports.
"""

from hms_esr.dialects.keywords import Scenario

__all__ = ["Scenario"]
