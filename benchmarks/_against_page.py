"""How a comparison of two commits is told: a table in plain text, and its section of the page of measured speed.

Both are made from what is kept alone; verdicts are judged here again from the pairs.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from statistics import median

from benchmarks import _pairs
from benchmarks._loads import LOADS
from benchmarks._pairs import Comparison
from benchmarks._results import Kept

NAME = "against"
"""Its name among what is kept; it is no benchmark of the table."""
ENGINES = {"compiled": "compiled", "python": "read by Python (not compiled)"}
UNSURE = 1.10
"""A pass whose interval reaches beyond this ratio is weak, and is called so."""
HEAD = ("load", "pairs", "old, µs", "new, µs", "new / old", "95 % interval", "verdict")


@dataclass(frozen=True, slots=True)
class Row:
    """One load's comparison: samples of both sides in µs per request, and whether it passes."""

    name: str
    old: list[float]
    new: list[float]
    comparison: Comparison
    passes: bool

    @property
    def cells(self) -> tuple[str, ...]:
        """As :data:`HEAD` names them."""
        between = self.comparison.interval
        shown = f"{between[0]:.3f} – {between[1]:.3f}" if between else "too few pairs"
        sides = [f"{median(side):.1f}" for side in (self.old, self.new)]
        verdict = ("pass" if self.passes else "SLOWER") if between else "not judged"
        title = LOADS[self.name].title
        return title, str(len(self.old)), *sides, f"{self.comparison.ratio:.3f}", shown, verdict


def figure(name: str, side: str) -> str:
    """What a figure of a load and a side (``old``, ``new``) is called where it is kept."""
    return f"{name}, {side}: CPU per request, µs"


def rows(kept: Kept) -> list[Row]:
    """One for each load that was measured, in the table's order."""
    values = {one.what: one.values for one in kept.found.figures}
    limit = float(kept.machine["against"]["limit"])
    found = []
    for name in LOADS:
        old, new = (values.get(figure(name, side), []) for side in ("old", "new"))
        if old and new:
            comparison = _pairs.compare(old, new)
            found.append(Row(name, old, new, comparison, comparison.passes(limit)))
    return found


def plain(kept: Kept) -> str:
    """The table in plain text, with both commits above it and the rule below."""
    lines = [HEAD, *(row.cells for row in rows(kept))]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([*(_side(kept, side) for side in ("old", "new")), "", *table, "", _rule(kept), *_weak(kept)])


def section(kept: Kept) -> str:
    """Its section of the page."""
    how = textwrap.fill(kept.found.how, 120, break_long_words=False, break_on_hyphens=False)
    table = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    table += ["| " + " | ".join(row.cells) + " |" for row in rows(kept)]
    loads = [f"- {LOADS[row.name].title}: {LOADS[row.name].what}." for row in rows(kept)]
    sides = [f"- {_side(kept, side)}" for side in ("old", "new")]
    parts = [f"## {kept.found.title}", how, "\n".join([*sides, *loads]), "\n".join(table)]
    parts += [" ".join([_rule(kept), *_weak(kept)]), _measured(kept)]
    return "\n\n".join(parts) + "\n"


def _side(kept: Kept, side: str) -> str:
    one = kept.machine["against"][side]
    return f"{side}: {one['label']} of {one['day']}, engine {ENGINES[one['engine']]}"


def _rule(kept: Kept) -> str:
    limit = float(kept.machine["against"]["limit"])
    return f"A load passes when 1.0 is inside its interval or its ratio is at most {limit:g}."


def _weak(kept: Kept) -> list[str]:
    """A sentence for each load that passes only because its interval is wide."""
    wide = [
        (LOADS[row.name].title, 100 * (row.comparison.interval[1] - 1))
        for row in rows(kept)
        if row.passes and row.comparison.interval and row.comparison.interval[1] > UNSURE
    ]
    cure = "measure on a quieter machine or with more pairs"
    return [f"{title}: a slowdown of up to {most:.0f} % is not ruled out; {cure}." for title, most in wide]


def _measured(kept: Kept) -> str:
    at = kept.machine
    return (
        f"Measured {at['day']} on {at['cores']} cores ({at['system']}), Python {at['python']}, Locust {at['locust']}; "
        f"load average before the run {at['load']:g}; `{at['against']['command']}`."
    )
