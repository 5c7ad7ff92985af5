"""Owns the order of all measures, what is said meanwhile, and the page they end in; status 1 when a goal is missed.

Knows nothing of any of them.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import traceback
from pathlib import Path

import psutil

from benchmarks import _against, _page, _results
from benchmarks._loads import LOADS
from benchmarks._pairs import LEAST_PAIRS
from benchmarks._processes import CORES, TARGET_CORE, own_core
from benchmarks._results import Kept
from benchmarks._setup import LeftOut, Setup
from benchmarks._table import BENCHMARKS, benchmark

BUSY_PERCENT = 10.0
"""Work of others beyond which figures are not to be trusted, over all cores."""
TRIES = 2
"""A machine that does something else for a moment does not cost a whole benchmark."""
FAILED = "failed, see above"
QUICK = _results.RAW / "quick"


def main(arguments: list[str] | None = None) -> int:
    """Measure what is asked for, keep it, write the page."""
    given = _parsed(arguments)
    if given.list:
        print("\n".join(f"{name:13} {what}" for name, what in BENCHMARKS.items()))
        return 0
    into = given.into or (QUICK if given.quick else None)
    results = into / "results.json" if into else _results.RESULTS
    page = into / "benchmarks.md" if into else _page.PAGE
    if given.page:
        _page.write(_results.read(results), page)
        return 0
    names = given.only or list(BENCHMARKS)
    load = os.getloadavg()[0]
    if not given.quick:
        _warn_if_busy()
    if given.against:
        return _against.compare(_comparison(given, results, page), load)
    missed: list[str] = []
    without: dict[str, str] = {}
    for number, name in enumerate(names, 1):
        print(f"{name} ({number} of {len(names)}): {BENCHMARKS[name]}", file=sys.stderr, flush=True)
        own_core(TARGET_CORE)
        kept = _measured(name, Setup(given.rounds or (1 if given.quick else 3), given.quick), load)
        if isinstance(kept, str):
            without[name] = kept
            continue
        everything = _results.keep(name, kept, results)
        _page.write(everything, page)
        missed += [f"{name}: {what}" for what in kept.missed]
    _say_end(page, missed, without, given.quick)
    return bool(missed and not given.quick) or FAILED in without.values()


def _measured(name: str, setup: Setup, load: float) -> Kept | str:
    """What it found, at the second try if need be, or in words why nothing. ``load`` is what the machine had to do."""
    for attempt in range(TRIES):
        try:
            return Kept(benchmark(name).measure(setup), _results.machine(load))
        except LeftOut as reason:
            setup.say(f"left out: {reason}")
            return f"left out: {reason}"
        except Exception:
            again = "; once more" if attempt + 1 < TRIES else ""
            setup.say(f"failed{again}: {traceback.format_exc()}")
            setup.left_out.clear()
    return FAILED


def _warn_if_busy() -> None:
    busy = psutil.cpu_percent(interval=1.0)
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if busy > BUSY_PERCENT or load > 0.3 * cores:
        text = f"{busy:.0f} % of its cores are busy, load average {load:.2f}"
        print(f"WARNING: this machine is not quiet ({text}): figures will be too bad.", file=sys.stderr)
    if len(CORES) == 1:
        print("WARNING: one core only: generator and target share it, figures mean little.", file=sys.stderr)


def _say_end(page: Path, missed: list[str], without: dict[str, str], quick: bool) -> None:
    print(f"Written: {os.path.relpath(page)}" if page.exists() else "Nothing was measured.")
    for name, why in without.items():
        print(f"Not measured: {name}, {why}")
    if quick:
        print("Quick figures mean nothing: they only show that everything works.")
    else:
        print("\n".join(["Missed:", *missed]) if missed else "Every goal measured is kept.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure speed beside the peers, turn by turn, and write docs/benchmarks.md. "
        "Peers that are not installed are left out by name. Under ten minutes; wants two quiet cores.",
    )
    add = parser.add_argument
    add("--only", metavar="NAME", action="append", choices=list(BENCHMARKS), help="only this one (may be repeated)")
    rounds = f"rounds of each measure that is repeated (default 3), or pairs (default and least {LEAST_PAIRS})"
    add("--rounds", "--pairs", metavar="N", type=_positive, help=rounds)
    add("--list", action="store_true", help="what there is to measure")
    add("--quick", action="store_true", help="seconds for each, into build/bench/quick: only to see that it works")
    add("--into", metavar="FOLDER", type=Path, help="write results.json and benchmarks.md there, not into the project")
    add("--page", action="store_true", help="only write the page again, from what was measured")
    against = parser.add_argument_group(
        "an older commit",
        "Compare the CPU per request of the work tree and of an older commit in interleaved pairs, each built in "
        f"build/bench/against, under the loads {', '.join(LOADS)}. Exit status 1: slower; 2: cannot compare.",
    )
    add = against.add_argument
    add("--against", metavar="COMMIT", help="the older commit: a hash, branch, tag or expression such as HEAD~3")
    limit = f"pass up to this median ratio new / old, even outside the 95 %% interval (default {_against.LIMIT})"
    add("--limit", metavar="RATIO", type=_ratio, default=_against.LIMIT, help=limit)
    add("--committed", action="store_true", help="measure the present commit, not the work tree as it is")
    return parser


def _parsed(arguments: list[str] | None) -> argparse.Namespace:
    """Options that fit each other; otherwise status 2 with one line."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.against is None:
        if given.committed or given.limit != _against.LIMIT:
            parser.error("--committed and --limit need --against COMMIT")
        return given
    unfit = [name for name in given.only or () if name not in LOADS]
    if unfit:
        parser.error(f"--against cannot compare {', '.join(unfit)}: expected --only {', '.join(LOADS)}")
    if given.rounds and given.rounds < LEAST_PAIRS and not given.quick:
        parser.error(f"--pairs {given.rounds} is too few for --against: expected {LEAST_PAIRS} or more, or --quick")
    return given


def _comparison(given: argparse.Namespace, results: Path, page: Path) -> _against.Request:
    loads = [name for name in LOADS if name in (given.only or LOADS)]
    pairs = given.rounds or (_against.QUICK_PAIRS if given.quick else LEAST_PAIRS)
    return _against.Request(given.against, loads, pairs, given.limit, given.committed, given.quick, results, page)


def _ratio(text: str) -> float:
    try:
        ratio = float(text)
    except ValueError:
        ratio = math.nan
    if not 0 < ratio < math.inf:
        raise argparse.ArgumentTypeError(f"invalid ratio {text!r}: expected a number > 0 such as 1.03")
    return ratio


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rounds: 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
