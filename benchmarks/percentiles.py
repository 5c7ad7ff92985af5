"""Owns the measure of merged percentiles: five workers' records put together, against the exact values of all.

Never lets a worker see another's values; they travel as in a run: records by second, as text, folded by the master.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from array import array
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks._delivery import nearest_rank
from benchmarks._processes import used
from benchmarks._results import ROOT, Figure, Found, Goal
from benchmarks._setup import Setup
from hms_esr.engine.recording.recorder import Recorder
from hms_esr.record import Cell, SeriesKey
from hms_esr.store.tick_text import read_tick, tick_text

OFF_PERCENT = 0.5
WORKERS = 5
SHARES = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
PEER = ROOT / "benchmarks" / "peers" / "locust_percentiles.py"
PER_SECOND = 1000
HOW = """{count} response times over {workers} workers: log-normal around 120 ms, two humps at 35 and 900
ms, one constant of 247 ms. Median, 75, 90, 95, 99 and 99.9 % after merging, against the exact value at the
nearest rank; the one furthest off counts. Ours go through workers' records by the second, as text, merged by
the master; Locust's through its workers' reports into the master's statistics."""


def samples(count: int) -> dict[str, list[float]]:
    """Response times in ms, drawn from a seed."""
    random = Random(5)
    humps = [(35.0, 0.1), (900.0, 0.2)]
    return {
        "log-normal": [random.lognormvariate(math.log(120.0), 0.8) for _ in range(count)],
        "two humps": [random.lognormvariate(math.log(ms), width) for ms, width in random.choices(humps, k=count)],
        "constant": [247.0] * count,
    }


def merged(values: Sequence[float]) -> list[float]:
    """Percentiles by our way from recorders to the master."""
    whole = Cell()
    key = SeriesKey("look", "visit /", "citizen", 200, "")
    for worker in range(WORKERS):
        recorder = Recorder(f"worker {worker + 1}")
        for number, value in enumerate(islice(values, worker, None, WORKERS)):
            recorder.record_request(number / PER_SECOND, key, False, 100, value, value)
        for tick in recorder.take(len(values) // PER_SECOND + 1, 0.0):
            for cell in read_tick(tick_text(tick)).cells.values():
                whole.merge(cell)
    return [whole.intended.percentile(share) for share in SHARES]


def locusts(values: Sequence[float], folder: Path) -> list[float]:
    """Percentiles by Locust's way, in a process of its own: Locust changes the one it is loaded into."""
    path = folder / "values"
    path.write_bytes(array("d", values).tobytes())
    command = [sys.executable, str(PEER), str(path), str(WORKERS), *map(str, SHARES)]
    found: list[float] = json.loads(used(command, folder).output.splitlines()[-1])
    return found


def furthest_percent(found: Sequence[float], values: Sequence[float]) -> float:
    """How far the worst percentile is from the exact one."""
    exact = [nearest_rank(values, share) for share in SHARES]
    return max(100 * abs(one - true) / true for one, true in zip(found, exact, strict=True))


def measure(setup: Setup) -> Found:
    """Each kind of values once: nothing in it depends on the machine."""
    count = setup.size(200_000, 5_000)
    ours: dict[str, float] = {}
    theirs: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        for kind, values in samples(count).items():
            setup.say(kind)
            ours[kind] = furthest_percent(merged(values), values)
            theirs[kind] = furthest_percent(locusts(values, Path(name)), values)
    figures = [Figure(f"ours, {kind}: furthest off, %", [off], 3) for kind, off in ours.items()]
    figures += [Figure(f"Locust, {kind}: furthest off, %", [off], 3) for kind, off in theirs.items()]
    worst, locust = [max(ours.values())], [max(theirs.values())]
    what = f"percentiles merged over {WORKERS} workers: furthest off the exact ones"
    goal = Goal(what, worst, "≤", OFF_PERCENT, "ours", "Locust", locust, 2, "%")
    return Found("Percentiles of several workers", HOW.format(count=f"{count:,}", workers=WORKERS), figures, [goal])
