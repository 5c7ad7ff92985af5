"""Percentiles of five workers, merged on the way a run takes, are those of the exact sample; Locust's beside them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from math import ceil
from random import Random
from typing import Any

import msgpack
import pytest

from hms_esr.engine.cluster.wire import packed_tick, unpacked_tick
from hms_esr.engine.recording.recorder import Recorder
from hms_esr.record import Manifest, Record, SeriesKey, Tick
from hms_esr.record.fold import fold_tick
from hms_esr.store.tick_text import read_tick, tick_text
from tests.engine.cluster.schedules import scenario_of

WORKERS, VALUES, SECONDS = 5, 200_000, 40
SHARES = (0.0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1.0)
REPORTED = tuple(share for share in SHARES if 0.5 <= share < 1.0)
"""Those that Locust's own report has."""
MOST = 0.005
KEY = SeriesKey("apply", "submit", "farmer", 200, "")
LOCUST = """
import sys
from locust.stats import StatsEntry
shares = [float(share) for share in sys.argv[1].split()]
entries = [StatsEntry(None, "submit", "POST") for _ in range(int(sys.argv[2]))]
for number, line in enumerate(sys.stdin):
    entries[number % len(entries)].log(float(line), 1)
for other in entries[1:]:
    entries[0].extend(other)
print(*(entries[0].get_response_time_percentile(share) for share in shares))
"""


def log_normal(chance: Random) -> float:
    """Median 80 ms, with a long tail."""
    return chance.lognormvariate(4.382, 1.0)


def bimodal(chance: Random) -> float:
    """Quick answers around 8 ms, slow ones around 1.9 s."""
    return max(0.1, chance.gauss(8.0, 1.5) if chance.random() < 0.7 else chance.gauss(1900.0, 120.0))


def constant(chance: Random) -> float:
    """Always the same."""
    return 31.4159


def values_of(distribution: Callable[[Random], float]) -> list[float]:
    """The sample, seeded."""
    chance = Random(11)
    return [distribution(chance) for _ in range(VALUES)]


def exact(ordered: Sequence[float], share: float) -> float:
    """Nearest rank."""
    return ordered[max(1, ceil(share * len(ordered) - 1e-6)) - 1]


def sent(tick: Tick) -> Tick:
    """Over the wire to the master, and onto its disk and back."""
    whole: Any = msgpack.loads(msgpack.dumps(packed_tick(tick)), raw=False, strict_map_key=False)
    return read_tick(tick_text(unpacked_tick(whole)))


def merged(values: Sequence[float]) -> Record:
    """The record of a run whose five workers saw these values, in turn, over so many seconds."""
    recorders = [Recorder(f"worker {number + 1}") for number in range(WORKERS)]
    for number, value in enumerate(values):
        recorders[number % WORKERS].record_request(number * SECONDS / VALUES, KEY, False, 1, value, value / 2)
    manifest = Manifest("r", {}, "", "", "same", 1, "http://x", "", "", {}, {}, {}, "")
    record = Record(manifest, scenario_of())
    for recorder in recorders:
        for tick in recorder.take(SECONDS, 0.1):
            fold_tick(record, sent(tick))
    return record


def off(found: Sequence[float], ordered: Sequence[float], shares: Sequence[float] = SHARES) -> float:
    """The largest share by which a percentile is off."""
    pairs = ((value, exact(ordered, share)) for value, share in zip(found, shares, strict=True))
    return max(abs(value - true) / true for value, true in pairs)


def locusts(values: Sequence[float]) -> list[float]:
    """What plain Locust says of the same values in five entries merged into one."""
    command = [sys.executable, "-c", LOCUST, " ".join(map(str, REPORTED)), str(WORKERS)]
    told = subprocess.run(command, input="\n".join(map(str, values)), capture_output=True, text=True, check=True)
    return [float(word) for word in told.stdout.split()]


@pytest.mark.parametrize("distribution", [log_normal, bimodal, constant])
def test_merged_percentiles_are_those_of_the_sample(distribution: Callable[[Random], float]) -> None:
    """Half a percent off at most, for both latencies, of the whole run; plain Locust rounds further away."""
    values = values_of(distribution)
    cell = merged(values).merged()
    assert cell.requests == VALUES
    ordered = sorted(values)
    ours = off([cell.intended.percentile(share) for share in SHARES], ordered)
    halved = off([cell.actual.percentile(share) for share in SHARES], [value / 2 for value in ordered])
    theirs = off(locusts(values), ordered, REPORTED)
    print(f"{distribution.__name__}: off by {ours:.3%}, from actual start {halved:.3%}, plain Locust {theirs:.2%}")
    assert ours <= MOST
    assert halved <= MOST
    assert theirs > ours, "the same values, in Locust's own statistics"
