"""Owns pages as people meet them: forms found, completed and sent, error messages read, files made up.

Knows nothing of connections or of when people come.
"""

import hms_esr.compiled  # noqa: F401  (a stale build is read by Python)
