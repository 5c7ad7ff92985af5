"""Runs that stream while InfluxDB comes and goes: nothing lost, nothing doubled, memory and time as without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import pytest

from tests.influx import Influx, influx_server
from tests.rehearsals.clusters import NO_LIMITS, Rehearsal
from tests.rehearsals.conftest import LoggingTarget, Ran
from tests.rehearsals.test_influx import count, of_run, of_server
from tests.soak.outages import AWAY, MIB, Away, Watched, caught_up_s

LEAD_S, AWAY_S, BACK_S = 10, 60, 20
LOOK_EVERY_S = 5
LONGEST_PAUSE_S = 10
"""Between two tries of the process that sends: so much later it may notice that the server is back."""
ANSWER_S = 10
MOST_GROWTH_BYTES = 50 * MIB
RATE = 20
AT_ONCE = 3
GROUPS = [AWAY[at : at + AT_ONCE] for at in range(0, len(AWAY), AT_ONCE)]
PAIRS, PAIR_S, PAIR_RATE = 4, 20, 60
NOISE_MS, LATE_NOISE, CPU_NOISE = 2.0, 1.25, 1.1
PLAIN = ("nowhere, first", "nowhere, last")
Note = Callable[[dict[str, Any]], None]
Target = Callable[..., LoggingTarget]


@pytest.fixture
def influx(needs: Callable[[str], str], tmp_path: Path) -> Iterator[Influx]:
    """A real one, empty."""
    with influx_server(needs, tmp_path / "influx") as one:
        yield one


def _has_all(influx: Influx, ran: Ran, target: LoggingTarget) -> None:
    """Each request and each point once, by three counts; none put aside."""
    assert count(influx) == ran.summary["requests"] + ran.summary["polls"] == target.count()
    assert of_server(influx) == of_run(ran.folder)
    assert not list(ran.folder.glob("influx/dead_letters.jsonl"))


@pytest.mark.soak
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: "-".join(away.name for away in group))
def test_a_minute_away_in_every_way(
    group: tuple[Away, ...], needs: Callable[[str], str], tmp_path: Path, logging_target: Target, note: Note
) -> None:
    """Beside runs that stream nowhere: every point is there once, the console says so, nobody pays for it."""
    length_s = LEAD_S + AWAY_S + BACK_S
    with ExitStack() as stack:
        runs: dict[str, Watched] = {}
        for name in (PLAIN[0], *(away.name for away in group), PLAIN[1]):
            own = None if name in PLAIN else stack.enter_context(influx_server(needs, tmp_path / name / "influx"))
            (tmp_path / name).mkdir(exist_ok=True)
            runs[name] = Watched(tmp_path / name, logging_target(), own, RATE, length_s, workers=1)
            stack.callback(runs[name].run.close)
        ran = _away_together(group, runs)
        for name, one in ran.items():
            note({"way": name} | runs[name].figures(one))
        for away in group:
            _judge(away, runs[away.name], ran[away.name])
        _nobody_pays(runs, ran)


def _nobody_pays(runs: dict[str, Watched], ran: dict[str, Ran]) -> None:
    """Lateness and processor time of all are no further apart than noise makes those of equal runs."""
    late_ms = {name: one.summary["delivery"]["late_p99_ms"] for name, one in ran.items()}
    plain_ms = sorted(late_ms.pop(name) for name in PLAIN)
    assert min(late_ms.values()) <= plain_ms[1] * LATE_NOISE + NOISE_MS
    plain_s = max(runs[name].cpu_s for name in PLAIN)
    assert median(runs[name].cpu_s for name in late_ms) <= plain_s * CPU_NOISE


def _away_together(group: tuple[Away, ...], runs: dict[str, Watched]) -> dict[str, Ran]:
    """All at the same moments: away after the lead, back a minute later, watched throughout."""
    first_s = max(one.run.first_came_s() for one in runs.values())
    run = next(iter(runs.values())).run
    changes = {LEAD_S: [away.leave for away in group], LEAD_S + AWAY_S: [away.come_back for away in group]}
    for at_s in range(LEAD_S, LEAD_S + AWAY_S + BACK_S, LOOK_EVERY_S):
        run.wait_until_s(first_s + at_s)
        for one in runs.values():
            one.look()
        for away, change in zip(group, changes.get(at_s, ()), strict=False):
            influx = runs[away.name].influx
            assert influx is not None
            change(influx)
    return {name: one.run.end(180) for name, one in runs.items()}


def _judge(away: Away, watched: Watched, ran: Ran) -> None:
    assert ran.code == 0, ran.output + ran.errors
    assert watched.influx is not None
    _has_all(watched.influx, ran, watched.target)
    assert away.said in ran.output, (away.name, ran.output)
    assert AWAY_S - ANSWER_S <= max(caught_up_s(ran)) <= AWAY_S + LONGEST_PAUSE_S + ANSWER_S, (away.name, ran.output)
    assert watched.grown_bytes <= MOST_GROWTH_BYTES, (away.name, watched.first_rss, watched.most_rss)


@pytest.mark.soak
def test_half_an_hour_of_coming_and_going(
    tmp_path: Path, logging_target: Target, influx: Influx, minutes: float, people_per_s: int, note: Note
) -> None:
    """Away in each way in turn, a minute each and a minute between: no point is missing, memory stays."""
    target, length_s = logging_target(), round(60 * minutes)
    watched = Watched(tmp_path, target, influx, people_per_s or RATE, length_s)
    away_s = min(AWAY_S, length_s / 6)
    ways, at_s, gone = cycle(AWAY), away_s / 2, 0
    try:
        first_s = watched.run.first_came_s()
        watched.run.wait_until_s(first_s + at_s)
        watched.look()
        while at_s + 2 * away_s <= length_s:
            away = next(ways)
            gone += 1
            away.leave(influx)
            watched.run.wait_until_s(first_s + at_s + away_s)
            sizes = {name: round(size / MIB, 1) for name, size in watched.look().items()}
            note({"at_s": at_s, "way": away.name, "rss_mib": sizes})
            away.come_back(influx)
            at_s += 2 * away_s
            watched.run.wait_until_s(first_s + at_s)
        watched.look()
        ran = watched.run.end(length_s + 180)
    finally:
        watched.run.close()
    points = of_server(influx)
    note({"points": points} | watched.figures(ran))
    assert ran.code == 0, ran.output + ran.errors
    _has_all(influx, ran, target)
    assert len(caught_up_s(ran)) >= gone
    assert watched.grown_bytes <= MOST_GROWTH_BYTES, (watched.first_rss, watched.most_rss)


@pytest.mark.soak
def test_a_server_that_hangs_makes_nobody_late(
    tmp_path: Path, logging_target: Target, influx: Influx, note: Note
) -> None:
    """Lateness and processor time of runs whose InfluxDB stands still are those of runs that stream nowhere.

    One of each in turn. What else a machine does only adds lateness, so the best of each are compared to 2 ms; the
    middle ones within what equal runs differ by.
    """
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
    assert min(late["away"]) <= min(late["alone"]) + NOISE_MS
    assert median(late["away"]) <= median(late["alone"]) + max(spread_ms, NOISE_MS)
    assert median(spent["away"]) <= median(spent["alone"]) * CPU_NOISE


def _measured(folder: Path, target: Any, influx: Influx | None) -> tuple[Ran, float]:
    """A run in one process, and the processor time of that process up to its last seconds."""
    options = [*influx.options, "--influx-wait", "0"] if influx is not None else []
    env = influx.environment if influx is not None else None
    run = Rehearsal(folder, target, 1, *NO_LIMITS, *options, env=env, rate=PAIR_RATE, duration_s=PAIR_S)
    try:
        run.wait_until_s(run.first_came_s() + PAIR_S - 2)
        cpu_s = sum(psutil.Process(run.process.pid).cpu_times()[:2])
        ran = run.end(120)
    finally:
        run.close()
    assert ran.code == 0, ran.output + ran.errors
    return ran, cpu_s
