"""Owns the order of all measures; ends with status 1 when a goal is missed.

Knows nothing of any of them.
"""

from __future__ import annotations

import sys

from benchmarks import burst, city, commands, form_journey, personas


def main() -> int:
    """Every measure once, its section put on the page."""
    missed = [line for measure in (form_journey, burst, city, commands, personas) for line in measure.main([]).missed]
    print("\n".join(["Missed:", *missed]) if missed else "Every goal is kept.")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
