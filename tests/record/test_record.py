"""Tests of hms_esr.record."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from hms_esr.events import ClockChanged, Happened
from hms_esr.record import Cell, ErrorCount, Phases, Record, Sample, Samples, SeriesKey, Tick, WorkerHealth
from hms_esr.record.fold import fold_tick
from hms_esr.record.samples import MOST_OF_A_KIND, MOST_OF_A_STEP
from tests.records import Day, made_up_record, made_up_scenario, made_up_ticks, record_of

DAY = Day(people=120, workers=3, dropped=0.02)


def figures(record: Record) -> dict[str, object]:
    """Everything a report reads, in a form that compares."""
    return {
        "states": record.states,
        "people": record.judged_people,
        "reached": record.reached,
        "stuck": record.stuck,
        "requests": record.requests,
        "latency": record.merged().intended.counts,
        "late": record.late_ms.counts,
        "errors": {key: (one.n, one.people_stopped, one.example_k) for key, one in record.errors.items()},
        "decisions": record.decisions,
        "seconds": {at: (one.planned, one.delivered, one.requests, one.polls) for at, one in record.seconds.items()},
        "workers": {name: (one.started, one.seconds, one.missing_ticks) for name, one in record.workers.items()},
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_ticks_does_not_matter(seed: int) -> None:
    """Folded in any order the same ticks make the same record."""
    ticks = made_up_ticks(DAY)
    mixed = ticks[:]
    random.Random(seed).shuffle(mixed)
    assert figures(record_of(DAY, mixed)) == figures(record_of(DAY, ticks))


def test_ticks_are_not_changed_by_folding() -> None:
    """A tick may be folded into two records: the first keeps no hold on its figures."""
    ticks = made_up_ticks(DAY)
    assert figures(record_of(DAY, ticks)) == figures(record_of(DAY, ticks))


def test_an_hour_of_seconds_is_kept_small() -> None:
    """Histograms of seconds that are over take a tenth of the room, also where a worker told of one later."""
    key = SeriesKey("apply", "submit", "farmer", 200, "")

    def second_of(worker: str, at: int) -> Tick:
        tick = Tick(worker, at, at, cells={key: Cell(requests=500)})
        for times in (tick.cells[key].intended, tick.cells[key].actual):
            times.add_all([1.02**k for k in range(at % 3, 500)])
        return tick

    record = Record(made_up_record(people=1).manifest, made_up_scenario(DAY))
    late = [second_of("b", at) for at in range(10, 50, 10)]
    ticks = [second_of("a", at) for at in range(60)]
    tracemalloc.start()
    try:
        for tick in [*ticks, *late]:
            fold_tick(record, tick)
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken < 1_000_000
    assert record.seconds[20].steps["apply", "submit"].intended.count == 996


def test_missing_ticks_are_counted() -> None:
    """A gap in a worker's sequence is a missing tick, whenever its neighbors come."""
    ticks = made_up_ticks(DAY)
    gone = [tick for tick in ticks if not (tick.worker == "worker-2" and tick.seq in (3, 7))]
    record = record_of(DAY, [*gone[5:], *gone[:5]])
    assert [record.workers[name].missing_ticks for name in sorted(record.workers)] == [0, 2, 0]


def test_people_and_seconds_add_up() -> None:
    """Everybody planned is in one state, in total and by person, and planned by second."""
    record = made_up_record(people=120, dropped=0.02)
    assert sum(record.states.values()) == record.planned == 120
    assert sum(record.judged_people.values()) == 120
    assert sum(second.planned for second in record.seconds.values()) == 120
    assert record.delivered == 120 - record.people("dropped")
    assert record.error_count == sum(error.n for error in record.errors.values())


def test_by_step_and_merged_hold_every_judged_request() -> None:
    """The sums by step and over all have the same requests, bytes and errors."""
    record = made_up_record(people=60, warm_s=10)
    total = record.merged()
    steps = record.by_step().values()
    assert total.requests == sum(cell.requests for cell in steps) < record.requests
    assert (total.bytes, total.errors) == (sum(cell.bytes for cell in steps), sum(cell.errors for cell in steps))


def test_a_stop_leaves_only_the_people_due() -> None:
    """After a stop planned counts those already due; without one, the whole plan."""
    ticks = [tick for tick in made_up_ticks(DAY) if tick.second < 20]
    record = record_of(DAY, ticks)
    assert record.planned == 120
    record.interrupted = "the operator"
    assert record.planned == sum(second.planned for second in record.seconds.values()) == 40
    nobody = record_of(DAY, [])
    nobody.interrupted = "the operator"
    assert nobody.planned == 0


