"""Owns ``python -m esr.mock_server [--port 9800]``: the mock city, with the options of ``hms-esr city``.

Knows nothing of the city.
"""

from __future__ import annotations

import sys

from hms_esr.cli import main

if __name__ == "__main__":
    main(["city", *sys.argv[1:]])
