"""Owns what ``make coverage`` prints: the share of branches taken, the files with the least, before and after.

Knows nothing of what is tested. Called with figures.json of coverage.py, and with that of another commit to compare; as
a plugin of pytest (``-p tests.covered``) it writes down what a process of xdist has seen before that process is ended.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import coverage

LOWEST = 15
"""Files that are listed."""


def pytest_sessionfinish() -> None:
    """xdist gives its processes 10 s to end, in which coverage.py alone may not be done on a busy machine."""
    seen = coverage.Coverage.current()
    if seen:
        seen.save()


def share(summary: dict[str, Any]) -> float:
    """Branches taken of all, in percent; 100 where there is none."""
    return 100 * summary["covered_branches"] / summary["num_branches"] if summary["num_branches"] else 100.0


def lines_of(figures: dict[str, Any]) -> list[str]:
    """The total, then the files with the smallest shares, the one with more branches first."""
    totals = figures["totals"]
    told = f"branches taken: {share(totals):.2f}% ({totals['covered_branches']} of {totals['num_branches']})"
    files = [(share(one["summary"]), -one["summary"]["num_branches"], name) for name, one in figures["files"].items()]
    return [told, *(f"{percent:7.2f}% of {-count:4}  {name}" for percent, count, name in sorted(files)[:LOWEST])]


def compared(new: dict[str, Any], old: dict[str, Any]) -> tuple[str, bool]:
    """Both totals in a line, and whether the new one is not lower."""
    before, after = share(old["totals"]), share(new["totals"])
    return f"branches taken: {before:.2f}% before, {after:.2f}% now ({after - before:+.2f})", after >= before


def main(new: str, old: str = "") -> int:
    """Print; 1 where fewer branches are taken than before."""
    figures = json.loads(Path(new).read_text(encoding="utf-8"))
    print(*lines_of(figures), sep="\n")
    if not old:
        return 0
    told, held = compared(figures, json.loads(Path(old).read_text(encoding="utf-8")))
    print(told)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
