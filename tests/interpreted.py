"""Owns a way to test modules with C types as Python reads them, compiled or not: ``pytest -p tests.interpreted …``.

Knows nothing of what is tested.
"""

from __future__ import annotations

from hms_esr.compiled import use_python

use_python()
