"""Owns the import name ``hms_edu``, promised to people who teach with rehearsals; offers nothing yet.

Knows nothing of how a rehearsal is run; for that, import ``hms_esr``.
"""
