"""Owns the page of measured figures, written from what is kept: goals on top, then one section per benchmark.

Knows nothing of what is measured or how.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks import _against_page, _sizing
from benchmarks._results import ROOT, Figure, Goal, Kept
from benchmarks._table import BENCHMARKS

PAGE = ROOT / "docs" / "benchmarks.md"
NOTES = ROOT / "benchmarks" / "notes.md"
HEAD = """# Measured speed

Every figure here is made by a command, on the machine its section names. Peers are measured in the same run, turn by
turn, with the same policy of connections. Medians are quoted, with the least and the most where there were several
rounds; a ratio is ours divided by the peer's, round by round.

```console
$ make bench
$ make bench BENCH=--list
$ make bench BENCH="--only get --rounds 5"
```

`make bench` (that is `python -m benchmarks`) takes about ten minutes, touches only loopback and writes this page again.
It wants two cores, the generator on one and the target on the other, and a quiet machine: it warns when others work on
it. Peers that are not installed are left out by name. On Debian: `apt install nginx hey wrk nodejs npm openssl`;
autocannon comes by npm into `build/`. What was measured is kept in [results.json](../benchmarks/results.json), so that
a part measured again replaces only its part.

CPU is user and system time of the generator's processes. Where it is *per request*, it is taken over a window in the
middle of the run, without start-up and end, and the target counts the requests.

```console
$ make bench BENCH="--against HEAD~1"
```

compares the work tree with an older commit (`--committed`: the present commit instead), each built below
`build/bench/against/` with its modules compiled and kept there for the next time. For a GET, a form journey and an open
load it runs 15 pairs, one process of each commit after the other, in alternating order, and prints the median ratio of
CPU per request with its exact 95 % interval. A load passes when 1.0 is inside the interval or the ratio is at most 1.03
(`--limit`); the exit status is 1 when one does not, 2 when a commit cannot be built. It takes about ten minutes; the
latest comparison has a section at the end of this page.
"""


def page(kept: Mapping[str, Kept], notes: Mapping[str, str]) -> str:
    """The whole page. ``notes``: by benchmark, where the time goes and what was tried."""
    there = [(name, kept[name]) for name in BENCHMARKS if name in kept]
    sections = [_section(name, one, notes.get(name, "")) for name, one in there]
    if _against_page.NAME in kept:
        sections.append(_against_page.section(kept[_against_page.NAME]))
    return "\n".join([HEAD, _goals(there), *sections])


def write(kept: Mapping[str, Kept], path: Path = PAGE) -> None:
    """Write the page anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(kept, read_notes()), encoding="utf-8")
    if path == PAGE:
        _sizing.write(kept)


def read_notes(path: Path = NOTES) -> dict[str, str]:
    """Text under each ``## name`` of the notes."""
    parts = re.split(r"^## (\w+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True) if text.strip()}


def spread(values: Sequence[float], digits: int = 0) -> str:
    """``median (least – most)``; one value alone stands alone."""
    shown = f"{median(values):,.{digits}f}"
    return shown if len(values) == 1 else f"{shown} ({min(values):,.{digits}f} – {max(values):,.{digits}f})"


def _goals(there: Iterable[tuple[str, Kept]]) -> str:
    lines = [_goal(goal, one.found.title) for _, one in there for goal in one.found.goals]
    head = ["| what | ours | beside | ratio | goal | kept |", "|---|---|---|---|---|---|"]
    return "## Goals\n\n" + "\n".join([*head, *lines]) + "\n"


def _goal(goal: Goal, title: str) -> str:
    ours = " ".join([spread(goal.values, goal.digits), goal.unit]).strip()
    beside = " ".join([f"{goal.peer}:", spread(goal.beside, goal.digits), goal.unit]).strip() if goal.beside else "–"
    ratios = goal.ratios
    ratio = spread(ratios, 4 if 0 < median(ratios) < 0.1 else 2) if ratios else "–"
    if goal.beside and not all(goal.beside):
        ratio = "–"
    limit = f"{goal.limit:,.10g}" if goal.limit < 1e6 else f"{goal.limit:,.0f}"
    wanted = f"{goal.relation} {limit}" + (" ×" if goal.of == "ratio" else f" {goal.unit}".rstrip())
    word = {True: "yes", False: "**no**", None: "not measured"}[goal.kept]
    return f"| [{goal.what}](#{anchor(title)}) | {ours} | {beside} | {ratio} | {wanted} | {word} |"


def _section(name: str, kept: Kept, note: str) -> str:
    found = kept.found
    lines = [_figure(figure) for figure in found.figures]
    how = textwrap.fill(found.how, 120, break_long_words=False, break_on_hyphens=False)
    parts = [f"## {found.title}", how, "\n".join(["| figure | measured |", "|---|---|", *lines])]
    parts += [f"Left out: {'; '.join(found.left_out)}."] if found.left_out else []
    parts += [note] if note else []
    return "\n\n".join([*parts, _measured(name, kept)]) + "\n"


def _figure(figure: Figure) -> str:
    return f"| {figure.what} | {spread(figure.values, figure.digits)} |"


def _measured(name: str, kept: Kept) -> str:
    at = kept.machine
    others = "".join(f", {program} {number}" for program, number in kept.found.versions.items())
    return (
        f"Measured {at['day']} on {at['cores']} cores ({at['system']}), Python {at['python']}, "
        f"engine {'compiled' if at.get('engine') == 'compiled' else 'read by Python'}, "
        f"Locust {at['locust']}{others}; load average before the run {at['load']:g}; "
        f'`make bench BENCH="--only {name}"`.'
    )


def anchor(title: str) -> str:
    """The anchor of a heading, as common renderers make it."""
    return re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-")
