"""Owns the page of measured figures: one section per benchmark, each with its machine, its command and its goals.

Knows nothing of what is measured.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Measured speed

Every figure here is made by a command, on the machine its section names. Peers are measured in the same run, turn by
turn, with the same policy of connections; medians are quoted, with the least and the most where there are several.

```console
$ make bench
```

It takes about three minutes, wants a quiet machine with two cores, touches only loopback and writes this page again.
"""
ORDER = (
    "A form journey against plain Locust",
    "A thousand people in one second",
    "The city",
    "Commands",
    "People",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. ``goal`` in words, or empty when it is only shown; ``met`` says whether it is kept."""

    what: str
    measured: str
    goal: str = ""
    met: bool = True


@dataclass(frozen=True, slots=True)
class Section:
    """What one benchmark says. ``title`` is one of :data:`ORDER`, ``module`` its file without the ending."""

    title: str
    module: str
    how: str
    rows: Sequence[Row]

    @property
    def missed(self) -> list[str]:
        """Figures whose goal is not kept."""
        return [f"{row.what}: {row.measured}, goal {row.goal}" for row in self.rows if not row.met]

    def markdown(self) -> str:
        """The section as it stands on the page."""
        lines = [f"| {row.what} | {row.measured} | {row.goal or '–'} | {_word(row)} |" for row in self.rows]
        table = "\n".join(["| figure | measured | goal | kept |", "|---|---|---|---|", *lines])
        return f"## {self.title}\n\n{self.how}\n\n{table}\n\n{machine()}; `python -m benchmarks.{self.module}`.\n"


def _word(row: Row) -> str:
    if not row.goal:
        return "–"
    return "yes" if row.met else "**no**"


def machine() -> str:
    """Cores, system, Python and Locust, and the day; no names."""
    return (
        f"Measured {date.today().isoformat()} on {os.cpu_count()} cores ({platform.machine()}, {platform.system()}), "
        f"Python {platform.python_version()}, Locust {version('locust')}"
    )


def publish(section: Section) -> None:
    """Print the section and put it in its place on the page."""
    print(section.markdown())
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else HEAD
    found = {part.splitlines()[0].removeprefix("## "): part for part in re.split(r"^(?=## )", old, flags=re.M)[1:]}
    found[section.title] = section.markdown()
    parts = [HEAD, *(found[title].strip() + "\n" for title in ORDER if title in found)]
    PAGE.write_text("\n".join(parts), encoding="utf-8")


def spread(values: Sequence[float], digits: int = 0) -> str:
    """``median (least – most)``."""
    ordered = sorted(values)
    middle = ordered[len(ordered) // 2] if len(ordered) % 2 else sum(ordered[len(ordered) // 2 - 1 :][:2]) / 2
    return f"{middle:,.{digits}f} ({ordered[0]:,.{digits}f} – {ordered[-1]:,.{digits}f})"
