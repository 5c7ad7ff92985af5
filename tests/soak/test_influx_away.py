"""A run that streams while InfluxDB comes and goes: nothing lost, nothing doubled, memory as without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import pytest

from tests.influx import Influx, influx_server
from tests.rehearsals.clusters import NO_LIMITS, Rehearsal
from tests.rehearsals.conftest import Ran
from tests.rehearsals.test_influx import count, of_run, of_server, started

AWAY_S = 60
MOST_GROWTH_BYTES = 50 * 2**20
RATE = 60
PAIRS = 3
Note = Callable[[dict[str, Any]], None]


@pytest.fixture
def influx(needs: Callable[[str], str], tmp_path: Path) -> Iterator[Influx]:
    """A real one, empty."""
    with influx_server(needs, tmp_path / "influx") as one:
        yield one


def _sizes(run: Rehearsal) -> dict[str, int]:
    """Resident bytes: of the run, of its workers, of the process that sends."""
    found: dict[str, int] = {}
    for process in [psutil.Process(run.process.pid), *psutil.Process(run.process.pid).children()]:
        sends = "hms_esr.streaming" in process.cmdline()
        found["sends" if sends else str(process.pid)] = process.memory_info().rss
    return found


@pytest.mark.soak
def test_a_minute_over_two_workers(tmp_path: Path, logging_target: Any, influx: Influx, note: Note) -> None:
    """What the server adds up is what the summary says and the target saw."""
    target = logging_target()
    ran = started(tmp_path, target, influx, rate=RATE, duration_s=60).end(180)
    assert ran.code == 0, ran.output + ran.errors
    note({"requests": ran.summary["requests"], "points": of_server(influx)})
    assert count(influx) == ran.summary["requests"] + ran.summary["polls"] == target.count()
    assert of_server(influx) == of_run(ran.folder)


@pytest.mark.soak
def test_half_an_hour_of_coming_and_going(
    tmp_path: Path, logging_target: Any, influx: Influx, minutes: float, note: Note
) -> None:
    """Stopped, killed, refusing for a minute each, in turn: no point is missing, memory grows by 50 MB at most."""
    target = logging_target()
    run = started(tmp_path, target, influx, rate=RATE, duration_s=round(60 * minutes))
    ways = cycle([(influx.freeze, influx.thaw), (influx.kill, influx.start), (influx.refuse, influx.accept)])
    away_s = min(AWAY_S, 60 * minutes / 6)
    try:
        first_s, at_s = run.first_came_s(), away_s / 2
        run.wait_until_s(first_s + at_s)
        before = _sizes(run)
        while at_s + 2 * away_s < 60 * minutes:
            leave, come_back = next(ways)
            leave()
            run.wait_until_s(first_s + at_s + away_s)
            note(
                {
                    "at_s": at_s,
                    "way": leave.__name__,
                    "rss_mib": {k: round(v / 2**20, 1) for k, v in _sizes(run).items()},
                }
            )
            come_back()
            at_s += 2 * away_s
            run.wait_until_s(first_s + at_s)
        after = _sizes(run)
        ran = run.end(60 * minutes + 180)
    finally:
        run.close()
    assert ran.code == 0, ran.output + ran.errors
    assert count(influx) == ran.summary["requests"] == target.count()
    assert of_server(influx) == of_run(ran.folder)
    assert all(after[name] - size <= MOST_GROWTH_BYTES for name, size in before.items()), (before, after)


@pytest.mark.soak
def test_a_server_that_hangs_makes_nobody_late(tmp_path: Path, logging_target: Any, influx: Influx, note: Note) -> None:
    """Lateness and processor time of a run whose InfluxDB stands still are those of a run that streams nowhere."""
    late: dict[str, list[float]] = {"alone": [], "away": []}
    spent: dict[str, list[float]] = {"alone": [], "away": []}
    influx.freeze()
    for number in range(PAIRS):
        for name in late:
            folder = tmp_path / f"{name}{number}"
            folder.mkdir()
            ran, cpu_s = _measured(folder, logging_target(), influx if name == "away" else None)
            late[name].append(ran.summary["delivery"]["late_p99_ms"])
            spent[name].append(cpu_s)
    note({"late_p99_ms": late, "cpu_s": spent})
    spread_ms = max(late["alone"]) - min(late["alone"])
    assert median(late["away"]) <= median(late["alone"]) + max(spread_ms, 5.0)
    assert median(spent["away"]) <= median(spent["alone"]) * 1.1


def _measured(folder: Path, target: Any, influx: Influx | None) -> tuple[Ran, float]:
    """A run in one process of 30 s, and the processor time of that process up to its 28th."""
    options = [*influx.options, "--influx-wait", "0"] if influx is not None else []
    env = influx.environment if influx is not None else None
    run = Rehearsal(folder, target, 1, *NO_LIMITS, *options, env=env, rate=RATE, duration_s=30)
    try:
        run.wait_until_s(run.first_came_s() + 28)
        cpu_s = sum(psutil.Process(run.process.pid).cpu_times()[:2])
        ran = run.end(120)
    finally:
        run.close()
    assert ran.code == 0, ran.output + ran.errors
    return ran, cpu_s
