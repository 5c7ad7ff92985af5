"""Owns the folding of ticks into a record: which second, which series, judged or warming up, whose health.

Knows nothing of where ticks come from; the caller has removed repeats.
"""

from __future__ import annotations

from collections import Counter
from operator import attrgetter
from typing import Any

from hms_esr.histogram import Histogram
from hms_esr.record.phases import Phases
from hms_esr.record.run import Record
from hms_esr.record.second import LONG_PAUSE_MS, Second, WorkerHealth
from hms_esr.record.tick import Cell, Decisions, ErrorCount, PersonEnd, Tick

_who = attrgetter("journey", "persona", "state")
OPEN_S = 5
"""How long workers usually still tell of a second; its histograms are kept small after that."""


def fold_tick(record: Record, tick: Tick) -> None:
    """Add one tick to ``record``."""
    warm = tick.second < record.warm_real_s
    series = record.warm_series if warm else record.series
    second = record.seconds.setdefault(tick.second, Second())
    for key, cell in tick.cells.items():
        series.setdefault(key, Cell()).merge(cell)
        second.steps.setdefault((key.journey, key.step), Cell()).merge(cell)
        second.requests += cell.requests
        second.answered += cell.requests if key.status else 0
        second.errors += cell.errors
    for where, phases in tick.phases.items() if not warm else ():
        record.phases.setdefault(where, Phases()).merge(phases)
    for sample in tick.samples:
        record.samples.add(sample)
    for error_key, count in tick.errors.items():
        record.errors.setdefault(error_key, ErrorCount()).merge(count)
    for within_s, decisions in tick.decisions.items():
        record.decisions.setdefault(within_s, Decisions()).merge(decisions)
    for where, n in tick.reached.items():
        record.reached[where] = record.reached.get(where, 0) + n
    for where, n in tick.form_again.items():
        record.form_again[where] = record.form_again.get(where, 0) + n
    second.active += tick.active
    second.waiting += tick.waiting
    second.polls += tick.polls
    record.polls += tick.polls
    record.retries += tick.retries
    record.refreshes += tick.refreshes
    record.real_s = max(record.real_s, tick.second + 1.0)
    _fold_people(record, tick)
    _fold_worker(record, tick)
    for at in (tick.second - OPEN_S, tick.second):
        if at < record.real_s - OPEN_S and at in record.seconds:
            record.seconds[at].shrink()


def _fold_people(record: Record, tick: Tick) -> None:
    for at, n in tick.planned.items():
        record.seconds.setdefault(at, Second()).planned += n
    for at, n in tick.delivered.items():
        record.seconds.setdefault(at, Second()).delivered += n
        record.delivered += n
    record.late_ms.merge(tick.late_ms)
    record.off_plan_max = max(record.off_plan_max, tick.off_plan_max)
    warm_real_s = record.warm_real_s
    judged = [end for end in tick.ends if end.planned_s >= warm_real_s] if warm_real_s > 0 else tick.ends
    for (journey, _, state), n in Counter(map(_who, tick.ends)).items():
        _count(record.states, state, n)
        _count(record.journey_states, (journey, state), n)
    for (journey, persona, state), n in Counter(map(_who, judged)).items():
        _count(record.judged_states, state, n)
        _count(record.persona_states, (persona, state), n)
        _count(record.judged_people, (journey, persona, state), n)
    for (at, state), n in Counter((int(end.ended_s), end.state) for end in tick.ends).items():
        second = record.seconds.setdefault(at, Second())
        second.completed += n if state == "completed" else 0
        second.failed += n if state == "failed" else 0
    _fold_times(record, judged)
    for end in tick.ends:
        if end.state != "completed":
            _count(record.stuck, (end.journey, end.step, end.reason))


def _fold_times(record: Record, judged: list[PersonEnd]) -> None:
    """How long completed journeys of judged people took."""
    times: dict[str, list[float]] = {}
    for end in judged:
        if end.state == "completed":
            times.setdefault(end.journey, []).append((end.ended_s - end.planned_s) * 1000)
    for journey, took_ms in times.items():
        record.journey_ms.setdefault(journey, Histogram()).add_all(took_ms)


def _count(counts: dict[Any, int], key: Any, n: int = 1) -> None:
    counts[key] = counts.get(key, 0) + n


def _fold_worker(record: Record, tick: Tick) -> None:
    worker = record.workers.setdefault(tick.worker, WorkerHealth(tick.worker))
    worker.started += sum(tick.delivered.values())
    worker.seconds += 1
    worker.cpu_max = max(worker.cpu_max, tick.cpu)
    worker.cpu_by_second[tick.second] = tick.cpu
    worker.loop_lag_ms.merge(tick.loop_lag_ms)
    worker.late_ms.merge(tick.late_ms)
    worker.gc_pause_max_ms = max(worker.gc_pause_max_ms, tick.gc_ms)
    if tick.gc_ms >= LONG_PAUSE_MS:
        worker.gc_pauses_ms[tick.second] = tick.gc_ms
    worker.last_seq = max(worker.last_seq, tick.seq)
    worker.missing_ticks = worker.last_seq + 1 - worker.seconds
    if tick.cpu > 0.9 and tick.loop_lag_ms.count > 0 and tick.loop_lag_ms.percentile(0.99) > 20.0:
        worker.saturated_seconds.add(tick.second)
        worker.saturated_s = max(worker.saturated_s, _stretch(worker.saturated_seconds, tick.second))


def _stretch(seconds: set[int], at: int) -> int:
    """How many seconds in a row around ``at`` are in ``seconds``."""
    first = last = at
    while first - 1 in seconds:
        first -= 1
    while last + 1 in seconds:
        last += 1
    return last - first + 1
