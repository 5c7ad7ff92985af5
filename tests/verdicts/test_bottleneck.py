"""An INVALID rehearsal says what the load generator was short of, and how many workers it would have taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hms_esr.engine.client.tcp_socket import in_words
from hms_esr.histogram import Histogram
from hms_esr.record import ErrorCount, ErrorKey, Record
from hms_esr.verdicts.bottleneck import FULL, NO_FILE, NO_PORT, bottleneck, workers_needed
from hms_esr.verdicts.judge import judge
from hms_esr.verdicts.judgement import Judgement, Limits
from hms_esr.verdicts.sentence import MOST_WORDS, words_in
from tests.each import each
from tests.records import made_up_record

Change = Callable[[Record], None]


def _late(record: Record) -> None:
    """A tenth of the people came half a second late."""
    record.late_ms = Histogram()
    record.late_ms.add(1.0, 900)
    record.late_ms.add(500.0, 100)


def _slow_loop(cpu: float) -> Change:
    def change(record: Record) -> None:
        _late(record)
        worker = record.workers["worker-1"]
        worker.cpu_max = cpu
        worker.loop_lag_ms.add(400.0, 300)

    return change


def _saturated(record: Record) -> None:
    _late(record)
    worker = record.workers["worker-1"]
    worker.saturated_s, worker.cpu_max = 9, 1.0
    worker.cpu_by_second = dict.fromkeys(range(60), 1.0)
    worker.started = 600
    record.planned_curve = dict.fromkeys(range(60), 40)


def _paused(record: Record) -> None:
    _late(record)
    worker = record.workers["worker-1"]
    worker.gc_pause_max_ms = 278.0
    worker.gc_pauses_ms = dict.fromkeys(range(10, 40), 278.0)


def _dropped(limit: int) -> Change:
    def change(record: Record) -> None:
        record.states["completed"] = record.states.get("completed", 0) - 50
        record.states["dropped"] = 50
        record.stuck["apply", "", f"more than {limit} people at once"] = 50
        record.planned_curve = dict.fromkeys(range(60), 40)
        record.journey_ms["apply"] = Histogram()
        record.journey_ms["apply"].add(2_000.0, 100)

    return change


def _unsent(words: str) -> Change:
    def change(record: Record) -> None:
        key = ErrorKey("apply", "login", "connection", f"cannot connect to 127.0.0.1:9800: {words}", 0)
        record.errors[key] = ErrorCount(12, 12, 3.0, 4, "t")

    return change


def _stood(record: Record) -> None:
    _late(record)
    record.problems.append("the master itself stood still for 10 s")


def judged(change: Change, **options: object) -> Judgement:
    """The verdict on a made-up run to which that happened."""
    record = made_up_record(people=300, fault=None)
    record.manifest.options.update(options)
    change(record)
    return judge(record)


@each(
    ("change", "kind", "said", "advised"),
    [
        (_saturated, "processor", "ran out of processor time", "--workers 6"),
        (_slow_loop(0.95), "processor", "was short of processor time", "processor time"),
        (_slow_loop(0.2), "machine", "other programs kept", "nothing else"),
        (_paused, "collector", "memory collector stopped the load generator for 278", "--workers 2"),
        (_unsent(NO_FILE), "files", "12 requests were never sent because the load generator could open no", "ulimit"),
        (_unsent(NO_PORT), "ports", "no local port left", "connections: reused"),
        (_dropped(50), "people", "only 50 may be under way at once", "--workers 2"),
        (_stood, "master", "stood still for 10 s", "suspend"),
        (_late, "unknown", "by the load generator’s doing", "processor time"),
    ],
)
def test_what_was_short_is_named(change: Change, kind: str, said: str, advised: str) -> None:
    """In the sentence, with what to change in the text below; at most 30 words."""
    record = made_up_record(people=300, fault=None)
    change(record)
    judgement = judge(record)
    assert judgement.verdict == "INVALID"
    assert bottleneck(record, Limits()).kind == kind
    assert said in judgement.sentence.replace("\u00a0", " ")
    assert words_in(judgement.sentence) <= MOST_WORDS
    assert advised in judgement.trust


def test_the_number_of_workers_follows_from_processor_time_and_plan() -> None:
    """600 people took 60 core seconds, so a worker carries 7 a second of them; 40 a second take 6 workers."""
    record = made_up_record(people=300, fault=None)
    _saturated(record)
    wanted, each_per_s, peak_per_s = workers_needed(record)
    assert (wanted, peak_per_s) == (6, 40.0)
    assert each_per_s == pytest.approx(FULL * 600 / 60)


def test_a_saturated_run_needs_more_workers_than_it_had() -> None:
    """Whatever the division says."""
    record = made_up_record(people=300, fault=None, workers=2)
    for worker in record.workers.values():
        worker.saturated_s, worker.cpu_by_second, worker.started = 5, {1: 0.1}, 150
    assert workers_needed(record)[0] == 3


def test_more_workers_than_cores_go_to_other_machines() -> None:
    """The advice says so when the machine has fewer cores."""
    assert "6 free cores (this one has 2), or on several (--master)" in judged(_saturated, cores=2).trust
    assert "cores" not in judged(_saturated, cores=8).trust


def test_a_limit_of_the_scenario_is_raised_there() -> None:
    """More workers are no cure for max_people."""
    record = made_up_record(people=300, fault=None, scenario={"max_people": 50})
    _dropped(50)(record)
    assert "Raise max_people in the scenario (it is 50)" in judge(record).trust


def test_a_cap_of_an_owner_is_moved_by_a_proof() -> None:
    """Off this machine so many people at once are allowed, whatever this machine could carry."""
    assert "proof" in judged(_dropped(50), max_people=20_000).trust


def test_one_pause_is_no_reason_for_many_late_people() -> None:
    """A single pause makes few people late; with a tenth of them late there was something else."""
    record = made_up_record(people=300, fault=None)
    _slow_loop(0.2)(record)
    record.workers["worker-1"].gc_pause_max_ms = 278.0
    record.workers["worker-1"].gc_pauses_ms = {10: 278.0}
    assert bottleneck(record, Limits()).kind == "machine"


@pytest.mark.parametrize(("number", "words"), [("EMFILE", NO_FILE), ("EADDRNOTAVAIL", NO_PORT)])
def test_the_engine_words_it_so(number: str, words: str) -> None:
    """What is looked for in errors is what the engine writes there."""
    import errno

    assert in_words(OSError(getattr(errno, number), "")) == words


def test_a_full_table_of_files_is_meant_too() -> None:
    """Also when the whole machine has no file left."""
    import errno

    assert in_words(OSError(errno.ENFILE, "")) == NO_FILE
