"""``python -m benchmarks --against COMMIT``: the work tree and an older commit in interleaved pairs, with a verdict.

Imports nothing of the package: the two commits may differ in every module.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import _against_page, _page, _pairs, _results
from benchmarks._checkouts import CHECKOUTS, Checkout, CheckoutError, Repository, Source, built
from benchmarks._loads import LOADS, Load
from benchmarks._processes import TARGET_CORE, own_core
from benchmarks._results import Figure, Found, Kept
from benchmarks._setup import LeftOut, Setup

LIMIT = 1.03
QUICK_PAIRS = 1
SHOWN_CHANGES = 5
TITLE = "Against an older commit"
HOW = """Pairs of two processes, one of each commit, one after the other; every second pair in reverse order. Each is
`hms-esr run` on the same scenario, on one core, the target on the other; its CPU time, of all its processes, is taken
in a window in the middle and divided by the requests the target counted. Both use the same installed dependencies.
The interval of the median ratio is exact: order statistics by the sign test. A load passes when 1.0 lies inside the
interval or the median ratio is within the limit."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to compare: the older commit, loads, pairs of each, the limit of the median ratio.

    ``committed``: the present commit instead of the work tree as it is. ``results`` and ``page``: where it is kept.
    """

    commit: str
    loads: Sequence[str]
    pairs: int
    limit: float
    committed: bool
    quick: bool
    results: Path
    page: Path


def compare(request: Request, load_average: float) -> int:
    """Build both, measure, keep, print the table: 0 when every load passes (or all is quick), else 1; 2: cannot."""
    setup = Setup(request.pairs, request.quick)
    try:
        for name in request.loads:
            setup.needs(*LOADS[name].needs)
        sides = _sides(request, setup)
        figures = _measured(request, sides, setup)
    except (CheckoutError, LeftOut, RuntimeError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    machine = _results.machine(load_average) | {"against": _details(request, sides)}
    kept = Kept(Found(TITLE, HOW, figures), machine)
    _results.keep(_against_page.NAME, kept, request.results)
    _page.write(_results.read(request.results), request.page)
    print(f"{_against_page.plain(kept)}\nWritten: {os.path.relpath(request.page)}")
    if request.quick:
        print("Quick figures mean nothing: they only show that everything works.")
        return 0
    return int(not all(row.passes for row in _against_page.rows(kept)))


def _sides(request: Request, setup: Setup) -> dict[str, Checkout]:
    """Both checkouts, built."""
    repository = Repository()
    sources = {
        "old": repository.commit(request.commit),
        "new": repository.commit("HEAD") if request.committed else repository.work_tree(),
    }
    _say_what_changed(sources["new"], repository, request.committed, setup)
    into = CHECKOUTS.with_name("quick-against") if request.quick else CHECKOUTS
    found = {}
    for side, source in sources.items():
        setup.say(f"{side}: {source.label} of {source.day}, build or reuse")
        found[side] = built(repository, source, compiled=not request.quick, into=into)
        setup.say(f"{side}: {source.label}, engine {_against_page.ENGINES[found[side].engine]}")
    if found["old"].engine != found["new"].engine:
        setup.say("WARNING: only one side is compiled; the ratio compares that too")
    return found


def _say_what_changed(new: Source, repository: Repository, committed: bool, setup: Setup) -> None:
    changed = new.changed or (repository.work_tree().changed if committed else ())
    if not changed:
        return
    shown = ", ".join(changed[:SHOWN_CHANGES]) + (", …" if len(changed) > SHOWN_CHANGES else "")
    what = "changes are NOT measured" if committed else "measured as it is; --committed measures HEAD instead"
    differ = "1 file differs" if len(changed) == 1 else f"{len(changed)} files differ"
    setup.say(f"the work tree is dirty, {differ} from HEAD ({shown}): {what}")


def _measured(request: Request, sides: dict[str, Checkout], setup: Setup) -> list[Figure]:
    """For each load, figures of both sides in µs per request, pair by pair."""
    figures = []
    for name in request.loads:
        taken = _pairs_of(LOADS[name], request.pairs, sides, setup)
        figures += [Figure(_against_page.figure(name, side), values, 1) for side, values in taken.items()]
    return figures


def _pairs_of(load: Load, pairs: int, sides: dict[str, Checkout], setup: Setup) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {side: [] for side in sides}
    own_core(TARGET_CORE)
    with load.target(sides["new"]) as target:
        for number, order in enumerate(_pairs.orders(pairs), 1):
            for side in order:
                taken[side].append(load.us_per_request(sides[side], target, setup))
            old, new = taken["old"][-1], taken["new"][-1]
            text = f"old {old:.1f}, new {new:.1f} µs, ratio {new / old:.3f}"
            setup.say(f"{load.title}, pair {number} of {pairs} ({' '.join(order)}): {text}")
    return taken


def _details(request: Request, sides: dict[str, Checkout]) -> dict[str, object]:
    """What the page says of both commits and the command."""
    commits = {
        side: {"sha": one.source.sha, "label": one.source.label, "day": one.source.day, "engine": one.engine}
        for side, one in sides.items()
    }
    options = [f"--against {sides['old'].source.label}"]
    options += [f"--only {name}" for name in request.loads] if len(request.loads) < len(LOADS) else []
    options += [f"--pairs {request.pairs}"] if request.pairs != _pairs.LEAST_PAIRS else []
    options += [f"--limit {request.limit:g}"] if request.limit != LIMIT else []
    options += ["--committed"] if request.committed else []
    return commits | {"limit": request.limit, "command": f"python -m benchmarks {' '.join(options)}"}
