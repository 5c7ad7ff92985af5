"""Owns ``python -m esr.mock_server [--port 9700]``: the mock city and a control plane that points every run at it.

Knows nothing of either; options are those of ``hms-esr serve``.
"""

from __future__ import annotations

import sys

from hms_esr.cli import main

if __name__ == "__main__":
    main(["serve", "--dev", "--with-city", *sys.argv[1:]])
