"""Owns the import name ``hms_edu``, promised to people who teach with rehearsals: a run's live page.

Knows nothing of its own: it re-exports.
"""

from hms_esr.edu.live.show import Dashboard

__all__ = ["Dashboard"]
