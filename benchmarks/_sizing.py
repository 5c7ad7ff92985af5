"""Owns how many workers a rehearsal needs, computed from what was measured, and its table in docs/kubernetes.md.

Knows nothing of how anything is measured. Figures are medians; a worker is one core, used to 70 %.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from benchmarks._results import ROOT, Kept, read

PAGE = ROOT / "docs" / "kubernetes.md"
WORKERS = (1, 2, 5, 10, 20, 50, 100)
REQUESTS_OF_A_JOURNEY = 6
USED = 0.7
MEMORY_SHARE = 0.7
MOST_AT_ONCE = 50_000
MASTER_CORES, MASTER_GIB = 1.1, 1.125
_MARKS = ("<!-- sizing: made by `make bench` and `make docs` -->\n", "<!-- end of sizing -->\n")


def table(kept: Mapping[str, Kept]) -> str:
    """The table in Markdown. KeyError when a benchmark it rests on was never carried out."""
    form_us = _figure(kept, "form_journey", "CPU per request, ours from a file, µs")
    get_us = _figure(kept, "get", "CPU per request, ours, a GET step of a journey, µs")
    plain, tls = (_goal(kept, "thinking", f"thinking people in a GiB, {way}") for way in ("plain", "TLS"))
    master_ms = _figure(kept, "master", "growth: 20 workers, 20 steps, 2,000 requests per second, ms") / 20
    lines = [
        "| workers | cores | memory | form journeys begun per second | plain requests per second | people at once "
        "| of them over TLS | master, of a core |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for workers in WORKERS:
        cells = [
            f"{workers}",
            f"{workers + MASTER_CORES:,.1f}",
            f"{workers + MASTER_GIB:,.1f} GiB",
            _round(workers * USED * 1e6 / (form_us * REQUESTS_OF_A_JOURNEY)),
            _round(workers * USED * 1e6 / get_us),
            _round(workers * min(plain * MEMORY_SHARE, MOST_AT_ONCE)),
            _round(workers * min(tls * MEMORY_SHARE, MOST_AT_ONCE)),
            f"{workers * master_ms / 10:,.1f} %",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write(kept: Mapping[str, Kept], path: Path = PAGE) -> None:
    """Put the table of today into the page."""
    path.write_text(filled(path.read_text(encoding="utf-8"), table(kept)), encoding="utf-8")


def filled(page: str, rows: str) -> str:
    """The page with ``rows`` between its marks. ValueError when it has none."""
    begin, end = _MARKS
    text, places = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: begin + rows + end, page, flags=re.DOTALL
    )
    if places != 1:
        raise ValueError(f"the page has {places} places for the table, one is wanted")
    return text


def _figure(kept: Mapping[str, Kept], name: str, what: str) -> float:
    values = {one.what: one.values for one in kept[name].found.figures}
    return median(values[what])


def _goal(kept: Mapping[str, Kept], name: str, what: str) -> float:
    values = {one.what: one.values for one in kept[name].found.goals}
    return median(values[what])


def _round(number: float) -> str:
    """Two digits that count; a promise is never better than what was measured, so always down."""
    step = 10 ** max(len(str(int(number))) - 2, 0)
    return f"{int(number) // step * step:,}"


if __name__ == "__main__":
    write(read())