@pytest.mark.parametrize(("busy", "longest"), [((3, 4, 5, 9, 10), 3), ((9, 5, 3, 4, 10), 3), ((1, 3, 5), 1), ((), 0)])
def test_saturation_counts_seconds_in_a_row(busy: tuple[int, ...], longest: int) -> None:
    """A worker is as saturated as its longest stretch of busy seconds, in whatever order they are told."""
    record = Record(made_up_record(people=1).manifest, made_up_scenario(DAY))
    for second in [*busy, *(at for at in range(12) if at not in busy)]:
        tick = Tick("worker-1", second, second, cpu=0.95 if second in busy else 0.5)
        tick.loop_lag_ms.add(50.0, 20)
        fold_tick(record, tick)
    assert record.workers["worker-1"].saturated_s == longest


def test_busy_without_lag_is_not_saturated() -> None:
    """High CPU alone does not saturate: the loop must lag too."""
    record = Record(made_up_record(people=1).manifest, made_up_scenario(DAY))
    for second in range(5):
        tick = Tick("worker-1", second, second, cpu=0.99)
        tick.loop_lag_ms.add(2.0, 20)
        fold_tick(record, tick)
    assert record.workers["worker-1"].saturated_s == 0


def test_events_tell_faults_and_the_clock() -> None:
    """A fault's end is tied to its start by its number; clock changes become segments."""
    record = Record(made_up_record(people=1).manifest, made_up_scenario(DAY))
    record.handle(ClockChanged(5.0, 300.0, 0.0))
    record.handle(Happened("fault_on", "db_down", 10.0, 600.0, "1", {"service": "grants-db"}))
    record.handle(Happened("fault_on", "slow", 12.0, 720.0, "2", {"service": "docs"}))
    record.handle(Happened("fault_off", "db_down", 15.0, 900.0, "1", {"verified": True, "after_s": 0.2}))
    assert record.segments[0].warp == 0.0
    assert [(fault.title, fault.service, fault.off_s, fault.undone) for fault in record.faults] == [
        ("db_down", "grants-db", 15.0, True),
        ("slow", "docs", None, False),
    ]
    assert len(record.events) == 3


def test_the_earlier_example_of_an_error_stays() -> None:
    """Merged error counts add up and keep the first example."""
    one = ErrorCount(2, 1, 9.0, 44, "b", {9: 2})
    one.merge(ErrorCount(1, 1, 4.0, 7, "a", {4: 1, 9: 1}))
    assert (one.n, one.people_stopped, one.example_k, one.trace_id, one.by_second) == (3, 2, 7, "a", {9: 3, 4: 1})


def test_shapes_start_empty() -> None:
    """New cells and workers hold nothing and share nothing."""
    first, second = Cell(), Cell()
    first.intended.add(1.0)
    assert second.intended.count == 0
    assert WorkerHealth("a").saturated_seconds is not WorkerHealth("b").saturated_seconds
    assert SeriesKey("j", "s", "p", 0, "").status == 0


def test_phases_of_the_warm_up_are_not_judged() -> None:
    """Where the time went is told of judged requests, merged over workers and seconds."""
    record = Record(made_up_record().manifest, made_up_scenario(DAY), warm_real_s=10.0)
    for worker, second in (("a", 4), ("a", 12), ("b", 12)):
        tick = Tick(worker, second, second)
        tick.phases["apply", "submit"] = Phases()
        tick.phases["apply", "submit"].first_byte.add(5.0, 3)
        fold_tick(record, tick)
    assert record.phases["apply", "submit"].first_byte.count == 6


def test_samples_are_capped_and_do_not_depend_on_the_order_they_come_in() -> None:
    """The first failures of each kind and the slowest of each step stay, whichever worker tells first."""
    given = [
        Sample(kind, "apply", step, "farmer", k, f"t{k}", 500, k / 2, k / 2, k / 2 + k * 37 % 100 / 1000, text)
        for k in range(100)
        for kind, step, text in (("status", "submit", "no room"), ("slow", "submit", ""), ("slow", "login", ""))
    ]
    found = []
    for seed in (1, 2):
        random.Random(seed).shuffle(given)
        samples = Samples()
        for one in given:
            samples.add(one)
        found.append([samples.failed("status", "no room", 500), samples.slow(1000)])
        assert len(samples) == len(list(samples)) == MOST_OF_A_KIND + 2 * MOST_OF_A_STEP
    assert found[0] == found[1]
    failed, slow = found[0]
    assert [one.person_no for one in failed] == list(range(MOST_OF_A_KIND))
    took = [round((one.ended_s - one.started_s) * 1000) for one in slow]
    assert took == sorted([*range(80, 100)] * 2, reverse=True)
    assert samples.failed("status", "no clerk", 500) == []
