"""Tests of hms_esr.verdicts.conditions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hms_esr.events import Happened
from hms_esr.record import ErrorCount, ErrorKey, Record
from hms_esr.verdicts.conditions import conditions
from hms_esr.verdicts.judge import judge
from hms_esr.verdicts.judgement import Condition, Limits
from tests.each import each
from tests.records import made_up_record

Change = Callable[[Record], None]


def found(record: Record, name: str, limits: Limits | None = None) -> Condition:
    """The condition whose name starts so."""
    results = judge(record).checks
    return next(one for one in conditions(record, results, limits or Limits()) if one.name.startswith(name))


def set_(name: str, value: object) -> Change:
    return lambda record: setattr(record, name, value)


def lose(people: int, taken_over: int | None) -> Change:
    details = {"people": people} | ({} if taken_over is None else {"taken_over": taken_over})
    return lambda record: record.handle(Happened("worker_lost", "worker 1 lost", 9.0, 540.0, "worker-1", details))


def states(**people: int) -> Change:
    def change(record: Record) -> None:
        record.states = people
        record.planned_total = sum(people.values())
        record.delivered = record.planned_total - people.get("dropped", 0)

    return change


def late(n: int) -> Change:
    def change(record: Record) -> None:
        record.late_ms = type(record.late_ms)()
        record.late_ms.add(1.0, 1000 - n)
        record.late_ms.add(150.0, n)

    return change


def internal(n: int) -> Change:
    def change(record: Record) -> None:
        key = ErrorKey("j", "submit", "internal", "internal error: KeyError: 'x', html/form.py:80", 0)
        record.errors[key] = ErrorCount(n=n, people_stopped=n)

    return change


def undecided(n: int) -> Change:
    def change(record: Record) -> None:
        (only,) = record.decisions.values()
        only.reached, only.undecided, only.in_time, only.late = 1000, n, 1000 - n, 0

    return change


@each(
    ("change", "name", "state", "measured"),
    [
        (states(completed=1000), "Planned people dropped", "holds", "0 (0%)"),
        (states(completed=996, dropped=4), "Planned people dropped", "holds", "4 (0.4%)"),
        (states(completed=992, dropped=4, lost=4), "Planned people dropped", "holds, close", "8 (0.8%)"),
        (states(completed=990, dropped=10), "Planned people dropped", "holds, close", "10 (1.0%)"),
        (states(completed=989, dropped=5, lost=6), "Planned people dropped", "broken", "11 (1.1%)"),
        (late(4), "People started more than 100 ms", "holds", "4 (0.4%)"),
        (late(10), "People started more than 100 ms", "holds, close", "10 (1.0%)"),
        (late(11), "People started more than 100 ms", "broken", "11 (1.1%)"),
        (states(completed=990, unfinished=10), "People unfinished", "holds, close", "10 (1.0%)"),
        (states(completed=989, unfinished=11), "People unfinished", "broken", "11 (1.1%)"),
        (undecided(10), "Undecided", "holds, close", "10 (1.0%)"),
        (undecided(11), "Undecided", "broken", "11 (1.1%)"),
        (set_("planned_total", 101), "Planned people accounted", "broken", "100 of 101"),
        (set_("planned_total", 99), "Planned people accounted", "broken", "100 of 99"),
        (set_("delivered", 99), "Planned people accounted", "broken", "100 of 100"),
        (set_("lost_records", 2), "Seconds of records", "broken", "69 of 71"),
        (lambda record: None, "Worker lost", "holds", "0 lost, 0 not made up"),
        (lose(30, 30), "Worker lost", "holds", "1 lost, 0 not made up"),
        (lose(30, 29), "Worker lost", "broken", "1 lost, 1 not made up"),
        (lose(30, None), "Worker lost", "broken", "1 lost, 1 not made up"),
        (
            lambda record: setattr(record.workers["worker-1"], "lost_at_s", 9.0),
            "Worker lost",
            "broken",
            "1 lost, 1 not made up",
        ),
        (
            lambda record: setattr(record.workers["worker-1"], "saturated_s", 2),
            "Seconds in a row",
            "holds, close",
            "2 (highest CPU 30%)",
        ),
        (
            lambda record: setattr(record.workers["worker-1"], "saturated_s", 3),
            "Seconds in a row",
            "broken",
            "3 (highest CPU 30%)",
        ),
        (lambda record: setattr(record.faults[0], "undone", False), "Faults undone", "broken", "0 of 1"),
        (lambda record: record.faults.clear(), "Planned faults", "broken", "0 of 1"),
        (set_("time_limited", True), "Carried out", "broken", "60 of 60 seconds"),
        (
            lambda record: record.problems.append("the clocks of two workers were 40 ms apart."),
            "the clocks",
            "broken",
            "found",
        ),
        (lambda record: record.judged_states.clear(), "Checks with data", "broken", "3 of 4"),
    ],
)
def test_conditions(change: Change, name: str, state: str, measured: str) -> None:
    """Each condition holds up to its limit, is close from half of it, and is broken just above it."""
    record = made_up_record(people=100)
    change(record)
    condition = found(record, name)
    assert (condition.state, condition.measured) == (state, measured)
    assert bool(condition.reason) == (state == "broken") == bool(condition.advice)
    assert (judge(record).verdict == "INVALID") == (state == "broken")


@pytest.mark.parametrize(("n", "state"), [(9, "holds, close"), (10, "broken")])
def test_internal_errors_are_forgiven_below_one_percent(n: int, state: str) -> None:
    """From 1 % of people on, bugs of ours make the run INVALID; fewer are people who failed."""
    record = made_up_record(people=100)
    states(completed=1000 - n, failed=n)(record)
    internal(n)(record)
    condition = found(record, "People ended by an internal error")
    assert (condition.state, condition.measured) == (state, f"{n} ({n / 10:.1f}%)")
    assert (judge(record).verdict == "INVALID") == (state == "broken")


@pytest.mark.parametrize(
    ("change", "limits"),
    [
        (states(completed=95, dropped=5), Limits(max_dropped=0.05)),
        (late(300), Limits(late_ms=200)),
        (late(300), Limits(max_late=0.3)),
        (undecided(300), Limits(max_undecided=0.5)),
        (lambda record: setattr(record.workers["worker-1"], "saturated_s", 9), Limits(saturated_s=10)),
    ],
)
def test_limits_are_options(change: Change, limits: Limits) -> None:
    """What breaks a default limit holds under a wider one."""
    record = made_up_record(people=100)
    change(record)
    assert judge(record).verdict == "INVALID"
    assert judge(record, limits=limits).verdict != "INVALID"


def test_a_stop_explains_what_it_cut_off() -> None:
    """After a stop the undecided, faults not yet due and checks without data are explained, not broken."""
    record = made_up_record(people=100)
    undecided(500)(record)
    record.faults.clear()
    record.judged_states.clear()
    record.interrupted = "the operator"
    states_found = {one.name.split()[0]: one.state for one in judge(record).conditions}
    assert [states_found[name] for name in ("Undecided", "Planned", "Checks")] == ["explained"] * 3


def test_one_person_alone_needs_no_fault() -> None:
    """When one person is repeated alone, planned faults are not waited for."""
    record = made_up_record(people=1, fault=(24, 30))
    record.faults.clear()
    record.manifest.options["only"] = 0
    assert not [one for one in judge(record).conditions if one.name.startswith("Planned faults")]


def test_nobody_came() -> None:
    """A rehearsal to which nobody came is told as such."""
    record = made_up_record(people=1, fault=None)
    record.states, record.planned_total, record.delivered = {}, 0, 0
    assert found(record, "People who came").reason == "nobody came"
